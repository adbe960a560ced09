"""Probes whose values and time are the examiner's."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from asynclab.clock import VirtualLoop
from asynclab.exam.probe import Answer
from asynclab.trace import plain
from examroom.candidate.channel import Channel


class Desk:
    """The examiner's clock and answers, as one run sees them.

    While a call is under way the examiner says how far the loop's clock may go.
    """

    def __init__(self, channel: Channel, request: int) -> None:
        self._channel, self._request = channel, request
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._calls = 0
        self._loop: VirtualLoop | None = None
        self._begun = 0.0

    def attach(self, loop: VirtualLoop) -> None:
        """Share the clock of this loop."""
        if self._loop is not loop:
            self._loop, self._begun = loop, loop.now
            loop.pace = self._pace

    def call(self, name: str, arguments: Any) -> tuple[int, asyncio.Future[Any]]:
        """Tell the examiner of a call; its answer comes through the future."""
        assert self._loop is not None, "a probe is handed over through run(…)"
        self._calls += 1
        number = self._calls
        future = self._waiting[number] = self._loop.create_future()
        self._tell(call=number, probe=name, arguments=arguments)
        return number, future

    def abandon(self, number: int) -> None:
        """Tell the examiner that nobody waits for the answer any more."""
        self._waiting.pop(number, None)
        self._tell(abandoned=number)

    def _pace(self, timeout: float | None) -> bool:
        loop = self._loop
        assert loop is not None
        if not self._waiting:
            if timeout is not None:
                loop.advance(loop.now + timeout)
            return timeout is not None
        self._tell(idle=timeout)
        reply = self._channel.receive()
        loop.advance(self._begun + reply["now"])
        for number, value, error in reply["answers"]:
            future = self._waiting.pop(number, None)
            if future is None or future.done():
                continue
            if error is None:
                future.set_result(value)
            else:
                future.set_exception(Answer(error=error).exception())
        return not reply["dead"]

    def _tell(self, **message: Any) -> None:
        assert self._loop is not None
        now = self._loop.now - self._begun
        self._channel.send({"id": self._request, "now": now, **message})


class RemoteProbe:
    """What the student's code is given for a probe."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.__name__ = "probe"

    def attach(self, loop: VirtualLoop, name: str) -> None:
        """Called when the run begins."""
        self.__name__ = name
        self._desk.attach(loop)

    def __call__(self, *arguments: Any) -> Coroutine[Any, Any, Any]:
        """A coroutine that gives what the examiner gives, when the examiner gives it."""
        call = self._call(*arguments)
        call.__name__ = call.__qualname__ = self.__name__  # type: ignore[attr-defined]
        return call

    async def _call(self, *arguments: Any) -> Any:
        number, answer = self._desk.call(self.__name__, plain(arguments))
        try:
            return await answer
        except BaseException:
            if not answer.done() or answer.cancelled():
                self._desk.abandon(number)
            raise
