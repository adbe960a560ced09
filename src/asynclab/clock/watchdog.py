"""End a program that computes for ever without giving the loop a turn (`while True: pass`)."""

import ctypes
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

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
    thread = threading.get_ident()
    stop, interrupted = threading.Event(), threading.Event()
    watcher = threading.Thread(
        target=_watch,
        args=(loop, thread, cpu_seconds, stop, interrupted),
        name="asynclab-watchdog",
        daemon=True,
    )
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join()
        if interrupted.is_set():
            _take(thread)


def _watch(
    loop: VirtualLoop,
    thread: int,
    cpu_seconds: float,
    stop: threading.Event,
    interrupted: threading.Event,
) -> None:
    turn, used = -1, 0.0
    while not stop.wait(_LOOK_EVERY_S):
        if loop.turn != turn or not loop.is_running():
            turn, used = loop.turn, _cpu(thread)
        elif _cpu(thread) - used > cpu_seconds:
            interrupted.set()
            _interrupt(thread)


def _interrupt(thread: int) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(BusyError))


def _take(thread: int) -> None:
    """Let this thread have, here, the error that was perhaps raised and not yet delivered.

    To withdraw it would leave Python 3.11 with a note that something is pending, and there a
    traced or profiled function with such a note goes round for ever.
    """
    with suppress(BusyError):
        _interrupt(thread)  # in place of a pending one
        while True:
            pass


def _cpu(thread: int) -> float:
    """Processor seconds of a thread; where the system cannot tell, the time of day."""
    if hasattr(time, "pthread_getcpuclockid"):
        return time.clock_gettime(time.pthread_getcpuclockid(thread))
    return _monotonic()
