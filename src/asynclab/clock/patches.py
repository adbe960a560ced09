"""While a program runs on the virtual loop, every clock that it can read agrees with the loop's."""

import datetime
import sys
import threading
import time
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from asynclab.clock.loop import VirtualLoop

_REAL: dict[str, Callable[..., Any]] = {
    name: getattr(time, name)
    for name in (
        "monotonic",
        "monotonic_ns",
        "perf_counter",
        "perf_counter_ns",
        "time",
        "time_ns",
        "sleep",
    )
}
_DATETIME = datetime.datetime
_LOCK = threading.RLock()

Namespace = MutableMapping[str, Any]


@contextmanager
def virtual_time(loop: VirtualLoop, *namespaces: Namespace) -> Iterator[None]:
    """Replace the clocks of `time` and `datetime` by ones that follow the loop's.

    Names in `namespaces` that are bound to a clock (`from time import sleep`) follow as well.
    Threads that the program did not start keep the real clocks: they serve the notebook.
    Everything is put back at the end, whatever the program did.
    """
    clocks = _Clocks(loop)
    with _LOCK:  # one program at a time: these are the process's clocks
        # what is there now: the real clocks, or those of a program that runs this one
        before = {name: getattr(time, name) for name in _REAL}
        kind = datetime.datetime
        pairs = [(before[name], clock) for name, clock in clocks.functions.items()]
        pairs.append((kind, clocks.datetime))
        try:
            for name, clock in clocks.functions.items():
                setattr(time, name, clock)
            datetime.datetime = clocks.datetime  # type: ignore[misc]
            for namespace in namespaces:
                _swap(namespace, pairs)
            with loop.outside.watching():
                yield
        finally:
            for name, clock in before.items():
                setattr(time, name, clock)
            datetime.datetime = kind  # type: ignore[misc]
            for namespace in namespaces:
                _swap(namespace, [(new, old) for old, new in pairs])


def _swap(namespace: Namespace, pairs: list[tuple[Any, Any]]) -> None:
    """Rebind the names that are bound to the first of a pair to the second."""
    swaps = {id(old): new for old, new in pairs}
    for name, value in list(namespace.items()):
        if id(value) in swaps:
            namespace[name] = swaps[id(value)]


class _Clocks:
    """Stand-ins for the clocks of `time` and `datetime`, set to the loop's clock."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self._thread = threading.get_ident()
        self._outside = loop.now
        self.functions: dict[str, Callable[..., Any]] = {
            name: self._nanoseconds(real) if name.endswith("_ns") else self._seconds(real)
            for name, real in _REAL.items()
            if name != "sleep"
        }
        self.functions["sleep"] = self._sleep
        self.datetime = _datetime_on(self.functions["time"])

    def _virtual(self) -> bool:
        """Whether the caller belongs to the program, not to the notebook around it."""
        if threading.get_ident() == self._thread:
            return True
        return threading.current_thread() in self._loop.outside.threads

    def _seconds(self, real: Callable[[], float]) -> Callable[[], float]:
        offset = real() - self._loop.now

        def clock() -> float:
            return offset + self._now() if self._virtual() else real()

        return _named(clock, real)

    def _nanoseconds(self, real: Callable[[], int]) -> Callable[[], int]:
        offset = real() - int(self._loop.now * 1e9)

        def clock() -> int:
            return offset + int(self._now() * 1e9) if self._virtual() else real()

        return _named(clock, real)

    def _now(self) -> float:
        if threading.get_ident() == self._thread:
            return self._loop.time()
        # never backwards, and never standing still: a library may poll until a moment has passed
        self._outside = max(self._outside + 1e-9, self._loop.now_outside)
        return self._outside

    def _sleep(self, seconds: float, /) -> None:
        """Suspend the calling thread for `seconds`; the loop's own thread blocks the loop."""
        if threading.get_ident() != self._thread:
            return _REAL["sleep"](seconds)  # type: ignore[no-any-return]
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        caller = sys._getframe(1)
        return self._loop.block(seconds, caller.f_code.co_filename, caller.f_lineno)


def _named(clock: Callable[[], Any], real: Callable[[], Any]) -> Callable[[], Any]:
    clock.__name__ = clock.__qualname__ = real.__name__
    return clock


def _datetime_on(clock: Callable[[], float]) -> type[datetime.datetime]:
    """A datetime whose `now` follows `clock`; values of the real class are instances of it."""

    class Meta(type):
        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, _DATETIME)

        def __subclasscheck__(cls, kind: type) -> bool:
            return issubclass(kind, _DATETIME)

    class VirtualDatetime(_DATETIME, metaclass=Meta):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:  # type: ignore[override]
            return _DATETIME.fromtimestamp(clock(), tz)

        @classmethod
        def today(cls) -> datetime.datetime:  # type: ignore[override]
            return _DATETIME.fromtimestamp(clock())

        @classmethod
        def utcnow(cls) -> datetime.datetime:  # type: ignore[override]
            return _DATETIME.fromtimestamp(clock(), datetime.UTC).replace(tzinfo=None)

    VirtualDatetime.__name__ = VirtualDatetime.__qualname__ = "datetime"
    return VirtualDatetime
