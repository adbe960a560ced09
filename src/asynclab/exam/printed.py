"""What a run prints, apart from what others print meanwhile."""

import io
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TextIO

from asynclab.clock.threads import ProgramThreads


class _Apart(io.TextIOBase):
    """Takes what a run's threads write; all others keep their stream.

    There is one for each of Python's streams, for ever: `print` holds no reference to the stream
    while it writes, so another thread's would be gone under it when a run ends.
    """

    def __init__(self) -> None:
        self._taken: TextIO | None = None
        self._others: TextIO = io.StringIO()
        self._own = ProgramThreads()

    @contextmanager
    def taking(self, taken: TextIO, others: TextIO, own: ProgramThreads) -> Iterator[None]:
        """Give `taken` what these threads write."""
        before = self._taken, self._own
        self._taken, self._own = taken, own
        if before[0] is None:  # else others is this stream itself
            self._others = others
        try:
            yield
        finally:
            self._taken, self._own = before  # whoever still writes here is one of the others

    def _target(self) -> TextIO:
        taken = self._taken
        if taken is None or threading.current_thread() not in self._own:
            return self._others
        return taken

    def write(self, text: str, /) -> int:
        return self._target().write(text)

    def flush(self) -> None:
        self._target().flush()


_OUT, _ERR = _Apart(), _Apart()


@contextmanager
def printed() -> Iterator[io.StringIO]:
    """Collect what this thread, and those it starts meanwhile, print; drop what they say on stderr.

    One thread at a time; a second use inside the first is fine.

    Example:
        >>> with printed() as out:
        ...     print("好")
        >>> out.getvalue().splitlines()
        ['好']
    """
    out = io.StringIO()
    aside = io.StringIO()
    own = ProgramThreads()
    with (
        _OUT.taking(out, sys.stdout, own),
        _ERR.taking(aside, sys.stderr, own),
        redirect_stdout(_OUT),
        redirect_stderr(_ERR),
        own.watching(),
    ):
        yield out
