import json
import socket
import threading
from typing import Any

import pytest

from asynclab.exam.run import evaluate
from asynclab.trace import Transcript
from examroom.candidate.channel import Channel
from examroom.candidate.probes import RemoteProbe

PROGRAM = """
import asyncio
async def limited(f):
    try:
        async with asyncio.timeout(1):
            await f("慢")
    except TimeoutError:
        return "太久"
async def leaves(f):
    asyncio.create_task(f("慢"))
    await asyncio.sleep(1)
"""


class Examiner:
    """Notes what it is told; every call takes two seconds and gives `值`, or fails."""

    def __init__(self, connection: socket.socket) -> None:
        self.told: list[dict[str, Any]] = []
        self.answer: dict[str, Any] = {"value": "值", "error": None}
        self._connection = connection

    def serve(self) -> None:
        with self._connection.makefile("rb") as lines:
            for line in lines:
                message = json.loads(line)
                self.told.append(message)
                if "begin" in message:
                    self._say({"number": 0, "delay": 2})
                elif "settle" in message:
                    self._say(self.answer)

    def _say(self, message: dict[str, Any]) -> None:
        self._connection.sendall(json.dumps(message).encode() + b"\n")


def do(
    expression: str, answer: dict[str, Any] | None = None
) -> tuple[Transcript, list[dict[str, Any]]]:
    """What a run tells, and what the examiner was told meanwhile."""
    ours, theirs = socket.socketpair()
    with theirs:
        examiner = Examiner(theirs)
        examiner.answer = answer or examiner.answer
        thread = threading.Thread(target=examiner.serve)
        thread.start()
        namespace: dict[str, Any] = {}
        exec(PROGRAM, namespace)
        with ours:
            t = evaluate(expression, namespace, {"f": RemoteProbe(Channel(ours), 7)})
        thread.join()
    return t, examiner.told


def test_a_call_is_told_and_its_answer_asked_for_when_its_time_has_come() -> None:
    t, (begun, settled) = do("f('甲', (1, 2))")
    assert (t.value, t.elapsed) == ("值", 2)
    assert (begun["id"], begun["probe"], begun["begin"]) == (7, "f", ["甲", [1, 2]])
    assert (settled["id"], settled["probe"], settled["settle"]) == (7, "f", 0)
    assert settled["now"] - begun["now"] == pytest.approx(2)


def test_an_error_is_raised_as_the_type_that_it_names() -> None:
    t, _ = do("f('甲')", {"value": None, "error": "ValueError: 没水"})
    assert t.error is not None
    assert (t.error.type, t.error.message) == ("ValueError", "没水")


def test_a_call_that_nobody_waits_for_any_more_is_told() -> None:
    t, told = do("limited(f)")
    assert (t.value, t.elapsed) == ("太久", 1)
    assert ["begin" in told[0], "abandon" in told[1], len(told)] == [True, True, 2]


def test_after_the_program_has_ended_nothing_is_told() -> None:
    t, told = do("leaves(f)")
    assert t.codes() == {"leaked-task"}
    assert ["begin" in message for message in told] == [True]
