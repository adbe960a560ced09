import asyncio
import time
from typing import Any

import pytest

from asynclab.exam import Probe, Transcript, probe, run

NAMESPACE: dict[str, Any] = {"asyncio": asyncio, "time": time}
exec(
    """
async def together(f, names):
    return await asyncio.gather(*(f(name) for name in names))

async def in_turn(f, names):
    return [await f(name) for name in names]

async def impatient(f):
    try:
        async with asyncio.timeout(1):
            await f("慢")
    except TimeoutError:
        return "太久"

async def leaves(f):
    async def stubborn():
        while True:
            try:
                await f("慢")
            except asyncio.CancelledError:
                await f("还要")
    task = asyncio.create_task(stubborn())
    await asyncio.sleep(1)

async def cheat(f, names):
    async def instantly(*_): pass
    asyncio.sleep, real = instantly, asyncio.sleep
    try:
        return await in_turn(f, names)
    finally:
        asyncio.sleep = real
""",
    NAMESPACE,
)


def do(expression: str, f: Probe, **values: Any) -> Transcript:
    return run(expression, namespace=NAMESPACE, f=f, **values)


def test_it_tells_the_calls_in_order_and_their_peak() -> None:
    f = probe(delay=1)
    do("together(f, names)", f, names=["甲", "乙"])
    assert f.calls == [["甲"], ["乙"]]
    assert f.arguments == ["甲", "乙"]
    assert (f.peak, f.elapsed) == (2, 1)
    t = do("in_turn(f, names)", f, names=["甲", "乙"])
    assert (f.peak, f.elapsed, t.elapsed) == (1, 2, 2)


def test_values_are_random_and_given_when_their_time_has_come() -> None:
    f = probe(delay={"甲": 3, "乙": 1})
    t = do("together(f, names)", f, names=["甲", "乙"])
    assert f.finished == [1, 0]
    assert t.value == f.answers
    first = f.answers
    do("together(f, names)", f, names=["甲", "乙"])
    assert f.answers != first


def test_values_can_be_chosen() -> None:
    assert do("in_turn(f, names)", probe(value=7), names=["甲"]).value == [7]
    assert do("in_turn(f, names)", probe(value={"甲": 1, "乙": 2}), names=["乙", "甲"]).value == [
        2,
        1,
    ]


def test_it_fails_where_it_is_told_to() -> None:
    t = do("together(f, names)", probe(fail=["乙"]), names=["甲", "乙"])
    assert t.error is not None
    assert t.error.type == "OSError"
    t = do("together(f, names)", probe(fail={"甲": "ValueError: 没水"}), names=["甲"])
    assert t.error is not None
    assert (t.error.type, t.error.message) == ("ValueError", "没水")


def test_cancelled_calls_are_told() -> None:
    f = probe(delay=10)
    t = do("impatient(f)", f)
    assert (t.value, t.elapsed) == ("太久", 1)
    assert f.cancelled == [["慢"]]
    assert f.answers == [None]


def test_what_happens_after_the_program_has_ended_is_not_told() -> None:
    """Left-over tasks are cancelled; whatever they do about it is not the program's doing."""
    f = probe(delay=10)
    t = do("leaves(f)", f)
    assert t.elapsed == 1
    assert t.codes() == {"leaked-task"}
    assert (f.calls, f.cancelled, f.finished) == ([["慢"]], [], [])


def test_a_call_that_is_never_answered_is_a_deadlock_at_the_students_line() -> None:
    t = do("in_turn(f, names)", probe(delay=float("inf")), names=["甲"])
    (found,) = t.findings
    assert (found.code, found.line) == ("deadlock", 6)
    assert "程序 在等 f" in found.message
    assert t.elapsed == 0


def test_it_can_be_handed_over_again() -> None:
    f = probe(delay=10)
    do("leaves(f)", f)
    assert do("in_turn(f, names)", f, names=["甲"]).value == [f.answer("甲")]


def test_a_replaced_sleep_does_not_hurry_it() -> None:
    f = probe(delay=5)
    t = do("cheat(f, names)", f, names=["甲", "乙"])
    assert (f.elapsed, t.elapsed) == (10, 10)


def test_its_calls_carry_the_name_under_which_it_was_handed_over() -> None:
    t = do("together(f, names)", probe(), names=["甲", "乙"])
    assert [task.name for task in t.tasks] == ["程序", "f", "f 2"]
    assert t.peak("f") == 2


def test_without_a_run_it_says_how_it_is_used() -> None:
    call = probe()("甲")
    with pytest.raises(AssertionError, match="run"):
        call.send(None)
