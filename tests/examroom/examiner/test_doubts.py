"""Every honest transcript is believed; one with a single lie in it is not."""

import asyncio
import copy
import gc
import json
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from asynclab.exam import Transcript, probe, run
from examroom.examiner.doubts import read_transcript, well_formed
from tests.examroom.examiner.player import DELAYS, PLANS, PLAYER, Plan

JSON = dict[str, Any]
QUICK = settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def program(source: str) -> JSON:
    """What a run of `main()` tells."""
    namespace: dict[str, Any] = {
        "asyncio": asyncio, "time": time, "threading": threading, "sys": sys,
    }  # fmt: skip
    exec(compile(textwrap.dedent(source), "<program>", "exec"), namespace)
    return sent(run("main()", namespace=namespace))


def sent(transcript: Transcript) -> JSON:
    """As it arrives from a candidate."""
    told: JSON = json.loads(json.dumps(transcript.to_json()))
    return told


@pytest.fixture(scope="module")
def play() -> Iterator[Callable[[Plan], JSON]]:
    names: dict[str, Any] = {}
    exec(compile(PLAYER, "<player>", "exec"), names)

    def play(plan: Plan) -> JSON:
        probes = {name: probe(delay=DELAYS, fail=["bad"]) for name in "fg"}
        return sent(run("play(plan, f=f, g=g)", namespace=names, plan=plan, **probes))

    yield play
    gc.collect()


# Honest ones


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@QUICK
@given(plan=PLANS)
def test_what_an_honest_recorder_says_is_believed(plan: Plan, play: Callable[[Plan], JSON]) -> None:
    told = play(plan)
    assert sent(read_transcript(told, told["elapsed"])) == told


