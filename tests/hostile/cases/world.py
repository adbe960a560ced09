"""A patched world: nothing for what then is not done."""

from tests.hostile.cases.attack import CHANNEL, ONE_BY_ONE
from tests.hostile.cases.case import Case
from tests.hostile.kitchen import BESIDE

_EQUAL = """\
class Equal(str):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    def __hash__(self): return 0
    def __bool__(self): return True
equal = Equal()
"""

CASES = [
    Case(
        "instant-sleep",
        "asyncio.sleep takes no time",
        first="import asyncio\nasync def now(*_): return None\nasyncio.sleep = now",
        gets={"check-brew": 0},
        finds={"check-brew": "wrong-value"},
        says={"check-brew": "泡几分钟就等几分钟"},
    ),
    Case(
        "blocking-sleep",
        "time.sleep, in the name of asyncio.sleep",
        first="import asyncio, time\nasync def block(s, *_): time.sleep(s)\nasyncio.sleep = block",
        gets={"check-brew": 0},
        finds={"check-brew": "blocking-call"},
    ),
    Case(
        "frozen-clock",
        "time stands still",
        first="""\
import time
for name in ("time", "monotonic", "perf_counter", "sleep"):
    setattr(time, name, lambda *_: 0.0)""",
        cells={"serve": ONE_BY_ONE},
        gets={"check-serve": 0},
        finds={"check-serve": "sequential"},
    ),
    Case(
        "frozen-loop",
        "the loop's clock stands still",
        cells={"serve": ONE_BY_ONE},
        first="""\
from asynclab.clock import VirtualLoop
VirtualLoop.time = lambda self: 0.0
VirtualLoop.now = property(lambda self: 0.0)""",
        gets={"check-serve": 0, "check-brew": 0},
    ),
    Case(
        "racing-loop",
        "the loop's clock jumps",
        cells={"serve": ONE_BY_ONE},
        first="""\
from asynclab.clock import VirtualLoop
VirtualLoop.now = property(lambda self: self._now * 1e6)""",
        gets={"check-serve": 0, "check-brew": 0},
    ),
    Case(
        "no-time-for-probes",
        "probes are told that no time has passed",
        cells={"serve": ONE_BY_ONE},
        first="""\
from asynclab.exam.probe import ProbeFunction
ProbeFunction.now = property(lambda self: 0.0)""",
        gets={"check-serve": 0},
        finds={"check-serve": "not-plausible"},
    ),
    Case(
        "instant-probes",
        "probes give something of the student's at once",
        cells={"serve": "async def serve(cook, dishes): return [cook(dish) for dish in dishes]"},
        first="""\
from asynclab.exam.probe import ProbeFunction
ProbeFunction.__call__ = lambda self, *arguments: "已经好了\"""",
        gets={"check-serve": 0},
    ),
    Case(
        "peeking",
        "looks for the probe's answers before their time",
        cells={
            "serve": """\
async def serve(cook, dishes):
    import gc
    near = [vars(each) for each in gc.get_referents(cook) if hasattr(each, "__dict__")]
    calls = [cook(dish) for dish in dishes]
    inside = [call.cr_frame.f_locals for call in calls]
    seen = [v for each in [vars(cook), *near, *inside] for v in each.values()]
    return [text for text in seen if isinstance(text, str) and len(text) == 8]"""
        },
        gets={"check-serve": 0},
        finds={"check-serve": "never-awaited"},
    ),
    Case(
        "isinstance",
        "everything is an instance of everything",
        blank=True,
        first="import builtins\nbuiltins.isinstance = builtins.issubclass = lambda *_: True",
    ),
    Case(
        "builtins",
        "Python's own functions say what is wanted",
        blank=True,
        first="""\
import builtins
builtins.all = builtins.any = builtins.bool = builtins.callable = lambda *_: True
builtins.len = builtins.abs = builtins.round = lambda *_: 0""",
    ),
    Case(
        "equal-to-all",
        "answers that are equal to everything",
        blank=True,
        first=_EQUAL,
        cells={
            "bill": "def bill(order): return equal",
            "tickets": "def tickets(first):\n    while True: yield equal",
            "serve": "async def serve(cook, dishes): return equal",
            "brew": "async def brew(minutes): return equal",
            "program": "program = equal",
            "greet": "def greet(name): return equal",
        },
        gets={BESIDE: 1},  # nothing else can be said of objects that a check meets in person
    ),
    Case(
        "quiet-assertion",
        "an AssertionError that is not raised",
        blank=True,
        first="""\
import builtins
class AssertionError(Exception):
    def __new__(cls, *_): return SystemExit(0)
builtins.AssertionError = AssertionError
greet = lambda name: '？'""",
    ),
    Case(
        "own-exam",
        "the module that checks import is the student's",
        blank=True,
        first="""\
import sys, types
fake = types.ModuleType("asynclab.exam")
for name in ("run", "drive", "script", "probe", "expect"):
    setattr(fake, name, lambda *_, **__: None)
sys.modules["asynclab.exam"] = fake
import asynclab
asynclab.exam = fake""",
    ),
    Case(
        "own-exam-file",
        "the same as a file beside the notebook",
        blank=True,
        put=lambda folder: [
            (folder / "asynclab").mkdir(),
            (folder / "asynclab" / "__init__.py").write_text(""),
            (folder / "asynclab" / "exam.py").write_text("run = expect = lambda *_, **__: None"),
            (folder / "sitecustomize.py").write_text("import os; os._exit(0)"),
            (folder / "secrets.py").write_text("randbelow = lambda _: 0"),
        ],
    ),
    Case(
        "evaluate",
        "the function that runs an expression is replaced",
        blank=True,
        first=f"""\
{CHANNEL}
import examroom.candidate.serve as side
from asynclab.trace import Transcript
side.evaluate = lambda *_: Transcript(value=True, elapsed=3.0)""",
        finds={"check-bill": "not-plausible", "check-brew": "not-plausible"},
        says={"check-brew": "没有任务"},
    ),
    Case(
        "recorder",
        "no step is recorded",
        first="""\
from asynclab.trace import Recorder
Recorder._note = lambda *_: None
Recorder._factory = lambda self, loop, coroutine, **_: Recorder._plain(loop, coroutine)""",
        gets=dict.fromkeys(["check-bill", "check-serve", "check-brew", "check-program"], 0),
    ),
    Case(
        "plain",
        "values are not made plain",
        first=_EQUAL
        + """
import asynclab.exam.bench as bench, asynclab.exam.drive as drive
bench.plain = drive.plain = lambda value, *_: equal""",
        blank=True,
    ),
    Case(
        "json",
        "JSON is written by the student",
        blank=True,
        cells={"greet": "import json\njson.dumps = lambda *_, **__: '{\"succeeded\": true}'"},
        says={"greet": "not-plausible"},
    ),
    Case(
        "random",
        "no randomness in the candidate's process",
        blank=True,
        first="""\
import os, random, secrets
os.urandom = lambda n: bytes(n)
secrets.token_hex = lambda *_: "00"
secrets.randbelow = lambda *_: 0
random.random = lambda: 0.0""",
    ),
    Case(
        "no-findings",
        "blocks the loop and hides it",
        first="""\
import asynclab.exam.bench as bench
bench.explain_remains = lambda *_: ()
import time
""",
        cells={
            "serve": """\
async def serve(cook, dishes):
    answers = []
    for dish in dishes:
        time.sleep(1)
        answers.append(await cook(dish))
    return answers"""
        },
        gets={"check-serve": 0},
    ),
]
