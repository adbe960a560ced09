"""What a site saw: how many requests, how many at once, and each of them."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

# taken before any run could replace the clocks
from asynclab.loopback import monotonic

# A crawler that goes round for ever must not fill the memory of whoever observes it.
_KEPT, _LONGEST_PATH = 10_000, 500


@dataclass(frozen=True)
class Visit:
    """One request and its answer.

    `status` is None when the client went away before the answer; `begun` and `ended` are seconds
    since the site was opened or reset, real ones for a `Site`. `path` includes the query.
    """

    method: str
    path: str
    status: int | None
    begun: float
    ended: float


class Counters:
    """Counts in the server's thread, is read in others.

    Args:
        clock: gives the seconds of now; the real ones, if nothing is said.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self.in_flight = 0
        self.reset()

    def reset(self) -> None:
        """Begin anew; requests that are under way still are."""
        with self._lock:
            self._zero = self._clock()
            self.total = 0
            self.peak = self.in_flight
            self._log: deque[Visit] = deque(maxlen=_KEPT)

    @property
    def log(self) -> tuple[Visit, ...]:
        """The last requests that were answered, in the order in which they ended."""
        with self._lock:
            return tuple(self._log)

    def begin(self) -> float:
        """A request has come; the clock of now."""
        with self._lock:
            self.total += 1
            self.in_flight += 1
            self.peak = max(self.peak, self.in_flight)
        return self._clock()

    def end(self, method: str, path: str, status: int | None, begun: float) -> None:
        """A request has been dealt with; `begun` is what `begin` gave."""
        with self._lock:
            self.in_flight -= 1
            begun, ended = (round(max(0.0, t - self._zero), 3) for t in (begun, self._clock()))
            self._log.append(Visit(method, path[:_LONGEST_PATH], status, begun, ended))
