"""Which threads belong to a program, and which to whatever runs beside it in the process."""

import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["ProgramThreads"]


class ProgramThreads:
    """The thread that a program runs in, those it starts, and those they start.

    A thread that somebody else starts meanwhile (another check of an examiner, the notebook's
    server) is none of them.

    Example:
        >>> own = ProgramThreads()
        >>> thread = threading.Thread(target=len, args=[[]])
        >>> with own.watching():
        ...     thread.start()
        >>> thread in own
        True
    """

    def __init__(self) -> None:
        self._own: weakref.WeakSet[threading.Thread] = weakref.WeakSet()
        self._excluded: weakref.WeakSet[threading.Thread] = weakref.WeakSet()

    def __contains__(self, thread: threading.Thread) -> bool:
        return thread in self._own

    def exclude(self, thread: threading.Thread) -> None:
        """Say that a thread that is about to be started is no part of the program."""
        self._excluded.add(thread)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """While this lasts the calling thread is the program's, with all that come of it.

        What an earlier program (another cell) left running is no part of this one.
        """
        here = threading.current_thread()
        begin = threading.Thread.start

        def start(thread: threading.Thread) -> None:
            if threading.current_thread() in self._own and thread not in self._excluded:
                self._own.add(thread)  # before it begins: it may print at once
            begin(thread)

        self._own.clear()
        self._own.add(here)
        threading.Thread.start = start  # type: ignore[assignment,method-assign]
        try:
            yield
        finally:
            threading.Thread.start = begin  # type: ignore[method-assign]
            self._own.discard(here)
