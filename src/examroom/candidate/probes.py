"""Probes whose values and time are the examiner's."""

import asyncio
from typing import Any

from asynclab.clock import VirtualLoop
from asynclab.exam.probe import Answer, ProbeFunction
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
        self._over = False

    def attach(self, loop: VirtualLoop) -> None:
        """Share the clock of this loop."""
        if self._loop is not loop:
            self._loop, self._begun = loop, loop.now
            loop.pace = self._pace

    def detach(self) -> None:
        """The program has ended: the rest is not told."""
        self._over = True
        if self._loop is not None:
            self._loop.pace = None

    def call(self, name: str, arguments: Any) -> tuple[int, asyncio.Future[Any]]:
        """Tell the examiner of a call; its answer comes through the future."""
        assert self._loop is not None, "a probe is handed over through run(…)"
        self._calls += 1
        number = self._calls
        future = self._loop.create_future()
        if not self._over:
            self._waiting[number] = future
            self._tell(call=number, probe=name, arguments=arguments)
        return number, future

    def abandon(self, number: int) -> None:
        """Tell the examiner that nobody waits for the answer any more."""
        if not self._over:
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
        for number, due in reply["due"]:
            if (future := self._waiting.pop(number, None)) is not None:
                # by a timer, so that it comes in the order that it would have in one process
                loop.call_at(self._begun + due, self._take, future, number)
        return not reply["dead"]

    def _take(self, future: asyncio.Future[Any], number: int) -> None:
        if not future.done() and not self._over:
            self._tell(take=number)
            Answer(**self._channel.receive()).give(future)

    def _tell(self, **message: Any) -> None:
        assert self._loop is not None
        now = self._loop.now - self._begun
        self._channel.send({"id": self._request, "now": now, **message})


class RemoteProbe(ProbeFunction):
    """What the student's code is given for a probe."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def attach(self, loop: VirtualLoop, name: str) -> None:
        """Called when the run begins."""
        self.__name__ = name
        self._desk.attach(loop)

    def detach(self) -> None:
        """Called when the program has ended."""
        self._desk.detach()

    def ask(self, arguments: list[Any]) -> tuple[int, asyncio.Future[Any]]:
        """Ask the examiner, who gives what it gives when it gives it."""
        return self._desk.call(self.__name__, arguments)

    def abandon(self, number: int) -> None:
        """Tell the examiner."""
        self._desk.abandon(number)
