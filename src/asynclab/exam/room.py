"""Where the student's code is, when it is not in this process.

In a notebook a check runs beside the student's code. An examiner keeps the two apart: it enters a
room, and `run`, `drive` and `script` then go to whatever process the room speaks to.
"""

import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol

from asynclab.script import ScriptResult
from asynclab.trace import Transcript

if TYPE_CHECKING:
    from asynclab.exam.chance import Chance


class Room(Protocol):
    """The remote form of what test cells call; all that crosses is JSON.

    `chance` is what the check that runs now draws its random inputs from.
    """

    chance: "Chance"

    def run(self, expression: str, values: Mapping[str, Any]) -> Transcript:
        """Evaluate an expression in the student's namespace; values are JSON or probes."""

    def drive(self, expression: str, moves: Sequence[Any]) -> list[dict[str, Any]]:
        """Move a generator of the student's namespace."""

    def script(self, source: str, timeout: float) -> ScriptResult:
        """Run a script where the student's code runs."""

    def show(self, picture: object) -> None:
        """Put something displayable among the outputs of the check."""

    def listener(self) -> socket.socket:
        """A socket that listens in the network of the student's code; the caller closes it."""


_ENTERED: ContextVar[Room | None] = ContextVar("room", default=None)
_HERE: ContextVar[bool] = ContextVar("here", default=False)


def current_room() -> Room | None:
    """The room that this thread of the examiner is in; None in a notebook."""
    return _ENTERED.get()


def running_here() -> bool:
    """Whether this thread of the examiner runs a check's own program (`run(…, namespace=…)`)."""
    return _HERE.get()


@contextmanager
def here() -> Iterator[None]:
    """While this lasts, a program of the check's own runs in this process."""
    token = _HERE.set(True)
    try:
        yield
    finally:
        _HERE.reset(token)


@contextmanager
def entered(room: Room) -> Iterator[None]:
    """While this lasts, checks of this thread reach the student's code through `room`."""
    token = _ENTERED.set(room)
    try:
        yield
    finally:
        _ENTERED.reset(token)
