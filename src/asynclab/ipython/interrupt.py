"""Keep a cell that waits in `await` interruptible."""

import asyncio
from typing import Any

BEAT_S = 0.2


class Heartbeat:
    """Wakes the kernel's loop now and then while a cell runs.

    A signal only sets a flag; a loop that sleeps in its selector does not look at it until
    something wakes it up (ipykernel issue 881).
    """

    def __init__(self) -> None:
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, *_: Any) -> None:
        """Before a cell: start beating, if a loop runs in this thread."""
        self.end()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self._beat(loop)

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = loop.call_later(BEAT_S, self._beat, loop)

    def end(self, *_: Any) -> None:
        """After a cell: leave the loop alone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
