"""End a program that computes for ever without giving the loop a turn (`while True: pass`)."""

import ctypes
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

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
    stop = threading.Event()
    watcher = threading.Thread(
        target=_watch, args=(loop, thread, cpu_seconds, stop), name="asynclab-watchdog", daemon=True
    )
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join()
        # one that was raised but not yet delivered must not hit what comes next
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), None)


def _watch(loop: VirtualLoop, thread: int, cpu_seconds: float, stop: threading.Event) -> None:
    turn, used = -1, 0.0
    while not stop.wait(_LOOK_EVERY_S):
        if loop.turn != turn or not loop.is_running():
            turn, used = loop.turn, _cpu(thread)
        elif _cpu(thread) - used > cpu_seconds:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(thread), ctypes.py_object(BusyError)
            )


def _cpu(thread: int) -> float:
    """Processor seconds of a thread; where the system cannot tell, the time of day."""
    if hasattr(time, "pthread_getcpuclockid"):
        return time.clock_gettime(time.pthread_getcpuclockid(thread))
    return _monotonic()
