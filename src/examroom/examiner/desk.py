"""The examiner's own clock and answers for the probes of one run."""

import math
from collections.abc import Mapping
from typing import Any

from asynclab.exam import Probe
from asynclab.trace import readable
from examroom.examiner.dialogue import Lost, Message

# Answers due this near each other are given in one turn of the loop, as timers are.
SAME_TURN_S = 5e-5
_MOST_CALLS = 20_000


class Desk:
    """Hears of calls, and gives their answers when their time has come on the examiner's clock.

    The clock only goes forward, and as far as a candidate says; saying that more time has passed
    than really has only makes the run longer. It cannot have an answer before its time.
    """

    def __init__(self, probes: Mapping[str, Probe]) -> None:
        self._probes = probes
        self.now = 0.0
        self._due: dict[tuple[str, int], float] = {}
        self._calls = 0
        for name, probe in probes.items():
            probe.reset(name)

    def hear(self, message: Message) -> Message | None:
        """One message of the candidate's probes.

        Raises ValueError (Chinese) when it is nonsense, Lost when the calls do not end.
        """
        self.now = max(self.now, _seconds(message["now"]))
        name = message.get("probe")
        if type(name) is not str or name not in self._probes:
            raise ValueError("没有这样的探针")
        if "begin" in message:
            return self._begin(name, message["begin"])
        number = message.get("settle", message.get("abandon"))
        if type(number) is not int or (name, number) not in self._due:
            raise ValueError("没有这样的调用")
        due = self._due.pop((name, number))
        if "abandon" in message:
            self._probes[name].abandon(number)
            return None
        if due > self.now + SAME_TURN_S:
            raise ValueError("还没有到时候，就要结果")
        answer = self._probes[name].settle(number, self.now)
        return {"value": answer.value, "error": answer.error}

    def _begin(self, name: str, arguments: Any) -> Message:
        self._calls += 1
        if self._calls > _MOST_CALLS:  # a loop that nothing ends, most likely
            raise Lost("runs-for-ever", f"{name} 被调用了 {_MOST_CALLS} 次以上")
        if type(arguments) is not list:
            raise ValueError("调用的形式不对")
        number, delay = self._probes[name].begin(readable(arguments))
        self._due[name, number] = self.now + delay
        return {"number": number, "delay": delay}


def _seconds(value: Any) -> float:
    """A time as a candidate tells it, which may be any JSON."""
    if type(value) in (int, float) and 0 <= value < math.inf:
        try:
            return float(value)
        except OverflowError:
            pass
    raise ValueError("时钟不对")
