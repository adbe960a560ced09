"""Code that ends its process, its loop or its shell: nothing for what needed it, with a finding."""

from tests.hostile.cases.case import Case
from tests.hostile.kitchen import BESIDE

_IMPORTS = "import asyncio, ctypes, os, signal, sys"


def _in_brew(
    name: str, about: str, body: str, finding: str = "program-died", say: str = ""
) -> Case:
    """A case whose `brew` does this when it is called."""
    indented = "\n".join(f"    {line}" for line in body.splitlines())
    return Case(
        name,
        about,
        cells={"brew": f"{_IMPORTS}\nasync def brew(minutes):\n{indented}"},
        gets={"check-brew": 0},
        finds={"check-brew": finding} if finding else {},
        says={"check-brew": say},
    )


def _in_cell(name: str, about: str, source: str, say: str = "program-died") -> Case:
    """A case that does this in a cell before all others: it costs only what the cell defines."""
    return Case(
        name,
        about,
        cells={"brew": f"{_IMPORTS}\n{source}"},
        gets={"check-brew": 0},
        says={"brew": say, "check-brew": "missing-definition"},
    )


CASES = [
    _in_cell("exit-cell", "ends the process in a cell", "os._exit(0)"),
    _in_cell("segfault-cell", "reads where nothing is", "ctypes.string_at(0)"),
    _in_cell("abort-cell", "aborts", "os.abort()"),
    _in_cell("exec-cell", "becomes another program", "os.execv('/bin/true', ['true'])"),
    _in_cell("kill-cell", "kills itself", "os.kill(os.getpid(), signal.SIGKILL)"),
    _in_cell("kill-all", "kills everything it can see", "os.fork() or signal.pause()\n"
             "os.kill(-1, signal.SIGKILL)\nos._exit(0)"),
    _in_cell("kill-group", "kills its group", "os.killpg(0, signal.SIGKILL)"),
    _in_cell("close-all", "closes all files", "os.closerange(0, 1000)"),
    _in_cell("stack", "uses up the stack", "import sys\nsys.setrecursionlimit(10**9)\n"
             "def down(): return [0].__class__(map(lambda _: down(), [0]))\ndown()", '"error"'),
    _in_cell("system-exit-cell", "exits as a script would", "sys.exit('再见')", "SystemExit"),
    _in_cell("exit-function", "calls exit()", "exit()", "SystemExit"),
    _in_cell("interrupt-cell", "interrupts itself", "raise KeyboardInterrupt", "KeyboardInterrupt"),
    _in_cell("cancelled-cell", "is cancelled", "raise asyncio.CancelledError", "CancelledError"),
    _in_cell("stop-cell", "stops the loop", "asyncio.get_running_loop().stop()\n"
             "await asyncio.sleep(1)", "Error"),
    _in_cell("close-cell", "closes the loop", "import asynclab.clock\n"
             "asyncio.get_running_loop().close()", "Error"),
    Case(
        "stop-cell-late",
        "stops the loop and is done",
        first="import asyncio\nasyncio.get_running_loop().stop()",
    ),
    _in_brew("exit", "ends the process when called", "os._exit(0)"),
    _in_brew("segfault", "reads where nothing is", "ctypes.string_at(0)"),
    _in_brew("exec", "becomes another program", "os.execv('/bin/true', ['true'])"),
    _in_brew("init", "kills the first process", "os.kill(1, signal.SIGKILL)\nos._exit(1)"),
    _in_brew("interrupt", "interrupts", "raise KeyboardInterrupt"),
    _in_brew("system-exit", "exits as a script would", "raise SystemExit(0)", "", "泡"),
    _in_brew("generator-exit", "raises what closes generators", "raise GeneratorExit", "", "泡"),
    _in_brew("cancelled", "is cancelled", "raise asyncio.CancelledError", "", "泡"),
    _in_brew("stop", "stops the loop", "asyncio.get_running_loop().stop()\n"
             "await asyncio.sleep(minutes)\nreturn f'泡了 {minutes} 分钟'", "", "泡"),
    _in_brew("close", "closes the loop", "asyncio.get_running_loop().close()", "", "泡"),
    _in_brew("recursion", "calls itself", "return await brew(minutes)", "", "泡"),
    _in_brew("own-error", "raises what cannot be shown", "class Odd(BaseException):\n"
             "    def __str__(self): raise self\n"
             "    __repr__ = __getattr__ = __str__\nraise Odd"),
    Case(
        "exit-beside",
        "ends the process in the check beside it",
        cells={"greet": "import os\ngreet = lambda name: os._exit(0)"},
        gets={BESIDE: 0},
        finds={BESIDE: "program-died"},
    ),
    Case(
        "exit-beside-quietly",
        "raises SystemExit in the check beside it",
        cells={"greet": "def greet(name): raise SystemExit(0)"},
        gets={BESIDE: 0},
        says={BESIDE: "SystemExit"},
    ),
    Case(
        "exit-in-drive",
        "ends the process between two steps of a generator",
        cells={"tickets": "def tickets(first):\n    import os\n    yield first\n    os._exit(0)"},
        gets={"check-tickets": 0},
        finds={"check-tickets": "program-died"},
    ),
    Case(
        "exit-in-probe",
        "ends the process while a probe is under way",
        cells={"serve": "async def serve(cook, dishes):\n    import os\n"
               "    asyncio.get_running_loop().call_later(1, os._exit, 0)\n    await cook('面')"},
        gets={"check-serve": 0},
        finds={"check-serve": "program-died"},
    ),
    Case(
        "unclosed",
        "a generator that goes on when it is closed",
        cells={"tickets": "def tickets(first):\n    while True:\n        try: yield first\n"
               "        except GeneratorExit: pass"},
        gets={"check-tickets": 0},
        says={"check-tickets": "号码"},
    ),
]  # fmt: skip
