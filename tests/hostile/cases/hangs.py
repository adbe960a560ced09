"""Code that does not end: nothing for what needed it, within the limits of real time."""

from tests.hostile.cases.case import Case
from tests.hostile.kitchen import BESIDE


def _in_brew(name: str, about: str, body: str, finding: str) -> Case:
    indented = "\n".join(f"    {line}" for line in body.splitlines())
    return Case(
        name,
        about,
        cells={"brew": f"import os, signal, threading, time\nasync def brew(minutes):\n{indented}"},
        gets={"check-brew": 0},
        finds={"check-brew": finding} if finding else {},
    )


CASES = [
    # ended by the candidate itself
    _in_brew("loop", "computes for ever", "while True: pass", "runs-for-ever"),
    _in_brew(
        "yields",
        "gives way for ever",
        "while True: await asyncio.sleep(0)",
        "runs-for-ever",
    ),
    _in_brew("waits", "waits for ever", "while True: await asyncio.sleep(1e9)", "runs-for-ever"),
    _in_brew("event", "waits for nobody", "await asyncio.Event().wait()", "deadlock"),
    _in_brew(
        "endless-task",
        "waits for a task that never ends",
        "async def tick():\n    while True: await asyncio.sleep(1)\n"
        "async with asyncio.TaskGroup() as group: group.create_task(tick())",
        "runs-for-ever",
    ),
    _in_brew(
        "long-sleep",
        "blocks the loop for a thousand years",
        "time.sleep(3e10)",
        "runs-for-ever",
    ),
    Case(
        "loop-in-cell",
        "computes for ever in a cell",
        cells={"brew": "while True: pass"},
        gets={"check-brew": 0},
        says={"brew": "BusyError"},
    ),
    # ended by the examiner
    _in_brew(
        "immortal-task",
        "leaves a task that does not let itself be cancelled",
        "async def tick():\n"
        "    while True:\n"
        "        try: await asyncio.sleep(1)\n"
        "        except BaseException: pass\n"
        "asyncio.create_task(tick())\n"
        "await asyncio.sleep(minutes)\nreturn f'泡了 {minutes} 分钟'",
        "",
    ),
    _in_brew(
        "swallows",
        "computes for ever and catches everything",
        "def again():\n"
        # twice: an interruption may come while the first one is being caught
        "    try:\n        try:\n            while True: max(map(abs, range(999)))\n"
        "        except BaseException:\n            again()\n"
        "    except BaseException:\n        again()\n"
        "again()",
        "no-answer",
    ),
    _in_brew(
        "signals",
        "waits in a thread and lets no signal through",
        "for each in signal.valid_signals():\n"
        "    try: signal.signal(each, signal.SIG_IGN)\n    except (OSError, ValueError): pass\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n"
        "threading.Event().wait()",
        "no-answer",
    ),
    _in_brew("stopped", "stops its process", "os.kill(os.getpid(), signal.SIGSTOP)", "no-answer"),
    Case(
        "drive",
        "a generator that never gives anything",
        cells={"tickets": "def tickets(first):\n    while True: pass\n    yield"},
        gets={"check-tickets": 0},
        finds={"check-tickets": "no-answer"},
    ),
    Case(
        "script",
        "a script that never ends",
        cells={"program": "program = 'while True: pass'"},
        gets={"check-program": 0},
        says={"check-program": "打印"},
    ),
    Case(
        "beside",
        "the check beside it never ends",
        cells={"greet": "def greet(name):\n    while True: pass"},
        gets={BESIDE: 0},
        says={BESIDE: "BusyError"},
    ),
]
