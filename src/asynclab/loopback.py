"""What the servers of a notebook share: where they listen, and a loop that keeps the real time."""

import asyncio
import socket
import threading

from asynclab.clock import VirtualLoop
from asynclab.clock.loop import _monotonic  # taken before any run could replace it
from asynclab.exam.room import current_room, running_here

__all__ = ["RealTimeLoop", "listener", "monotonic", "start_aside"]

monotonic = _monotonic


class RealTimeLoop(asyncio.SelectorEventLoop):
    """Keeps the real time whatever clocks are replaced by, and whoever started its thread."""

    def time(self) -> float:
        """Seconds of the machine's own clock."""
        return monotonic()


def listener() -> socket.socket:
    """A listening socket in the network of whoever is to reach the server; the caller closes it.

    Example:
        >>> with listener() as one:
        ...     one.getsockname()[0]
        '127.0.0.1'
    """
    room = current_room()
    if room is None or running_here():
        return socket.create_server(("127.0.0.1", 0))
    return room.listener()


def start_aside(thread: threading.Thread, around: asyncio.AbstractEventLoop | None) -> None:
    """Start a server's thread, which is no work of the program's.

    Args:
        thread: not started yet.
        around: the loop that runs where the server is opened; the time of a virtual one may jump
            as long as nobody is connected.
    """
    if isinstance(around, VirtualLoop):
        around.outside.threads.exclude(thread)
    thread.start()
