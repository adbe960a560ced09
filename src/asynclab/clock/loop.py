"""An asyncio event loop on which waiting costs no time.

Its idea is that of looptime and async-solipsism: what the loop would wait for, its clock skips.
What it adds was measured on them: timers of equal delay keep their order, work outside the loop is
really waited for, a deadlock is noticed, and `time.sleep` is what it is, a blocked loop.
"""

import asyncio
import selectors
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from asynclab.clock.errors import BusyError, DeadlockError
from asynclab.clock.outside import Outside
from asynclab.clock.waiting import waiting

# Every look at the clock moves it by a hair, as on a real machine. Without it timers of equal delay
# share a deadline, and the heap that holds them loses the order in which they were made.
HAIR_S = 1e-9
# Timers this near each other fire in one turn of the loop, as epoll's rounding makes them do.
SAME_TURN_S = 5e-5
# Slice of real waiting; nothing depends on its length but how soon a limit is noticed.
SLICE_S = 0.05
# Grace for a wake-up that another thread has promised but not yet delivered.
GRACE_S = 0.02

_monotonic = time.monotonic
_sleep = time.sleep

# poll keeps no state in the kernel, so that a forked process shares nothing with its parent
_Selector: type[Any] = getattr(selectors, "PollSelector", selectors.SelectSelector)


class _WaitlessSelector(_Selector):  # type: ignore[misc]
    """Asks the loop how to wait."""

    loop: "VirtualLoop"

    def select(self, timeout: float | None = None) -> Any:
        return self.loop._wait(timeout, super().select)


@dataclass(frozen=True)
class Blocked:
    """One `time.sleep` that held up the loop: which task, when, for how long, where."""

    task: str
    at: float
    seconds: float
    file: str
    line: int


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose clock starts at 0.0 and jumps to the next timer when nothing else is ready.

    Args:
        turns: turns of the loop after which BusyError ends the program.
        still_turns: the same, for turns during which no time passes.
        horizon: virtual seconds after which BusyError ends the program.

    It raises DeadlockError from whatever runs it, at once, when nothing can ever happen again.
    """

    def __init__(
        self, *, turns: int = 200_000, still_turns: int = 50_000, horizon: float = 30 * 86_400
    ) -> None:
        self.blocked: list[Blocked] = []
        self.outside = Outside()
        self._now = 0.0
        self._due: weakref.WeakKeyDictionary[asyncio.Future[Any], float]
        self._due = weakref.WeakKeyDictionary()
        self._limits = (turns, still_turns, horizon)
        self.turn = 0  # of the loop's life; those below begin anew when real time passes
        self._turns = self._still = 0
        self._was_busy = False
        self._turned_at = _monotonic()
        selector = _WaitlessSelector()
        selector.loop = self
        super().__init__(selector)
        self._clock_resolution = SAME_TURN_S

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        self._now += HAIR_S
        return self._now

    @property
    def now(self) -> float:
        """Virtual seconds since the loop was made, without moving the clock by a hair."""
        return self._now

    @property
    def now_outside(self) -> float:
        """What another thread of the program sees: it goes on while the loop stands in one turn."""
        return self._now + _monotonic() - self._turned_at

    def call_at(  # type: ignore[override]
        self, when: float, callback: Any, *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        """As on any loop; also notes for which future a timer is."""
        if args and isinstance(args[0], asyncio.Future):
            self._due[args[0]] = when
        return super().call_at(when, callback, *args, context=context)

    def due(self, future: asyncio.Future[Any]) -> float | None:
        """When the timer that completes a future is due; None for a future without one."""
        return self._due.get(future)

    def block(self, seconds: float, file: str, line: int) -> None:
        """What `time.sleep` in the loop's thread does: time passes and nothing else runs."""
        task = asyncio.current_task(self) if self.is_running() else None
        if task is not None:
            self.blocked.append(Blocked(task.get_name(), self._now, seconds, file, line))
        if self._outside_busy():
            _sleep(seconds)  # others need the time
        self._now += seconds

    def _wait(self, timeout: float | None, poll: Callable[[float | None], Any]) -> Any:
        """One turn's waiting: what the selector would do in real time."""
        self._count_turn()
        ready = poll(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if self._outside_busy():
            self._was_busy = True
            return self._really_wait(min(SLICE_S, timeout or SLICE_S), poll)
        was_busy = self._was_busy or self.outside.just_over
        if was_busy or (timeout is None and threading.active_count() > 1):
            # somebody may just have finished, his message still on its way
            self._was_busy = self.outside.just_over = False
            if ready := poll(GRACE_S):
                return ready
        if timeout is None:
            raise DeadlockError(tuple(map(waiting, sorted(asyncio.all_tasks(self), key=_name))))
        self._now += timeout
        self._still = 0
        return []

    def _really_wait(self, seconds: float, poll: Callable[[float | None], Any]) -> Any:
        started = self._turned_at = _monotonic()
        try:
            return poll(seconds)
        finally:
            self._turned_at = _monotonic()
            self._now += self._turned_at - started
            self._turns = self._still = 0

    def _outside_busy(self) -> bool:
        keys = self._selector.get_map().values()  # type: ignore[attr-defined]
        return self.outside.busy(keys, self._ssock.fileno())  # type: ignore[attr-defined]

    def _count_turn(self) -> None:
        self._turned_at = _monotonic()
        self.turn += 1
        self._turns += 1
        self._still += 1
        turns, still_turns, horizon = self._limits
        if self._turns > turns or self._still > still_turns or self._now > horizon:
            said = f"事件循环转了 {self._turns} 圈，时钟走到第 {self._now:.0f} 秒，程序还没有结束"
            # what cleans up after the program gets as many turns again
            self._turns = self._still = 0
            self._limits = (turns, still_turns, self._now + horizon)
            raise BusyError(said)


def _name(task: asyncio.Task[Any]) -> tuple[int, str]:
    """Sort tasks by the number in their default name, then by name."""
    name = task.get_name()
    number = name.removeprefix("Task-")
    return (int(number) if number.isdecimal() else 0, name)
