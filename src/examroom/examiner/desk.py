"""The examiner's own clock and answers for the probes of one run."""

import heapq
import math
from collections.abc import Mapping
from typing import Any

from asynclab.exam import Probe
from examroom.examiner.dialogue import Message

# Answers due this near each other are given in one turn of the loop, as timers are.
SAME_TURN_S = 5e-5
_MOST_CALLS = 20_000


class Desk:
    """Hears of calls and gives their answers when their time has come on the examiner's clock.

    A candidate may say that more time has passed than the examiner knows of (its loop was blocked);
    saying so only makes the run longer. It cannot have an answer before its time.
    """

    def __init__(self, probes: Mapping[str, Probe]) -> None:
        self._probes = probes
        self.now = 0.0
        self._due: list[tuple[float, int]] = []
        self._open: dict[int, tuple[Probe, int, float]] = {}
        self._calls = 0
        for name, probe in probes.items():
            probe.reset(name)

    def hear(self, message: Message) -> Message | None:
        """One message of the candidate's `Desk`; ValueError (Chinese) when it is nonsense."""
        now = message["now"]
        if type(now) not in (int, float) or now < 0:
            raise ValueError("时钟不对")
        self.now = max(self.now, now)
        if "call" in message:
            self._begin(message)
        elif "abandoned" in message:
            call = self._open.pop(_number(message["abandoned"]), None)
            if call is not None:
                call[0].abandon(call[1])
        elif "take" in message:
            return self._give(_number(message["take"]))
        elif "idle" in message:
            return self._advance(message["idle"])
        else:
            raise ValueError("不认识的消息")
        return None

    def _begin(self, message: Message) -> None:
        number, name, arguments = _number(message["call"]), message.get("probe"), message.get(
            "arguments"
        )  # fmt: skip
        self._calls += 1
        if number != self._calls or number > _MOST_CALLS:
            raise ValueError("调用的编号不对")
        if type(name) is not str or name not in self._probes or type(arguments) is not list:
            raise ValueError("调用的形式不对")
        probe = self._probes[name]
        call, delay = probe.begin(arguments)
        due = self.now + delay
        self._open[number] = probe, call, due
        if math.isfinite(due):
            heapq.heappush(self._due, (due, number))

    def _advance(self, timeout: Any) -> Message:
        if timeout is not None and (type(timeout) not in (int, float) or timeout < 0):
            raise ValueError("时钟不对")
        while self._due and self._due[0][1] not in self._open:
            heapq.heappop(self._due)
        until = math.inf if timeout is None else self.now + timeout
        due: list[Any] = []
        if self._due and self._due[0][0] <= until + SAME_TURN_S:
            self.now = max(self.now, self._due[0][0])
            while self._due and self._due[0][0] <= self.now + SAME_TURN_S:
                when, number = heapq.heappop(self._due)
                if number in self._open:
                    due.append([number, when])
        elif timeout is not None:
            self.now = until
        return {"now": self.now, "due": due, "dead": timeout is None and not due}

    def _give(self, number: int) -> Message:
        """The answer to a call, if it is still waited for and its time has come."""
        probe, call, due = self._open.pop(number, (None, 0, math.inf))
        if probe is None or due > self.now + SAME_TURN_S:
            raise ValueError("要得太早")
        answer = probe.settle(call, self.now)
        return {"value": answer.value, "error": answer.error}


def _number(value: Any) -> int:
    if type(value) is not int:
        raise ValueError("编号不对")
    return value
