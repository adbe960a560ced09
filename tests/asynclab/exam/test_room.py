import threading
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from asynclab.exam import CheckFailed, ScriptResult, drive, expect, probe, run, script
from asynclab.exam.room import current_room, entered, here, running_here
from asynclab.trace import Step, TaskTrace, Transcript

TASKS = tuple(TaskTrace(n, f"任务 {n}", "main", None, 0.0, 1.0, "done") for n in range(2))
STEPS = tuple(Step(n, 0.0, 0.0, 1.0, "done") for n in range(2))
TOLD = Transcript(value="from the room", tasks=TASKS, steps=STEPS)


class Room:
    """Notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.shown: list[object] = []

    def run(self, expression: str, values: Mapping[str, Any]) -> Transcript:
        self.asked.append((expression, values))
        return TOLD

    def drive(self, expression: str, moves: Sequence[Any]) -> list[dict[str, Any]]:
        self.asked.append((expression, moves))
        return [{"closed": True}]

    def script(self, source: str, timeout: float) -> ScriptResult:
        self.asked.append((source, timeout))
        return ScriptResult(0, ("from the room",), ())

    def show(self, picture: object) -> None:
        self.shown.append(picture)


def test_outside_a_room_checks_run_beside_the_students_code() -> None:
    assert current_room() is None
    assert run("1 + 1").value == 2
    assert drive("iter([1])", ["next"]) == [{"yielded": 1}]


def test_in_a_room_everything_goes_there() -> None:
    room, given = Room(), probe()
    with entered(room):
        assert run("main(f, n)", f=given, n=(1, 2)) is TOLD
        assert drive("count()", ["close"]) == [{"closed": True}]
        assert script("print(1)", timeout=3).printed == ("from the room",)
    assert room.asked == [
        ("main(f, n)", {"f": given, "n": [1, 2]}), ("count()", ["close"]), ("print(1)", 3),
    ]  # fmt: skip


def test_what_a_check_defines_itself_is_run_here() -> None:
    room = Room()
    with entered(room):
        assert run("n", namespace={"n": 3}).value == 3
        assert drive("iter([n])", ["next"], namespace={"n": 3}) == [{"yielded": 3}]
    assert room.asked == []


def test_only_json_and_probes_go_to_a_room() -> None:
    room = Room()
    with entered(room), pytest.raises(TypeError, match="JSON or a probe"):
        run("x", x=object())
    assert room.asked == []


def test_a_failed_check_shows_its_picture_in_the_room() -> None:
    room = Room()
    with entered(room), pytest.raises(CheckFailed):
        expect(False, TOLD, "不对")
    (picture,) = room.shown
    assert hasattr(picture, "_repr_html_")


def test_a_room_is_left_whatever_happens_and_rooms_may_be_nested() -> None:
    outer, inner = Room(), Room()
    with entered(outer):
        with entered(inner):
            assert current_room() is inner
        assert current_room() is outer
        with pytest.raises(KeyError), entered(inner):
            raise KeyError
        assert current_room() is outer
    assert current_room() is None


def test_each_thread_is_in_a_room_of_its_own() -> None:
    seen: list[object] = []
    with entered(Room()):
        thread = threading.Thread(target=lambda: seen.append(current_room()))
        thread.start()
        thread.join()
    assert seen == [None]


def test_a_program_knows_that_it_runs_here() -> None:
    assert not running_here()
    with here():
        assert running_here()
    seen: list[bool] = []
    run("note(here())", namespace={"note": seen.append, "here": running_here})
    assert seen == [True]
    assert not running_here()
