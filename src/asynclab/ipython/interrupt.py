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

from asynclab.clock import VirtualLoop, is_library

BEAT_S = 0.2
PATIENCE_S = 0.3


class Interruptible:
    """While a cell runs: wakes the loop now and then, and lets an interrupt stop what runs.

    A cell that waits is cancelled. What runs is stopped where it is, but only if the cell has not
    ended `PATIENCE_S` later: an error in the midst of asyncio's own work (`create_task`) would
    leave a task that nobody holds, and it could block the kernel.
    """

    def __init__(self) -> None:
        self._beats: asyncio.TimerHandle | None = None
        self._cell: asyncio.Task[Any] | None = None
        self._insist: threading.Timer | None = None
        self._insisting = self._told = False

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
        self._beats = loop.call_later(BEAT_S, self._beat, loop)

    def _interrupt(self, _: int, frame: FrameType | None) -> None:
        running, first = asyncio.current_task(), self._insist is None
        own, self._insisting = self._insisting, False
        # what was cancelled and waits again is cleaning up: one press does not cancel that as well
        if self._cell is not None and running is not self._cell and not (own and self._told):
            self._told = True
            # nobody need tell the cell that a task of its own, or of a server, was cancelled
            self._cell.cancel("被中断")
        if first and hasattr(signal, "pthread_kill"):
            self._insist = threading.Timer(PATIENCE_S, self._again)
            self._insist.daemon = True
            self._insist.start()
        elif running is not None and _is_programs(frame):
            # raised in the running code itself; not KeyboardInterrupt, which would end the loop
            raise asyncio.CancelledError("被中断")

    def _again(self) -> None:
        main = threading.main_thread().ident
        if self._cell is not None and main is not None:
            self._insisting = True
            signal.pthread_kill(main, signal.SIGINT)

    def end(self, *_: Any) -> None:
        """After a cell: leave the loop alone."""
        if self._beats is not None:
            self._beats.cancel()
        if self._insist is not None:
            self._insist.cancel()
        self._beats = self._cell = self._insist = None
        self._insisting = self._told = False


def _is_programs(frame: FrameType | None) -> bool:
    """Whether code of the notebook's is at work here, and not the kernel's alone."""
    while frame is not None:
        if not is_library(frame.f_code.co_filename):
            return True
        frame = frame.f_back
    return False
