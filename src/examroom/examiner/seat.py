"""Where one submission is examined: keeps a candidate alive, and replaces one that was lost."""

import base64
from collections.abc import Callable, Mapping
from time import monotonic  # as it is now: a check that runs here replaces it for others
from typing import Any

from examroom.errors import SandboxError
from examroom.examiner.dialogue import Dialogue, Lost, Message
from examroom.examiner.pool import Pool
from examroom.sandbox import CandidateProcess, Host

# Seconds of real time. Waiting takes none (clocks are virtual) and endless computing is ended by
# the candidate itself: these are for what does neither.
CELL_S, CHECK_S, ALL_S = 20.0, 15.0, 90.0


class Seat:
    """A candidate with the submission's files and the cells that have run so far.

    Args:
        pool: where hosts come from.
        files: the submission's data files, by path.
    """

    def __init__(self, pool: Pool, files: Mapping[str, bytes]) -> None:
        self._pool, self._files = pool, files
        self._host: Host | None = None
        self._dialogue: Dialogue | None = None
        self._done: list[str] = []
        self._end = monotonic() + ALL_S
        self.lost: list[str] = []  # causes, in order
        self.left: list[dict[str, object]] = []  # what candidates left behind

    def cell(self, source: str) -> Message:
        """Run a cell; its reply is a stranger's. Raises Lost."""
        reply = self.ask({"op": "cell", "source": source}, CELL_S)
        self._done.append(source)
        return reply

    def ask(
        self,
        question: Message,
        seconds: float = CHECK_S,
        hear: Callable[[Message], Message | None] | None = None,
    ) -> Message:
        """Ask the candidate; a fresh one, with all cells run again, if the last one was lost."""
        try:
            dialogue = self._dialogue or self._sit_down()
            return dialogue.ask(question, self._at_most(seconds), hear)
        except Lost as lost:
            self.lost.append(lost.cause)
            self._stand_up()
            raise

    def listeners(self) -> list[Any]:
        """Sockets that listen in the candidate's network, for servers that a check observes."""
        try:
            return (self._dialogue or self._sit_down()).process.listeners
        except Lost as lost:
            self.lost.append(lost.cause)
            self._stand_up()
            raise

    def close(self) -> None:
        """End the candidate and give its host back."""
        self._stand_up()

    def _sit_down(self) -> Dialogue:
        dialogue = self._dialogue = Dialogue(self._candidate())
        if self._files:
            files = {name: base64.b64encode(data).decode() for name, data in self._files.items()}
            dialogue.ask({"op": "files", "files": files}, self._at_most(CELL_S))
        for source in self._done:
            dialogue.ask({"op": "cell", "source": source}, self._at_most(CELL_S))
        return dialogue

    def _at_most(self, seconds: float) -> float:
        """So many seconds, or as many as are left of the notebook's; Lost when there are none."""
        left = self._end - monotonic()
        if left <= 0:
            raise Lost("no-answer", seconds=ALL_S)
        return min(seconds, left)

    def _candidate(self) -> CandidateProcess:
        """From a host of the pool; a second one if the first has died meanwhile."""
        self._host = host = self._pool.take()
        try:
            return host.candidate()
        except SandboxError:
            self._pool.give(host)
            self._host = self._pool.take()
            return self._host.candidate()

    def _stand_up(self) -> None:
        if self._dialogue is not None:
            self._dialogue.close()
            self._dialogue = None
        if self._host is not None:
            host, self._host = self._host, None
            try:
                if left := host.reset():
                    self.left.append(left)
            finally:
                self._pool.give(host)
