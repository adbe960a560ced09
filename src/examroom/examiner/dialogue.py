"""Questions to a candidate and its answers: sized, timed, checked for form."""

import json
import math
import secrets
import select
from collections.abc import Callable
from time import monotonic  # as it is now: a check that runs here replaces it for others
from typing import Any, Literal

from examroom.sandbox import CandidateProcess

# Bytes of one answer and what comes before it: a transcript of as many steps as a recorder keeps
# is within it.
LARGEST = 16 << 20

Message = dict[str, Any]
Cause = Literal["program-died", "no-answer", "runs-for-ever", "too-much", "not-plausible"]


class Lost(Exception):  # noqa: N818 - what has become of a candidate
    """A candidate that gave no acceptable answer and was ended; `cause` is a finding's code."""

    def __init__(self, cause: Cause, reason: str = "", seconds: float = 0.0) -> None:
        super().__init__(f"{cause} {reason}".strip())
        self.cause, self.reason, self.seconds = cause, reason, seconds


class Dialogue:
    """One candidate's questions and answers."""

    def __init__(self, process: CandidateProcess) -> None:
        self.process = process
        self._received = b""
        self._size = 0  # bytes received since the question

    def ask(
        self,
        question: Message,
        seconds: float,
        hear: Callable[[Message], Message | None] | None = None,
    ) -> Message:
        """Send a question and wait for its answer.

        Args:
            question: JSON; an `id` that nobody can guess is added.
            seconds: of real time, until the candidate counts as lost.
            hear: is given every message that is not yet the answer (it has a key that the answer
                has not) and may answer it; raises Lost or ValueError for nonsense.

        Raises:
            Lost: no answer, no JSON, too much of it, or something nobody asked for.
        """
        if self._spoke_unasked():
            self._lose("not-plausible", "没有问它，它却说话")
        number = secrets.randbelow(1 << 53)
        end = monotonic() + seconds
        self._size = 0
        self._send({**question, "id": number}, end, seconds)
        while True:
            message = self._message(end, seconds)
            if message.get("id") != number:
                self._lose("not-plausible", "答非所问")
            if hear is None or "now" not in message:
                break
            try:
                reply = hear(message)
            except Lost as lost:
                self._lose(lost.cause, lost.reason)
            except ValueError as error:
                self._lose("not-plausible", str(error))
            except (OverflowError, RecursionError):
                self._lose("not-plausible", "数字太大，或者套得太深")
            if reply is not None:
                self._send(reply, end, seconds)
        if self._received or "unsendable" in message:
            self._lose("not-plausible", "一个问题，两个回答")
        return message

    def close(self) -> None:
        """End the candidate."""
        self.process.close()

    def _lose(self, cause: Cause, reason: str = "", seconds: float = 0.0) -> Any:
        self.close()
        raise Lost(cause, reason, seconds)

    def _spoke_unasked(self) -> bool:
        if not self.process.alive:
            raise Lost("program-died")
        readable, _, _ = select.select([self.process.connection], [], [], 0)
        if not readable:
            return bool(self._received)
        try:
            self._received += self.process.connection.recv(1)
        except OSError:
            self._received = b""
        if not self._received:
            self._lose("program-died")
        return True

    def _send(self, message: Message, end: float, seconds: float) -> None:
        try:
            self.process.connection.settimeout(self._left(end, seconds))
            self.process.connection.sendall(json.dumps(message).encode() + b"\n")
        except TimeoutError:
            self._lose("no-answer", seconds=seconds)
        except OSError:
            self._lose("program-died")

    def _left(self, end: float, seconds: float) -> float:
        left = end - monotonic()
        if left <= 0:
            self._lose("no-answer", seconds=seconds)
        return left

    def _message(self, end: float, seconds: float) -> Message:
        parts = [self._received]
        # before each message: who has sent many at once must not get more time for it
        left = self._left(end, seconds)
        while b"\n" not in parts[-1]:
            try:
                self.process.connection.settimeout(left)
                chunk = self.process.connection.recv(1 << 18)
            except TimeoutError:
                self._lose("no-answer", seconds=seconds)
            except OSError:
                chunk = b""
            if not chunk:
                self._lose("program-died")
            parts.append(chunk)
            self._size += len(chunk)
            if self._size > LARGEST:
                self._lose("too-much")
            left = self._left(end, seconds)
        line, self._received = b"".join(parts).split(b"\n", 1)
        try:
            message = json.loads(line, parse_constant=_refused, parse_float=_finite)
        except (ValueError, RecursionError):
            self._lose("not-plausible", "回答不是 JSON")
        if type(message) is not dict:
            self._lose("not-plausible", "回答不是 JSON 对象")
        return message  # type: ignore[no-any-return]


def _refused(name: str) -> Any:
    raise ValueError(name)  # NaN passes every comparison that refuses what is too large


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number
