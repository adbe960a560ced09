"""A candidate without a sandbox: a process of its own, in a folder of its own, and no more."""

import signal
import socket

from examroom.candidate.serve import serve as answer
from examroom.candidate.shell import warm


def serve(descriptor: int) -> None:
    """Be a candidate on the socket with this descriptor."""
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    warm()
    answer(socket.socket(fileno=descriptor))
