"""One candidate process, seen from the trusted side."""

import socket
from collections.abc import Callable, Sequence
from typing import Protocol


class CandidateProcess:
    """A candidate's socket, the sockets that listen in its network, and its end.

    Args:
        connection: to the candidate; what comes from it is a stranger's.
        kill: ends the candidate and everything it started; called once.
        listeners: sockets on the candidate's loopback that the trusted side serves.
    """

    def __init__(
        self,
        connection: socket.socket,
        kill: Callable[[], None],
        listeners: Sequence[socket.socket] = (),
    ) -> None:
        self.connection, self.listeners = connection, list(listeners)
        self.alive = True
        self._kill = kill

    def close(self) -> None:
        """End it; nothing of it is left afterwards but what `Host.reset` reports."""
        if self.alive:
            self.alive = False
            self._kill()
            for each in (self.connection, *self.listeners):
                each.close()


class Host(Protocol):
    """Where candidates live: a sandbox, or nothing."""

    protected: bool
    clean: bool
    used: int

    def candidate(self) -> CandidateProcess:
        """A fresh candidate."""

    def reset(self) -> dict[str, object]:
        """After a candidate was closed: what it left behind."""

    def close(self) -> None:
        """End the host."""
