"""A patched shell: nothing, but for the one check that runs beside it, as its report says."""

from tests.hostile.cases.case import Case
from tests.hostile.kitchen import BESIDE

# What the shell itself decides is lost to the check that runs in it.
_BESIDE = {BESIDE: 1.0}

CASES = [
    Case(
        "ast-transformer",
        "every assertion holds",
        blank=True,
        first="""\
import ast
class Kind(ast.NodeTransformer):
    def visit(self, node):
        return ast.parse("pass")
get_ipython().ast_transformers.append(Kind())""",
        gets=_BESIDE,
    ),
    Case(
        "input-transformer",
        "every cell is empty",
        blank=True,
        first="get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])",
        gets=_BESIDE,
    ),
    Case(
        "run-cell",
        "every cell succeeds without being run",
        blank=True,
        first="""\
from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult
async def succeed(*_, **__):
    return ExecutionResult(ExecutionInfo("", True, False, True, None))
get_ipython().run_cell_async = succeed""",
        gets=_BESIDE,
    ),
    Case(
        "run-code",
        "no code is run",
        blank=True,
        first="""\
async def nothing(*_, **__):
    return False
get_ipython().run_code = nothing""",
        gets=_BESIDE,
    ),
    Case(
        "show-traceback",
        "errors are not shown",
        blank=True,
        first="get_ipython().showtraceback = get_ipython()._showtraceback = lambda *_, **__: None",
        says={BESIDE: "检查没有运行到底"},
    ),
    Case(
        "custom-exception",
        "every exception is handled",
        blank=True,
        first="get_ipython().set_custom_exc((BaseException,), lambda *_, **__: None)",
        says={BESIDE: "检查没有运行到底"},
    ),
    Case(
        "dropped-errors",
        "errors are not among the outputs",
        blank=True,
        first="""\
import gc
for each in gc.get_objects():
    if type(each).__name__ == "Outputs":
        each.add = lambda *_, **__: None""",
        says={BESIDE: "检查没有运行到底"},
    ),
    Case(
        "success",
        "the runner of cells says that all is well",
        blank=True,
        first="""\
import gc
cells = next(each for each in gc.get_objects() if type(each).__name__ == "Cells")
type(cells).run = lambda *_: True""",
        gets=_BESIDE,
    ),
    Case(
        "events",
        "answers are defined just before each cell",
        blank=True,
        first="""\
get_ipython().events.register("pre_run_cell", lambda *_: get_ipython().push({"greet": str}))
get_ipython().events.register("post_run_cell", lambda result: vars(result).clear())""",
    ),
    Case(
        "excepthook",
        "hooks for errors and tracing",
        blank=True,
        first="""\
import sys, threading
sys.excepthook = threading.excepthook = sys.unraisablehook = lambda *_: None
sys.settrace(lambda *_: None)
sys.setprofile(lambda *_: None)
sys.setrecursionlimit(10**6)""",
    ),
    Case(
        "no-shell",
        "there is no shell any more",
        first="""\
from IPython.core.interactiveshell import InteractiveShell
InteractiveShell.clear_instance()
get_ipython().user_ns.clear()""",
    ),
    Case(
        "namespace",
        "a namespace in which every name is there",
        blank=True,
        first="""\
class Every(dict):
    def __missing__(self, name): return lambda *_, **__: 0
    def __contains__(self, name): return True
import gc
cells = next(each for each in gc.get_objects() if type(each).__name__ == "Cells")
cells.shell.user_ns = Every(cells.shell.user_ns)""",
    ),
]
