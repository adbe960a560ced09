"""Let an interrupt reach a cell that awaits, whatever it is doing.

ipykernel answers an interrupt of such a cell by cancelling it. That does nothing while the loop
sleeps in its selector, unless something wakes it up (ipykernel issue 881), and nothing to a
coroutine that computes without end.
"""

import asyncio
import signal
import threading
from types import FrameType
from typing import Any

from asynclab.clock import VirtualLoop

BEAT_S = 0.2


class Interruptible:
    """While a cell runs: wakes the loop now and then, and lets an interrupt stop what runs."""

    def __init__(self) -> None:
        self._timer: asyncio.TimerHandle | None = None
        self._cell: asyncio.Task[Any] | None = None

    def begin(self, *_: Any) -> None:
        """Before a cell, if it runs on a loop in this thread."""
        self.end()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        if isinstance(loop, VirtualLoop):
            return  # nothing is waited for there, and a beat would hide a deadlock
        self._beat(loop)
        self._cell = asyncio.current_task()
        at_main_thread = threading.current_thread() is threading.main_thread()
        # ipykernel has put its own handler in place of the default one; it takes ours away again
        if at_main_thread and signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            signal.signal(signal.SIGINT, self._interrupt)

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = loop.call_later(BEAT_S, self._beat, loop)

    def _interrupt(self, _: int, frame: FrameType | None) -> None:
        if asyncio.current_task() is not None:
            # raised in the running code itself; not KeyboardInterrupt, which would end the loop
            raise asyncio.CancelledError("被中断")
        if self._cell is not None:
            self._cell.cancel("被中断")

    def end(self, *_: Any) -> None:
        """After a cell: leave the loop alone."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._cell = None
