"""Virtual time: an event loop on which waiting costs no time, and the clocks that agree with it."""

from asynclab.clock.errors import BusyError, ClockError, DeadlockError
from asynclab.clock.library import is_library
from asynclab.clock.loop import Blocked, VirtualLoop
from asynclab.clock.patches import virtual_time
from asynclab.clock.waiting import Waiting
from asynclab.clock.watchdog import watched

__all__ = [
    "Blocked",
    "BusyError",
    "ClockError",
    "DeadlockError",
    "VirtualLoop",
    "Waiting",
    "is_library",
    "virtual_time",
    "watched",
]
