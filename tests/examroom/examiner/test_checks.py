import asyncio
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from asynclab.exam import ScriptResult, Transcript
from asynclab.exam.room import current_room
from examroom.errors import SandboxError
from examroom.examiner.checks import Checks
from examroom.examiner.outputs import display

EXAM = "from asynclab.exam import expect, probe, run\n"
USED = EXAM + "t = run('1')\n"


class Room:
    """Answers every run with what a test has put there."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.shown: list[dict[str, Any]] = []
        self.begun: list[str] = []
        self.answer: Transcript | BaseException = Transcript(value=1)

    def begin(self, check: str) -> None:
        self.begun.append(check)
        self.shown.clear()

    def run(self, expression: str, values: Mapping[str, Any]) -> Transcript:
        self.asked.append(expression)
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer

    def drive(self, expression: str, moves: Sequence[Any]) -> list[dict[str, Any]]:
        return [{"yielded": 1} for _ in moves]

    def script(self, source: str, timeout: float) -> ScriptResult:
        return ScriptResult(0, ("1",), ())

    def show(self, picture: object) -> None:
        self.shown.append(display(picture))


@pytest.fixture
def room() -> Room:
    return Room()


def checks(room: Room, *given: str) -> Checks:
    return Checks(given, room)  # type: ignore[arg-type]


def outputs(checks: Checks, source: str, points: float = 2) -> list[dict[str, Any]]:
    return checks.run(source, "check-it", points)[0]


# Which checks can run here


@pytest.mark.parametrize(
    "source",
    [
        "from asynclab.exam import run\nrun('main()')",
        "from asynclab.exam import run as do\nassert do('main()')",
        "from asynclab import exam\nexam.run('main()')",
        "import asynclab.exam as e\ndef f(): return e.run('main()')",
        "import asynclab.exam\nasynclab.exam.run('main()')",
        "from asynclab.exam import *\nrun('main()')",
        "if True:\n    from asynclab.exam import script\n    script('print(1)')",
        EXAM + "await asyncio.sleep(1)\nt = run('main()')",
    ],
)
def test_a_check_that_uses_the_exam_runs_here(source: str, room: Room) -> None:
    assert checks(room).trusted(source)


@pytest.mark.parametrize(
    "source",
    [
        "assert double(2) == 4",
        EXAM + "assert double(2) == 4",
        "def run(x): return x\nrun(double)",
        "# from asynclab.exam import run\n'run'",
        "%timeit run('main()')",
        "this is no Python",
        "",
    ],
)
def test_any_other_check_runs_beside_the_students_code(source: str, room: Room) -> None:
    assert not checks(room).trusted(source)


@pytest.mark.parametrize("earlier", [EXAM, EXAM + "assert double(2) == 4", EXAM + "run('1')"])
def test_what_an_earlier_check_imported_is_known(earlier: str, room: Room) -> None:
    one = checks(room)
    if one.trusted(earlier):
        outputs(one, earlier)
    assert one.trusted("run('main()')")
    assert outputs(one, "t = run('main()')") == []
    assert room.asked[-1] == "main()"


# What a check finds

GIVEN = """\
import math
from random import sample as draw
NAMES = ["甲", "乙"]
def twice(n): return 2 * n
class Kind: size = 3
started = start_the_server()
print("given")
"""


def test_imports_definitions_and_constants_of_given_cells_are_there(room: Room) -> None:
    one = checks(room, GIVEN, "%matplotlib inline\n!ls\nfrom asynclab.exam import run\nLIMIT = -1")
    assert one.trusted("run('x')")
    told = outputs(
        one, "run('x')\nprint(math.pi > 3, draw(NAMES, 2) != [], twice(2), Kind.size, LIMIT)"
    )
    assert [each["text"] for each in told] == ["True True 4 3 -1\n"]


@pytest.mark.parametrize(
    "broken", ["def f(:", "x = {[1]: 2}", "import nosuch\nfrom a import b", "%%x"]
)
def test_a_given_cell_that_only_a_notebook_understands_harms_nothing(
    broken: str, room: Room
) -> None:
    assert outputs(checks(room, broken, "A = 1"), "print(A)")[0]["text"] == "1\n"


def test_what_one_check_defines_is_there_for_the_next(room: Room) -> None:
    one = checks(room)
    outputs(one, USED + "kept = t.value")
    assert outputs(one, "print(kept)")[0]["text"] == "1\n"


def test_a_check_may_await_at_its_top_level(room: Room) -> None:
    source = (
        "import asyncio\ntask = asyncio.create_task(asyncio.sleep(0, 1.5))\n"
        "async with asyncio.timeout(5):\n    pass\nawait task"
    )
    (value,) = outputs(checks(room), source)
    assert value["data"] == {"text/plain": "1.5"}


def test_it_may_do_so_where_a_loop_is_running(room: Room) -> None:
    """As in the server of Formgrader."""

    async def server() -> list[dict[str, Any]]:
        return outputs(checks(room), "import asyncio\nawait asyncio.sleep(0, 1)")

    (value,) = asyncio.run(server())
    assert value["data"] == {"text/plain": "1"}


# What it prints


def test_what_a_check_prints_is_its_own_output(
    room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    one = checks(room)
    assert outputs(one, "print('一', 2, sep='-')")[0]["text"] == "一-2\n"
    assert outputs(one, "import sys\nprint('x', file=sys.stderr)") == []
    assert outputs(one, "pass") == []
    assert capsys.readouterr() == ("", "x\n")


PRINTS = """\
import asyncio
async def main(who):
    for _ in range(20):
        await asyncio.sleep(1)
        print(who, "inside")
    return who
