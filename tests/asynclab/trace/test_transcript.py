import json

import pytest

from asynclab.trace import Failure, Finding, Step, TaskTrace, Transcript

TRANSCRIPT = Transcript(
    value=[1, {"$": "object", "type": "Socket"}],
    error=Failure("ExceptionGroup", "两个", 3, "raise", (Failure("OSError", "断了"),)),
    printed=("1", "2"),
    warnings=("never awaited",),
    elapsed=3.0,
    tasks=(
        TaskTrace(0, "程序", "main", None, 0.0, 3.0, "done"),
        TaskTrace(1, "甲", "boil", 0, 0.0, 2.0, "done"),
        TaskTrace(2, "乙", "boil", 0, 0.0, 3.0, "cancelled"),
        TaskTrace(3, "丙", "wait", 0, 1.0, None, "pending"),
    ),
    steps=(
        Step(0, 0.0, 0.0, 0.0, "waits"),
        Step(1, 0.0, 0.0, 0.0, "waits"),
        Step(2, 0.0, 0.0, 1.0, "waits"),
        Step(3, 1.0, 1.0, 1.0, "waits"),
        Step(1, 2.0, 2.0, 2.0, "done"),
        Step(2, 3.0, 3.0, 3.0, "cancelled"),
        Step(0, 3.0, 3.0, 3.0, "done"),
    ),
    findings=(Finding("leaked-task", "丢下了", ("一", "二"), "丙", None),),
)


def test_json_there_and_back() -> None:
    assert Transcript.from_json(json.loads(json.dumps(TRANSCRIPT.to_json()))) == TRANSCRIPT
    assert Transcript.from_json(Transcript().to_json()) == Transcript()


@pytest.mark.parametrize("broken", [{}, {"value": 1}, {**Transcript().to_json(), "more": 1}])
def test_anything_else_is_refused(broken: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError)):
        Transcript.from_json(broken)


def test_order_is_that_of_the_steps() -> None:
    assert TRANSCRIPT.order() == ["甲", "乙", "丙", "甲", "乙"]


def test_peak_counts_what_was_under_way_at_once() -> None:
    assert TRANSCRIPT.peak("boil") == 2
    assert TRANSCRIPT.peak("wait") == 1
    assert TRANSCRIPT.peak("nobody") == 0


def test_overlap_is_in_seconds() -> None:
    assert TRANSCRIPT.overlap("甲", "乙") == 2
    assert TRANSCRIPT.overlap("乙", "丙") == 2  # 丙 was not done at the end
    with pytest.raises(KeyError, match="甲"):
        TRANSCRIPT.overlap("甲", "丁")


def test_a_step_during_which_time_passed_was_blocking() -> None:
    assert [step.blocking for step in TRANSCRIPT.steps] == [False, False, True, *[False] * 4]


def test_leaves_of_a_group_are_the_errors_in_it() -> None:
    assert TRANSCRIPT.error is not None
    assert [leaf.type for leaf in TRANSCRIPT.error.leaves()] == ["OSError"]


def test_codes() -> None:
    assert TRANSCRIPT.codes() == {"leaked-task"}