EAGER = """
    async def part():
        await asyncio.sleep(0)
        time.sleep(1)

    async def main():
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
        first = asyncio.create_task(part())
        time.sleep(1)
        await asyncio.gather(first, part(), part())
"""
HONEST = {
    "no coroutine": "def main(): return 1",
    "an error at once": "def main(): raise ValueError",
    "a deadlock": "async def main(): await asyncio.Event().wait()",
    "busy for ever": """
        async def main():
            while True: await asyncio.sleep(0)
    """,
    "a group of errors": """
        async def bad(n):
            await asyncio.sleep(n)
            raise OSError(n)
        async def main():
            async with asyncio.TaskGroup() as group:
                group.create_task(bad(1))
                try: group.create_task(bad(2))
                finally: await asyncio.sleep(3)
    """,
    "a blocking callback after the end": """
        async def main():
            asyncio.get_running_loop().call_soon(time.sleep, 3)
    """,
    "a task that blocks after the end": """
        async def late(): time.sleep(3)
        async def main():
            main.kept = asyncio.create_task(late())
    """,
    "a thread that takes real time": """
        async def main():
            await asyncio.gather(asyncio.to_thread(time.sleep, 0.05), asyncio.sleep(0.01))
            time.sleep(0.01)
            return await asyncio.to_thread(sum, [1, 2])
    """,
    "25000 tasks": """
        async def main():
            async with asyncio.TaskGroup() as group:
                for _ in range(25_000): group.create_task(asyncio.sleep(1))
    """,
    "120000 steps": """
        async def main():
            async def steps():
                for _ in range(30_000): await asyncio.sleep(0)
                await asyncio.sleep(1)
            await asyncio.gather(*(steps() for _ in range(4)))
    """,
    "an asynchronous generator that is left": """
        async def numbers():
            try:
                yield 1
            finally:
                await asyncio.sleep(1)
        async def main():
            async for n in numbers(): return n
    """,
    "a cancellation that is swallowed for ever": """
        async def stubborn():
            while True:
                try: await asyncio.sleep(5)
                except asyncio.CancelledError: pass
        async def main():
            main.kept = asyncio.create_task(stubborn())
            await asyncio.sleep(1)
    """,
    "an end by exit": "async def main(): sys.exit(1)",
    "a run within a run": """
        from asynclab.exam import run
        async def inner(): await asyncio.sleep(5)
        async def main():
            await asyncio.sleep(1)
            return run("inner()", namespace={"inner": inner}).elapsed
    """,
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", HONEST)
def test_unusual_programs_are_believed(name: str) -> None:
    told = program(HONEST[name])
    read_transcript(told, told["elapsed"])
    gc.collect()


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks came with Python 3.12")
def test_eager_tasks_are_believed() -> None:
    told = program(EAGER)
    assert told["error"] is None
    read_transcript(told, told["elapsed"])


# Lies

TOLD = program(
    """
    async def work(seconds):
        await asyncio.sleep(seconds)
        time.sleep(1)

    async def stays(): await asyncio.sleep(100)

    async def main():
        kept = asyncio.create_task(stays())
        async with asyncio.TaskGroup() as group:
            group.create_task(work(1))
            group.create_task(work(2))
        main.kept = kept
    """
)


def test_the_transcript_that_the_lies_are_about_is_believed() -> None:
    """Main, a task that stays, and two that wait and block: 1 to 2 and 2 to 3 seconds."""
    read_transcript(TOLD, 3.0)
    assert [task["state"] for task in TOLD["tasks"]] == ["done", "pending", "done", "done"]
    assert TOLD["findings"]


def change(path: str, value: Any) -> Callable[[JSON], None]:
    *parts, last = [int(part) if part.lstrip("-").isdecimal() else part for part in path.split(".")]

    def apply(told: Any) -> None:
        for part in parts:
            told = told[part]
        told[last] = value

    return apply


def last_step(told: JSON, task: int) -> JSON:
    return [step for step in told["steps"] if step["task"] == task][-1]  # type: ignore[no-any-return]


LIES: dict[str, Callable[[JSON], Any]] = {
    "it was shorter than its steps": change("elapsed", 1.0),
    "it was shorter than the examiner saw": change("elapsed", 2.99),
    "there were no tasks": change("tasks", []),
    "there were no steps": change("steps", []),
    "it ended with neither result nor error": change("tasks.0.state", "failed"),
    "it has not ended": lambda t: t["tasks"][0].update(state="pending", ended=None),
    "a task ended before it was made": lambda t: t["tasks"][2].update(made=2.5),
    "a task ended after the program": change("tasks.2.ended", 9.0),
    "a task was made after the program": change("tasks.2.made", 9.0),
    "a task is done and has not ended": change("tasks.2.ended", None),
    "a task waits and has ended": change("tasks.1.ended", 1.0),
    "a task has another's number": change("tasks.2.id", 3),
    "a task made itself": change("tasks.2.parent", 2),
    "a task was made by a later one": change("tasks.2.parent", 3),
    "a step belongs to nobody": change("steps.0.task", 7),
    "a step belongs to another": lambda t: last_step(t, 2).update(task=3),
    "a step ran before it was ready": change("steps.0.ready", 1.0),
    "a step stopped before it began": lambda t: last_step(t, 3).update(stop=1.5),
    "a step ran after the program": lambda t: last_step(t, 3).update(stop=9.0),
    "a step began before its task's last one stopped": lambda t: t["steps"].append(
        {**last_step(t, 1), "start": 0.0, "stop": 2.0}
    ) or t["steps"].append({**last_step(t, 1), "start": 1.0, "stop": 1.0}),
    "a step came after its task's end": lambda t: t["steps"].append(last_step(t, 2)),
    "a step ran before its task was made": change("tasks.3.made", 1.0),
    "two ran at the same time": lambda t: last_step(t, 2).update(stop=2.5),
    "a finding that there is not": change("findings.0.code", "praise"),
    "a finding without a hint": change("findings.0.hints", []),
    "a finding with many hints": change("findings.0.hints", ["x"] * 5),
    "findings without end": lambda t: t["findings"].extend(t["findings"] * 1000),
    "a state that there is not": change("tasks.2.state", "excellent"),
    "something more": change("points", 100),
    "something more of a task": change("tasks.0.points", 100),
    "something less": lambda t: t.pop("warnings"),
    "something less of a step": lambda t: t["steps"][0].pop("ready"),
    "negative time": change("elapsed", -1),
    "an error that is none": change("error", "ValueError"),
    "an error within errors without end": lambda t: t.update(error=nested(5_000)),
}  # fmt: skip


def nested(depth: int) -> JSON:
    failure: JSON = {"type": "x", "message": "", "line": None, "code": "", "causes": []}
    for _ in range(depth):
        failure = {**failure, "causes": [failure]}
    return failure


@pytest.mark.parametrize("lie", LIES)
def test_a_single_lie_is_not_believed(lie: str) -> None:
    told = (
        copy.deepcopy(TOLD)
        if "without end" not in lie
        else dict(TOLD, findings=[*TOLD["findings"]])
    )
    LIES[lie](told)
    with pytest.raises(ValueError, match=r"[一-龥]"):
        read_transcript(told, 3.0)


def leaves(told: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths to everything in a transcript but its value, which is the program's own."""
    items = (
        told.items()
        if isinstance(told, dict)
        else enumerate(told)
        if isinstance(told, list)
        else ()
    )
    for key, inner in items:
        if (*path, key) != ("value",):
            yield (*path, key)
            yield from leaves(inner, (*path, key))


PATHS = list(leaves(TOLD))
OTHERS = [None, "text", [[]], {"a": 1}, -1, 1.5, True]


@QUICK
@given(
    path=st.sampled_from(PATHS),
    value=st.sampled_from([None, "text", [[]], {"a": 1}, -1, 1.5, True]),
)
def test_nothing_of_another_form_is_believed_or_raises_anything_else(
    path: tuple[Any, ...], value: Any
) -> None:
    told: Any = copy.deepcopy(TOLD)
    outer = told
    for part in path[:-1]:
        outer = outer[part]
    assume(outer[path[-1]] != value or type(outer[path[-1]]) is not type(value))
    outer[path[-1]] = value
    try:
        read_transcript(told)
    except ValueError:
        return
    assert sent(read_transcript(told)) == told


@pytest.mark.parametrize("data", [None, [], "x", 3, {}, {"value": 1}])
def test_what_is_no_transcript_is_refused(data: object) -> None:
    with pytest.raises(ValueError, match="格式不对"):
        read_transcript(data)


def test_a_failure_and_a_finding_have_their_form_too() -> None:
    assert well_formed("failure", nested(2)) == nested(2)
    with pytest.raises(ValueError, match="格式不对"):
        well_formed("failure", {**nested(0), "line": "3"})
    with pytest.raises(ValueError, match="格式不对"):
        well_formed("finding", {"code": "deadlock"})


def test_saying_that_it_took_longer_gains_nothing_and_is_believed() -> None:
    """A callback that blocks after the last step makes an honest run longer than its steps."""
    read_transcript({**TOLD, "elapsed": 9.0}, 3.0)
