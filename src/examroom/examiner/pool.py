"""Hosts for candidates, kept warm between submissions."""

import threading
from collections.abc import Callable

from examroom.sandbox import Host

# Submissions after which a sandbox is replaced, whatever its health says.
RECYCLE = 500


class Pool:
    """As many hosts as threads ask for at once; one that is not as it was is replaced."""

    def __init__(self, make: Callable[[], Host]) -> None:
        self._make = make
        self._idle: list[Host] = []
        self._all: list[Host] = []
        self._closed = False
        self._lock = threading.Lock()
        self.replaced = 0

    def take(self) -> Host:
        """An idle host or a new one; SandboxError when none can be had."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
        host = self._make()
        with self._lock:
            self._all.append(host)
            closed = self._closed
        if closed:
            host.close()
        return host

    def give(self, host: Host) -> None:
        """Take a host back; it is ended if anything was left in it."""
        with self._lock:
            keep = host.clean and host.used < RECYCLE and not self._closed
            if keep:
                self._idle.append(host)
            elif host in self._all:
                self._all.remove(host)
                self.replaced += 1
        if not keep:
            host.close()

    def close(self) -> None:
        """End all hosts, those in use as well."""
        with self._lock:
            self._closed = True
            hosts, self._all, self._idle = self._all, [], []
        for host in hosts:
            host.close()
