"""What the two kinds of servers have in common."""

import socket
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Protocol


@dataclass(frozen=True)
class Account:
    """The one user, who may do everything, and the one database that is there at the beginning."""

    user: str = "student"
    password: str = field(default_factory=lambda: token_hex(8))
    database: str = "course"


class Server(Protocol):
    """A server that serves from when it is made until it is stopped."""

    kind: str
    port: int

    def visit(self) -> socket.socket:
        """A connection to it from this process, in whose network ever it answers."""

    def stop(self) -> None:
        """Ask it to end, at once: whatever is under way is broken off."""

    def join(self) -> None:
        """Wait until nothing of it is left: no process, no thread, no folder."""
