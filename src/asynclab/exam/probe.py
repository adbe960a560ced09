"""Probes: awaitable functions handed to the student's code, which tell what they saw.

A probe gives its value only when its time has come, and values are random, so code that did not
wait cannot know them. What it saw does not depend on what the student's code says of itself.
"""

import builtins
import secrets
from collections.abc import Collection, Coroutine, Mapping
from typing import Any

from asynclab.clock import VirtualLoop

Delay = float | Mapping[str, float]


class Probe:
    """An awaitable function for the student's code; see `probe`."""

    def __init__(self, delay: Delay, value: Any, fail: Collection[str] | Mapping[str, str]) -> None:
        self._delay, self._value, self._fail = delay, value, fail
        self.__name__ = "probe"
        self._loop: VirtualLoop | None = None
        self._begun = 0.0
        self.calls: list[list[Any]] = []
        self.answers: list[Any] = []
        self.finished: list[int] = []
        self.cancelled: list[list[Any]] = []
        self.peak = 0
        self.elapsed = 0.0
        self._running: set[int] = set()

    @property
    def arguments(self) -> list[Any]:
        """First argument of every call, in the order of the calls."""
        return [call[0] if call else None for call in self.calls]

    def attach(self, loop: VirtualLoop, name: str) -> None:
        """Keep the time of this loop; `run` calls it, and forgets what an earlier run left."""
        self.__init__(self._delay, self._value, self._fail)  # type: ignore[misc]
        self._loop, self._begun, self.__name__ = loop, loop.now, name

    def __call__(self, *arguments: Any) -> Coroutine[Any, Any, Any]:
        """A coroutine that waits the probe's delay, then gives its value or fails."""
        call = self._call(*arguments)
        call.__name__ = call.__qualname__ = self.__name__  # type: ignore[attr-defined]
        return call

    def answer(self, argument: Any) -> Any:
        """What the last call with this first argument was given; None when there was none."""
        given = [
            a for a, first in zip(self.answers, self.arguments, strict=True) if first == argument
        ]
        return given[-1] if given else None

    async def _call(self, *arguments: Any) -> Any:
        loop = self._loop
        assert loop is not None, "a probe is handed over through run(…)"
        number, key = len(self.calls), str(arguments[0]) if arguments else ""
        self.calls.append(list(arguments))
        self.answers.append(None)
        self._running.add(number)
        self.peak = max(self.peak, len(self._running))
        answer = loop.create_future()
        # straight from the loop, so that a replaced asyncio.sleep makes no difference
        timer = loop.call_at(loop.now + self._delay_of(key), self._answer, answer, number, key)
        try:
            return await answer
        except BaseException:
            if not answer.done() or answer.cancelled():
                self.cancelled.append(list(arguments))
            raise
        finally:
            timer.cancel()
            self._running.discard(number)

    def _answer(self, answer: Any, number: int, key: str) -> None:
        assert self._loop is not None
        self.elapsed = round(self._loop.now - self._begun, 3)
        if answer.done():
            return
        self._running.discard(number)
        self.finished.append(number)
        if key in self._fail:
            answer.set_exception(self._error(key))
            return
        self.answers[number] = self._value_of(key)
        answer.set_result(self.answers[number])

    def _delay_of(self, key: str) -> float:
        return self._delay.get(key, 0.0) if isinstance(self._delay, Mapping) else self._delay

    def _value_of(self, key: str) -> Any:
        if self._value is None:
            return secrets.token_hex(4)
        return self._value.get(key) if isinstance(self._value, Mapping) else self._value

    def _error(self, key: str) -> BaseException:
        text = self._fail[key] if isinstance(self._fail, Mapping) else f"OSError: {key} 出错了"
        name, _, message = text.partition(": ")
        return getattr(builtins, name)(message)  # type: ignore[no-any-return]


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

    Afterwards it tells what it saw: `calls` (the arguments of each, in order), `arguments` (the
    first of each), `answers` (what each was given, None for one that failed or was not answered),
    `answer(argument)`, `finished` (numbers of the calls, in the order in
    which they ended), `peak` (most at once), `cancelled` (arguments of the cancelled calls) and
    `elapsed` (virtual seconds until the last answer).
    """
    return Probe(delay, value, fail)
