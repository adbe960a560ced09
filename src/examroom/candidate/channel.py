"""JSON lines to and from the examiner."""

import json
import os
import socket
from typing import Any


class Channel:
    """The candidate's end of the socket to its examiner; a closed one ends the process."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._received = b""

    def send(self, message: dict[str, Any]) -> None:
        """Send one message; one that is no JSON becomes a short note that says so."""
        try:
            line = json.dumps(message, allow_nan=False).encode()
        except (TypeError, ValueError, RecursionError) as error:
            line = json.dumps({"id": message.get("id"), "unsendable": str(error)}).encode()
        self._connection.sendall(line + b"\n")

    def receive(self) -> dict[str, Any]:
        """The next message; when the examiner has gone, so has the reason to live."""
        while b"\n" not in self._received:
            chunk = self._connection.recv(1 << 16)
            if not chunk:
                os._exit(0)
            self._received += chunk
        line, self._received = self._received.split(b"\n", 1)
        message: dict[str, Any] = json.loads(line)
        return message