for number in range(10):
    print(who, "outside")
    t = run("main(who)", namespace=globals(), who=who)
    assert t.printed == (f"{who} inside",) * 20, t.printed
    assert t.elapsed == 20
"""


def test_two_checks_at_once_each_print_their_own(room: Room) -> None:
    """Each runs a program of its own as well, on clocks that are the process's."""
    told: dict[str, list[dict[str, Any]]] = {}

    def examine(who: str) -> None:
        told[who] = outputs(checks(Room()), f"{EXAM}who = {who!r}\n{PRINTS}")

    threads = [threading.Thread(target=examine, args=(who,)) for who in "甲乙"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for who in "甲乙":
        assert [each.get("text") for each in told[who]] == [f"{who} outside\n" * 10]


# Points


@pytest.mark.parametrize(
    ("value", "text"),
    [("1", "1"), ("0.5", "0.5"), ("0", "0"), ("2", "2"), ("True", "True"), ("'x'", "'x'"),
     ("[1]", "[1]"), ("__import__('numpy').float64(0.5)", "0.5"),
     ("__import__('fractions').Fraction(1, 2)", "0.5")],
)  # fmt: skip
def test_a_last_value_is_the_points(value: str, text: str, room: Room) -> None:
    (output,) = outputs(checks(room), f"x = 3\n{value}", points=2)
    assert (output["output_type"], output["data"]) == ("execute_result", {"text/plain": text})


@pytest.mark.parametrize("value", ["None", "x = 1", "1;", "pass", ""])
def test_without_one_there_are_all_points_or_none(value: str, room: Room) -> None:
    assert outputs(checks(room), value) == []


@pytest.mark.parametrize("value", ["2.01", "-1", "float('nan')", "float('inf')", "10**5000"])
def test_a_value_that_cannot_be_points_is_a_mistake(value: str, room: Room) -> None:
    (output,) = outputs(checks(room), value, points=2)
    assert (output["output_type"], output["ename"]) == ("error", "ValueError")


# Failing

FAILED = USED + "expect(t.value == 2, t, '应当是 <b>2</b>', finding='wrong-value')"
STEPS: dict[str, Any] = {
    "value": 1, "error": None, "printed": [], "warnings": [], "elapsed": 1.0, "findings": [],
    "tasks": [
        {"id": n, "name": name, "coroutine": "main", "parent": None, "made": 0.0, "ended": 1.0,
         "state": "done"} for n, name in enumerate(["程序", "<script>alert(1)</script>"])
    ],
    "steps": [{"task": n, "ready": 0.0, "start": 0.0, "stop": 1.0, "end": "done"} for n in (0, 1)],
}  # fmt: skip


def test_a_failed_check_shows_the_timeline_and_its_finding(room: Room) -> None:
    room.answer = Transcript.from_json(STEPS)
    told, found = checks(room).run(FAILED, "check-it", 2)
    picture, failure = told
    assert found == "wrong-value"
    assert "<svg" in picture["data"]["text/html"]
    assert "<script>" not in picture["data"]["text/html"]
    assert failure["ename"] == "CheckFailed"
    assert "应当是 <b>2</b>" in failure["traceback"][0]
    assert "[wrong-value]" in failure["traceback"][0]


def test_pictures_of_one_check_are_not_shown_with_the_next(room: Room) -> None:
    room.answer = Transcript.from_json(STEPS)
    one = checks(room)
    outputs(one, FAILED)
    assert outputs(one, "pass") == []


def test_an_assertion_shows_the_lines_of_the_check_and_no_others(room: Room) -> None:
    (output,) = outputs(checks(room), "def test():\n    assert 1 == 2, '不等'\nprint\ntest()")
    assert (output["ename"], output["evalue"]) == ("AssertionError", "不等")
    text = "".join(output["traceback"])
    assert 'File "<检查 check-it>", line 4' in text
    assert "assert 1 == 2, '不等'" in text
    assert "checks.py" not in text


@pytest.mark.parametrize(
    "slip", ["1 / 0", "exit()", "raise SystemExit", "def f(:", "nosuch", "await 3"]
)
def test_a_slip_of_its_author_fails_the_check_alone(slip: str, room: Room) -> None:
    assert outputs(checks(room), slip)[-1]["output_type"] == "error"


def test_it_leaves_the_room_whatever_happens(room: Room) -> None:
    outputs(checks(room), "1 / 0")
    assert current_room() is None


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SandboxError("没有沙箱")], ids=repr)
def test_what_is_not_the_checks_fault_is_not_the_students_either(
    error: BaseException, room: Room
) -> None:
    """Control-C, or a machine on which no sandbox can be had any more."""
    room.answer = error
    with pytest.raises(type(error)):
        outputs(checks(room), "try:\n    " + USED.replace("\n", "\n    ") + "pass\nfinally: pass")
