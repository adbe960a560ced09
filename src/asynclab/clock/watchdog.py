"""End a program that computes for ever without giving the loop a turn (`while True: pass`)."""

import ctypes
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from asynclab.clock.errors import BusyError
from asynclab.clock.loop import VirtualLoop

# One turn of a loop that computes longer than this does not come back, as far as anybody can tell.
CPU_S = 3.0
_LOOK_EVERY_S = 0.25
_monotonic = time.monotonic


@contextmanager
def watched(loop: VirtualLoop, *, cpu_seconds: float = CPU_S) -> Iterator[None]:
    """Raise BusyError into this thread when one turn of `loop` uses more processor time than this.

    Processor time of this thread alone: a loaded machine does not make a program seem busy. A
    program that catches the error is interrupted again until it ends.
    """
    watch = _Watch(loop, cpu_seconds)
    # a timer costs next to nothing, a thread as much as a small run; but only the main thread
    # hears the timer
    main = threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")
    with _by_timer(watch) if main else _by_thread(watch):
        yield


class _Watch:
    """How much processor time the thread that makes it uses in one turn of a loop."""

    def __init__(self, loop: VirtualLoop, cpu_seconds: float) -> None:
        self._loop, self._most = loop, cpu_seconds
        self._turn, self._used = -1, 0.0
        self.thread = threading.get_ident()

    def too_long(self) -> bool:
        """Whether a turn that was under way at an earlier look has used too much by now."""
        used = _cpu(self.thread)
        if self._loop.turn != self._turn or not self._loop.is_running():
            self._turn, self._used = self._loop.turn, used
        return used - self._used > self._most


def _cpu(thread: int) -> float:
    """Processor seconds of a thread; where the system cannot tell, the time of day."""
    if hasattr(time, "pthread_getcpuclockid"):
        return time.clock_gettime(time.pthread_getcpuclockid(thread))
    return _monotonic()


@contextmanager
def _by_timer(watch: _Watch) -> Iterator[None]:
    over = False

    def look(number: int, frame: FrameType | None) -> None:
        if not over and watch.too_long():
            raise BusyError

    outer = signal.signal(signal.SIGVTALRM, look)
    rest = signal.setitimer(signal.ITIMER_VIRTUAL, _LOOK_EVERY_S, _LOOK_EVERY_S)
    try:
        yield
    finally:
        over = True
        signal.setitimer(signal.ITIMER_VIRTUAL, *rest)  # that of a run around this one
        signal.signal(signal.SIGVTALRM, outer or signal.SIG_DFL)


@contextmanager
def _by_thread(watch: _Watch) -> Iterator[None]:
    stop, interrupted = threading.Event(), threading.Event()

    def look() -> None:
        while not stop.wait(_LOOK_EVERY_S):
            if watch.too_long():
                interrupted.set()
                _interrupt(watch.thread)

    watcher = threading.Thread(target=look, name="asynclab-watchdog", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join()
        if interrupted.is_set():
            _take(watch.thread)


def _interrupt(thread: int) -> None:
    error = ctypes.py_object(BusyError)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), error)


def _take(thread: int) -> None:
    """Let this thread have, here, the error that was perhaps raised and not yet delivered.

    To withdraw it would leave Python 3.11 with a note that something is pending, and there a
    traced or profiled function with such a note goes round for ever.
    """
    with suppress(BusyError):
        _interrupt(thread)  # in place of a pending one
        while True:
            pass
