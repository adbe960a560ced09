"""What the text of the paper's own cells tells: read once, not for every student anew."""

import ast
from contextlib import suppress
from functools import lru_cache
from types import CodeType

import asynclab.exam

_EXAM = "asynclab.exam"
_MAGIC = ("%", "!")
_CELLS = 1000  # of which what was read is kept
_TRIES = 10
_GIVEN = (
    ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef,
)  # fmt: skip


def parse(source: str, file: str = "<unknown>") -> ast.Module:
    """`ast.parse`, tried again where only another thread made it fail.

    Python 3.11 to 3.11.7 count the depth of the tree once for all threads
    (https://github.com/python/cpython/issues/106905).

    Raises SyntaxError.
    """
    for _ in range(_TRIES - 1):
        with suppress(SystemError):
            return ast.parse(source, file)
    return ast.parse(source, file)


@lru_cache(maxsize=_CELLS)
def names_in(source: str) -> tuple[frozenset[str], frozenset[str]]:
    """Names that a cell imports from the lab bench's exam, and all names that it mentions."""
    tree = parse(source)
    mentioned = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return _exam_imports(tree), frozenset(mentioned)


@lru_cache(maxsize=_CELLS)
def compiled(source: str, file: str) -> tuple[CodeType, ...]:
    """A check's statements, and apart from them the expression that it may end in."""
    tree = parse(source, file)
    parts: list[tuple[ast.Module | ast.Expression, str]] = [(tree, "exec")]
    quiet = source.rstrip().endswith(";")  # as IPython understands it
    if tree.body and isinstance(last := tree.body[-1], ast.Expr) and not quiet:
        tree.body.pop()
        parts.append((ast.Expression(last.value), "eval"))
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    return tuple(compile(part, file, mode, flags) for part, mode in parts)


@lru_cache(maxsize=_CELLS)
def definitions(source: str) -> tuple[frozenset[str], tuple[CodeType, ...]]:
    """Names of the exam's that a cell imports; its imports, definitions and literal constants."""
    try:
        tree = parse(source)
    except SyntaxError:  # magics: what IPython understands is for the candidate
        lines = source.splitlines()
        try:
            tree = parse("\n".join(x for x in lines if not x.lstrip().startswith(_MAGIC)))
        except SyntaxError:
            return frozenset(), ()
    codes = []
    for statement in tree.body:
        if isinstance(statement, _GIVEN) or _is_constant(statement):
            with suppress(SyntaxError):  # what is wrong with it, the candidate says
                codes.append(compile(ast.Module([statement], []), "<给出的单元>", "exec"))
    return _exam_imports(tree), tuple(codes)


def _exam_imports(tree: ast.Module) -> frozenset[str]:
    """Names that an import of the lab bench's exam binds."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in (_EXAM, "asynclab"):
            names |= {alias.asname or alias.name for alias in node.names}
            names |= set(asynclab.exam.__all__) if "*" in names else set()
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name in (_EXAM, "asynclab"):
                    names.add(alias.asname or "asynclab")
    return frozenset(names)


def _is_constant(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Assign):
        return False
    try:
        ast.literal_eval(statement.value)
    except (ValueError, TypeError):
        return False
    return all(isinstance(target, ast.Name) for target in statement.targets)
