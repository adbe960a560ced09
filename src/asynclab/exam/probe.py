"""Probes: awaitable functions handed to the student's code, which tell what they saw.

A probe gives its value only when its time has come, and values are random, so code that did not
wait cannot know them. What it saw does not depend on what the student's code says of itself.
"""

import asyncio
import builtins
import math
from collections.abc import Collection, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from asynclab.clock import VirtualLoop
from asynclab.exam.chance import current_chance
from asynclab.trace import plain

Delay = float | Mapping[str, float]


@dataclass(frozen=True)
class Answer:
    """What a call is given in the end: a value, or an error such as `"OSError: 甲 出错了"`."""

    value: Any = None
    error: str | None = None

    def exception(self) -> BaseException:
        """The error as an exception of the built-in type that it names."""
        name, _, message = (self.error or "").partition(": ")
        return getattr(builtins, name)(message)  # type: ignore[no-any-return]

    def give(self, future: asyncio.Future[Any]) -> None:
        """Complete the future of the call."""
        if self.error is None:
            future.set_result(self.value)
        else:
            future.set_exception(self.exception())


class ProbeFunction:
    """The awaitable function itself: keeps the time of the loop on which it is called.

    What each call takes and gives is a subclass's affair.
    """

    __name__ = "probe"

    def __init__(self) -> None:
        self._loop: VirtualLoop | None = None
        self._over = False

    def attach(self, loop: VirtualLoop, name: str) -> None:
        """A run begins on this loop; the student's code knows the function as `name`."""
        self.__name__, self._over = name, False
        self._loop, self._begun = loop, loop.now

    def detach(self) -> None:
        """The program has ended: what is cancelled or called after it is not its doing."""
        self._over = True

    @property
    def now(self) -> float:
        """Seconds since the run began."""
        assert self._loop is not None, "a probe is handed over through run(…)"
        return self._loop.now - self._begun

    def begin(self, arguments: list[Any]) -> tuple[int, float]:
        """A call begins: its number, and the seconds after which it is to be settled."""
        raise NotImplementedError

    def settle(self, number: int, elapsed: float) -> Answer:
        """A call's time has come, `elapsed` seconds after the run began: what it is given."""
        raise NotImplementedError

    def abandon(self, number: int) -> None:
        """A call was cancelled before its time."""
        raise NotImplementedError

    def __call__(self, *arguments: Any) -> Coroutine[Any, Any, Any]:
        """A coroutine that waits the probe's delay, then gives its value or fails."""
        call = self._call(*arguments)
        call.__name__ = call.__qualname__ = self.__name__  # type: ignore[attr-defined]
        return call

    async def _call(self, *arguments: Any) -> Any:
        loop = self._loop
        assert loop is not None, "a probe is handed over through run(…)"
        answer = loop.create_future()
        if self._over:
            return await answer  # which nobody gives any more
        number, delay = self.begin(plain(arguments))
        due = loop.now + delay
        # straight from the loop, so that a replaced asyncio.sleep makes no difference
        timer = loop.call_at(due, self._answer, answer, number) if math.isfinite(due) else None
        try:
            return await answer
        except BaseException:
            if not self._over and (not answer.done() or answer.cancelled()):
                self.abandon(number)
            raise
        finally:
            if timer is not None:
                timer.cancel()

    def _answer(self, future: asyncio.Future[Any], number: int) -> None:
        if not self._over and not future.done():
            self.settle(number, self.now).give(future)


class Probe(ProbeFunction):
    """What is known of the calls of one awaitable function; see `probe`.

    An examiner, who has the student's loop in another process, calls `begin`, `settle` and
    `abandon` himself.
    """

    def __init__(self, delay: Delay, value: Any, fail: Collection[str] | Mapping[str, str]) -> None:
        super().__init__()
        self._delay, self._value, self._fail = delay, value, fail
        self.reset("probe")

    def reset(self, name: str) -> None:
        """Forget an earlier run; the student's code knows the function as `name`."""
        self.__name__ = name
        self.calls: list[list[Any]] = []
        self.answers: list[Any] = []
        self.finished: list[int] = []
        self.cancelled: list[list[Any]] = []
        self.peak = 0
        self.elapsed = 0.0
        self._running: set[int] = set()

    def attach(self, loop: VirtualLoop, name: str) -> None:
        """A run begins: what an earlier one left is forgotten."""
        self.reset(name)
        super().attach(loop, name)

    @property
    def arguments(self) -> list[Any]:
        """First argument of every call, in the order of the calls."""
        return [call[0] if call else None for call in self.calls]

    def answer(self, argument: Any) -> Any:
        """What the last call with this first argument was given; None when there was none."""
        given = [
            a for a, first in zip(self.answers, self.arguments, strict=True) if first == argument
        ]
        return given[-1] if given else None

    def begin(self, arguments: list[Any]) -> tuple[int, float]:
        """Note a call's arguments."""
        number = len(self.calls)
        self.calls.append(list(arguments))
        self.answers.append(None)
        self._running.add(number)
        self.peak = max(self.peak, len(self._running))
        key = self._key(number)
        delay = self._delay.get(key, 0.0) if isinstance(self._delay, Mapping) else self._delay
        return number, delay

    def settle(self, number: int, elapsed: float) -> Answer:
        """Note that a call ended, and make its value."""
        self.elapsed = round(elapsed, 3)
        self._running.discard(number)
        self.finished.append(number)
        key = self._key(number)
        if key in self._fail:
            text = self._fail[key] if isinstance(self._fail, Mapping) else f"OSError: {key} 出错了"
            return Answer(error=text)
        self.answers[number] = self._value_of(key)
        return Answer(self.answers[number])

    def abandon(self, number: int) -> None:
        """Note that a call was cancelled."""
        self._running.discard(number)
        self.cancelled.append(self.calls[number])

    def _key(self, number: int) -> str:
        call = self.calls[number]
        return str(call[0]) if call else ""

    def _value_of(self, key: str) -> Any:
        if self._value is None:
            return current_chance().token()
        return self._value.get(key) if isinstance(self._value, Mapping) else self._value


def probe(
    delay: Delay = 1.0, value: Any = None, fail: Collection[str] | Mapping[str, str] = ()
) -> Probe:
    """An awaitable function to hand to the student's code through `run`.

    Args:
        delay: virtual seconds that each call takes, or a mapping from the first argument to them.
        value: what each call gives, or a mapping from the first argument to it; None gives a new
            random text each time.
        fail: first arguments for which the call raises OSError, or a mapping from them to an error,
            written as `"ValueError: 理由"`.

    Afterwards it tells what it saw: `calls` (the arguments of each, in order, as JSON), `arguments`
    (the first of each), `answers` (what each was given, None for one that failed or was not
    answered), `answer(argument)`, `finished` (numbers of the calls, in the order in
    which they ended), `peak` (most at once), `cancelled` (arguments of the cancelled calls) and
    `elapsed` (virtual seconds until the last answer).
    """
    return Probe(delay, value, fail)
