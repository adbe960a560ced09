"""What a site saw: how many requests, how many at once, and each of them."""

import threading
from collections import deque
from dataclasses import dataclass

# taken before any run could replace the clocks
from asynclab.clock.loop import _monotonic

# A crawler that goes round for ever must not fill the memory of whoever observes it.
_KEPT, _LONGEST_PATH = 10_000, 500


@dataclass(frozen=True)
class Visit:
    """One request and its answer.

    `status` is None when the client went away before the answer; `begun` and `ended` are real
    seconds since the site was opened or reset. `path` includes the query.
    """

    method: str
    path: str
    status: int | None
    begun: float
    ended: float


class Counters:
    """Counts in the server's thread, is read in others."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.in_flight = 0
        self.reset()

    def reset(self) -> None:
        """Begin anew; requests that are under way still are."""
        with self._lock:
            self._zero = _monotonic()
            self.total = 0
            self.peak = self.in_flight
            self._log: deque[Visit] = deque(maxlen=_KEPT)

    @property
    def log(self) -> tuple[Visit, ...]:
        """The last requests that were answered, in the order in which they ended."""
        with self._lock:
            return tuple(self._log)

    def begin(self) -> float:
        """A request has come; real seconds of now."""
        with self._lock:
            self.total += 1
            self.in_flight += 1
            self.peak = max(self.peak, self.in_flight)
        return _monotonic()

    def end(self, method: str, path: str, status: int | None, begun: float) -> None:
        """A request has been dealt with; `begun` is what `begin` gave."""
        with self._lock:
            self.in_flight -= 1
            begun, ended = (round(max(0.0, t - self._zero), 3) for t in (begun, _monotonic()))
            self._log.append(Visit(method, path[:_LONGEST_PATH], status, begun, ended))
