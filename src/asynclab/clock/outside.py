"""Work under way outside the loop: while there is any, waiting must be real.

Threads, executors, child processes and peers of sockets only know themselves when they are done,
so virtual time must not jump past them. What merely exists (threads of earlier cells, idle workers
of a pool, a listening socket, a connection between two ends in this same loop) is no reason to
wait.
"""

import concurrent.futures
import concurrent.futures.thread as pool_threads
import os
import selectors
import signal
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from asynclab.clock.threads import ProgramThreads

_POOL_KINDS = (concurrent.futures.ThreadPoolExecutor, concurrent.futures.ProcessPoolExecutor)
_POOL_HELPERS = ("QueueFeederThread", "ExecutorManagerThread")


class Outside:
    """Watches for outside work."""

    def __init__(self) -> None:
        self.threads = ProgramThreads()
        self._thread = threading.current_thread()
        self._jobs: set[concurrent.futures.Future[Any]] = set()
        self.just_over = False  # a job: the loop may not have heard of it yet

    @contextmanager
    def watching(self) -> Iterator[None]:
        """While this lasts, threads of the program and jobs given to pools count."""
        self._thread = threading.current_thread()
        before = {kind: kind.submit for kind in _POOL_KINDS}
        for kind, submit in before.items():
            kind.submit = self._noting(submit)  # type: ignore[method-assign]
        try:
            with self.threads.watching():
                yield
        finally:
            for kind, submit in before.items():
                kind.submit = submit  # type: ignore[method-assign]

    def _noting(self, submit: Callable[..., Any]) -> Callable[..., Any]:
        def noted(pool: Any, /, *arguments: Any, **named: Any) -> Any:
            job = submit(pool, *arguments, **named)
            self._jobs.add(job)
            job.add_done_callback(self._over)
            return job

        return noted

    def _over(self, job: concurrent.futures.Future[Any]) -> None:
        self.just_over = True
        self._jobs.discard(job)

    def busy(self, keys: Iterable[selectors.SelectorKey], own: int) -> bool:
        """Whether something outside may still wake the loop.

        Args:
            keys: what the loop's selector watches.
            own: file descriptor of the loop's own wake-up socket.
        """
        return (
            bool(self._jobs)
            or any(map(self._works, threading.enumerate()))
            or signal.getitimer(signal.ITIMER_REAL)[0] > 0
            or _outside_peers([key.fd for key in keys if key.fd != own])
        )

    def _works(self, thread: threading.Thread) -> bool:
        """Whether this thread was started by the program and is more than a pool's idle worker."""
        return (
            thread in self.threads
            and thread is not self._thread
            and thread not in pool_threads._threads_queues
            and not thread.name.startswith(_POOL_HELPERS)
            and type(thread).__name__ != "_ExecutorManagerThread"
        )


def _outside_peers(descriptors: list[int]) -> bool:
    """Whether any of these belongs to a peer that is not itself among them."""
    names, peers = set(), []
    for descriptor in descriptors:
        copy = os.dup(descriptor)
        try:
            end = socket.socket(fileno=copy)
        except OSError:
            os.close(copy)
            return True  # a pipe or a process: only the other side knows
        with end:
            names.add(_address(end.getsockname()))
            if end.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                continue
            try:
                peers.append(_address(end.getpeername()))
            except OSError:
                return True  # still connecting, or without a connection
    return not all(peer and peer in names for peer in peers)


def _address(name: Any) -> Any:
    """An address that both ends spell alike; an unnamed Unix socket has none."""
    return name[:2] if isinstance(name, tuple) else name
