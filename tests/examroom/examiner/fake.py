"""A candidate that says what a test has it say."""

import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from examroom.sandbox import CandidateProcess

# What it does with a question: given it and the socket, on which it may say anything.
Behaviour = Callable[[dict[str, Any], socket.socket], None]


class FakeCandidate(CandidateProcess):
    """Behaves as told, in a thread, once for each question."""

    def __init__(self, behaviour: Behaviour) -> None:
        ours, self.theirs = socket.socketpair()
        super().__init__(ours, self.theirs.close)
        self._behaviour = behaviour
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError, ValueError), self.theirs.makefile("rb") as lines:
            for line in lines:
                self._behaviour(json.loads(line), self.theirs)

    def close(self) -> None:
        """End it, and wait until it has ended."""
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        super().close()


def says(text: str | bytes) -> Behaviour:
    """Whatever it is asked, it says this; `ID` stands for the question's number."""

    def behave(question: dict[str, Any], connection: socket.socket) -> None:
        data = text.encode() if isinstance(text, str) else text
        connection.sendall(data.replace(b"ID", str(question["id"]).encode()))

    return behave
