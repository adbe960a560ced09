"""The bench on which one run is done: virtual loop, recorder, captured output, findings."""

import asyncio
import contextlib
import gc
import inspect
import sys
import threading
import warnings
from collections.abc import Iterator, MutableMapping
from dataclasses import replace
from types import CodeType
from typing import Any, Protocol, TypeVar, runtime_checkable

from asynclab.clock import (
    Blocked,
    DeadlockError,
    VirtualLoop,
    Waiting,
    virtual_time,
    watched,
)
from asynclab.exam.printed import printed
from asynclab.findings import Remains, explain_failure, explain_remains, failure_of, place
from asynclab.trace import Finding, Recorder, Transcript, plain

# Frames kept of where a coroutine was made, to name the line of one that nobody awaits.
_ORIGIN_DEPTH = 4
# A run replaces the process's clocks and its standard output.
_ONE_AT_A_TIME = threading.RLock()
_CLOSING = ("async_generator_athrow", "aclose")
# What the run itself is called among the tasks.
PROGRAM = "程序"

Told = TypeVar("Told", Blocked, Waiting)


@runtime_checkable
class Attachable(Protocol):
    """A value that keeps the time of the run's loop: a probe."""

    def attach(self, loop: VirtualLoop, name: str) -> None:
        """Called when the run begins; the program knows the value as `name`."""

    def detach(self) -> None:
        """Called when the program has ended, before what it left behind is ended."""


class Bench:
    """Does one run.

    Args:
        namespace: the student's names.
        values: further names, for the expression alone; probes among them are attached.
        real_time: wait as the program says, on a loop of the usual kind; no clock is replaced.
    """

    def __init__(
        self,
        namespace: MutableMapping[str, Any],
        values: dict[str, Any],
        *,
        real_time: bool = False,
    ) -> None:
        self.namespace, self.values = namespace, values
        self.loop = asyncio.SelectorEventLoop() if real_time else VirtualLoop()
        self._begun = self.loop.time()
        self.recorder = Recorder(self._now, self._due)
        self.remains = Remains()
        self._failed: list[dict[str, Any]] = []
        self._attached: list[Attachable] = []

    def run(self, code: CodeType) -> Transcript:
        """Evaluate `code` and await its value; no error of the program gets out."""
        with _ONE_AT_A_TIME:
            return self._run(code)

    def _run(self, code: CodeType) -> Transcript:
        value: Any = None
        main: asyncio.Task[Any] | None
        error: BaseException | None = None
        self.loop.set_exception_handler(lambda _, context: self._failed.append(context))
        self.recorder.install(self.loop)
        with self._warnings(), printed() as out:
            with self._time():
                try:
                    program = self._evaluate(code)
                    # in pictures, in place of this method's name
                    program.__name__ = PROGRAM  # type: ignore[attr-defined]
                    main = self.loop.create_task(program, name=PROGRAM)
                    value = self.loop.run_until_complete(main)
                except DeadlockError as deadlock:
                    error = DeadlockError(tuple(map(self._renamed, deadlock.waiting)))
                except BaseException as caught:
                    error = caught
                main = None
                elapsed = self._now()
                for probe in self._attached:
                    probe.detach()
                tasks, steps = self.recorder.traces(), tuple(self.recorder.steps)
                findings = [*explain_failure(error, self.namespace)] if error else []
                self._clean_up(error)
            plain_value, failure = plain(value), failure_of(error) if error else None
            if isinstance(error, KeyboardInterrupt):
                raise error  # the user's own, not the program's
            # what the error's frames hold must not keep coroutines and tasks alive
            value = None
            if error is not None:
                error.__traceback__ = None
            error = None
            gc.collect(1)
        self._collect_lost()
        return Transcript(
            value=plain_value,
            error=failure,
            printed=tuple(out.getvalue().splitlines()),
            warnings=tuple(w.partition("\n")[0] for w in self.remains.warnings),
            elapsed=elapsed,
            tasks=tasks,
            steps=steps,
            findings=self._findings(findings),
        )

    async def _evaluate(self, code: CodeType) -> Any:
        scope = {**self.namespace, **self.values} if self.values else self.namespace
        result = eval(code, scope)  # type: ignore[arg-type]
        while inspect.isawaitable(result):
            result = await result
        return result

    @contextlib.contextmanager
    def _time(self) -> Iterator[None]:
        """The clocks of the run: virtual ones, and a watch over endless computing."""
        if not isinstance(self.loop, VirtualLoop):
            yield
            return
        for name, value in self.values.items():
            if isinstance(value, Attachable):
                value.attach(self.loop, name)
                self._attached.append(value)
        with watched(self.loop), virtual_time(self.loop, self.namespace):
            yield

    def _now(self) -> float:
        """Seconds since the run began, to the millisecond."""
        now = self.loop.now if isinstance(self.loop, VirtualLoop) else self.loop.time()
        return round(now - self._begun, 3)

    def _due(self, future: asyncio.Future[Any]) -> float | None:
        due = self.loop.due(future) if isinstance(self.loop, VirtualLoop) else None
        return None if due is None else round(due, 3)

    def _renamed(self, told: Told) -> Told:
        """The same with the task's readable name."""
        return replace(told, task=self.recorder.name_of(told.task))

    def _clean_up(self, error: BaseException | None) -> None:
        """Note what the program left running, end it, and close the loop."""
        left = [task for task in asyncio.all_tasks(self.loop) if not task.done()]
        if error is None:
            names = (self.recorder.name_of(task.get_name()) for task in left)
            # the loop itself closes a generator that was left early, in a task of its own
            self.remains.pending = sorted(name for name in names if name not in _CLOSING)
        if isinstance(self.loop, VirtualLoop):
            self.remains.blocked = list(map(self._renamed, self.loop.blocked))
        self.remains.swallowed = self.recorder.swallowed()
        self.recorder.uninstall()
        with contextlib.suppress(BaseException):
            for task in left:
                task.cancel()
            if left:
                self.loop.run_until_complete(asyncio.wait(left, timeout=60))
            left.clear()
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()

    def _collect_lost(self) -> None:
        for context in self._failed:
            error = context.get("exception")
            if error is not None and "never retrieved" in context.get("message", ""):
                self.remains.lost.append(_in_short(error))
        self._failed.clear()

    def _findings(self, from_error: list[Finding]) -> tuple[Finding, ...]:
        found = dict.fromkeys([*from_error, *explain_remains(self.remains)])
        if any(each.code == "deadlock" for each in from_error):
            # whoever waits for ever, waits perhaps for what was never begun
            return tuple(sorted(found, key=lambda each: each.code != "never-awaited"))
        return tuple(found)

    def _in_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            self.remains.in_threads.append(_in_short(args.exc_value))

    @contextlib.contextmanager
    def _warnings(self) -> Iterator[None]:
        """Collect warnings with their texts, origins of coroutines, and errors of threads."""
        depth = sys.get_coroutine_origin_tracking_depth()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            sys.set_coroutine_origin_tracking_depth(_ORIGIN_DEPTH)
            hook, threading.excepthook = threading.excepthook, self._in_thread
            try:
                yield
            finally:
                threading.excepthook = hook
                sys.set_coroutine_origin_tracking_depth(depth)
                self.remains.warnings = [str(warning.message) for warning in caught]


def _in_short(error: BaseException) -> str:
    failure = failure_of(error)
    where = f"，{place(failure.line, failure.code)}" if failure.line else ""
    return f"{failure.type}{failure.message and f': {failure.message}'}{where}"
