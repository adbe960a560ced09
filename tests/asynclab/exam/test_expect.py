import asyncio
import time
from typing import Any

import pytest

from asynclab.exam import CheckFailed, Transcript, expect, run

NAMESPACE: dict[str, Any] = {"asyncio": asyncio, "time": time}
exec(
    """
async def f(): await asyncio.sleep(2)
async def in_turn(): await f(); await f()
async def blocks(): time.sleep(4)
async def breaks(): await in_turn(); raise KeyError("茶")
async def forgets(): f(); await in_turn(); raise KeyError
""",
    NAMESPACE,
)


def failed(expression: str, message: str = "两次等待应当重叠", **options: Any) -> CheckFailed:
    t = run(expression, namespace=NAMESPACE)
    with pytest.raises(CheckFailed) as caught:
        expect(t.elapsed < 2, t, message, **options)
    return caught.value


def test_what_holds_passes() -> None:
    expect(True, Transcript(), "什么都对")


def test_a_failure_says_the_message_the_diagnosis_and_the_first_hint() -> None:
    said = str(failed("in_turn()", finding="sequential")).splitlines()
    assert said[0] == "两次等待应当重叠"
    assert said[1] == "[sequential] 应当同时进行的事情一件接着一件，一共用了 4 秒。"
    assert said[2].startswith("提示：第二件事")


def test_what_the_run_was_found_to_do_explains_more_than_what_was_asked() -> None:
    error = failed("blocks()", finding="sequential")
    assert error.finding is not None
    assert error.finding.code == "blocking-call"


def test_an_error_that_no_diagnosis_explains_is_told_before_what_was_asked() -> None:
    said = str(failed("breaks()", finding="wrong-value")).splitlines()
    assert said[1] == "程序出错（第 5 行）：KeyError: '茶'"
    assert said[2].startswith("[wrong-value]")
    assert len(said) == 3  # the error is hint enough


def test_what_a_run_left_behind_does_not_hide_its_error() -> None:
    said = str(failed("forgets()")).splitlines()
    assert said[1] == "程序出错（第 6 行）：KeyError"
    assert said[2].startswith("[never-awaited]")


def test_what_is_missing_comes_first() -> None:
    t = run("nowhere()", namespace=NAMESPACE)
    with pytest.raises(CheckFailed, match="missing-definition"):
        expect(t.value == 1, t, "应当是 1", finding="wrong-value")


def test_what_was_not_measured_is_only_suspected() -> None:
    t = Transcript()  # of real waits, no clock knows
    with pytest.raises(CheckFailed, match="看起来是一件接着一件做的。") as caught:
        expect(False, t, "应当重叠", finding="sequential")
    assert "秒" not in str(caught.value)


def test_without_a_diagnosis_the_message_stands_alone() -> None:
    assert str(failed("in_turn()")) == "两次等待应当重叠"


def test_it_is_an_assertion_that_failed() -> None:
    assert isinstance(failed("in_turn()"), AssertionError)


def test_a_notebook_shows_no_frames_of_the_check() -> None:
    error = failed("in_turn()", finding="sequential")
    assert error._render_traceback_() == [f"检查没有通过：{error}"]


def test_an_unknown_diagnosis_is_the_authors_mistake() -> None:
    t = run("in_turn()", namespace=NAMESPACE)
    with pytest.raises(KeyError):
        expect(False, t, "不行", finding="sequentail")
