"""Record every step of every task on any asyncio loop.

Each task's coroutine is wrapped by one that notes when it is resumed and how that ended. This works
on any loop that has a task factory (asyncio's own, uvloop's, the virtual one) and for eager tasks,
whose first step runs before the factory returns.
"""

import asyncio
import sys
import weakref
from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass, field
from typing import Any

from asynclab.trace.transcript import Step, StepEnd, TaskState, TaskTrace

# Tasks and steps beyond these are counted but not kept: a transcript stays readable, and small.
MAX_TASKS = 20_000
MAX_STEPS = 100_000

_STATES: dict[StepEnd, TaskState] = {
    "waits": "pending",
    "done": "done",
    "failed": "failed",
    "cancelled": "cancelled",
}


@dataclass(eq=False)
class _Record:
    """What is known of one task while it runs."""

    id: int
    coroutine: str
    parent: int | None
    made: float
    ready: float
    name: str = ""
    end: StepEnd = "waits"
    ended: float | None = None
    was_cancelled: bool = False
    swallowed: bool = False
    task: Callable[[], asyncio.Task[Any] | None] = field(default=lambda: None)


class Recorder:
    """Notes what tasks do between `install` and `traces`.

    Args:
        clock: gives seconds; every time in the records is what it says.
        due: when the timer behind a future was due, by the same clock, where that is known: a
            task is ready from then on, even while the loop is held up and cannot notice.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        due: Callable[[asyncio.Future[Any]], float | None] = lambda _: None,
    ) -> None:
        self.clock, self._due = clock, due
        self.steps: list[Step] = []
        self._records: list[_Record] = []
        self._current: _Record | None = None
        self._make: Callable[..., Any] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def install(self, loop: asyncio.AbstractEventLoop) -> None:
        """Record the tasks that `loop` makes from now on; a factory it has goes on making them."""
        self._loop, self._make = loop, loop.get_task_factory()
        loop.set_task_factory(self._factory)

    def uninstall(self) -> None:
        """Give the loop its own task factory back."""
        if self._loop is not None:
            self._loop.set_task_factory(self._make)

    def _factory(
        self, loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any
    ) -> asyncio.Future[Any]:
        now = self.clock()
        parent = self._current.id if self._current else None
        name = getattr(coroutine, "__name__", type(coroutine).__name__)
        record = _Record(len(self._records), name, parent, now, now)
        if len(self._records) < MAX_TASKS:
            self._records.append(record)
        if asyncio.iscoroutine(coroutine):
            coroutine = _Recorded(coroutine, self, record)
        task: asyncio.Task[Any] = (self._make or _plain_task)(loop, coroutine, **options)
        # a weak reference: whether somebody holds the task is the program's affair
        record.task, record.name = weakref.ref(task), task.get_name()
        return task

    def traces(self) -> tuple[TaskTrace, ...]:
        """All tasks, in the order in which they were made; default names become readable ones."""
        return tuple(
            TaskTrace(
                record.id,
                name,
                record.coroutine,
                record.parent,
                record.made,
                record.ended,
                _STATES[record.end],
            )
            for record, name in zip(self._records, self._names(), strict=True)
        )

    def name_of(self, task_name: str) -> str:
        """The readable name of a task that asyncio calls `task_name`."""
        for record, name in zip(self._records, self._names(), strict=True):
            if self._own_name(record) == task_name:
                return name
        return task_name

    def swallowed(self) -> list[str]:
        """Names of tasks that were cancelled and ended as if they had not been."""
        return [
            name
            for record, name in zip(self._records, self._names(), strict=True)
            if record.swallowed
        ]

    def _own_name(self, record: _Record) -> str:
        task = record.task()
        return task.get_name() if task is not None else record.name

    def _names(self) -> list[str]:
        """`Task-7` says nothing and differs between runs: such a task is named by its coroutine."""
        names: list[str] = []
        seen: dict[str, int] = {}
        for record in self._records:
            name = self._own_name(record)
            if not name or name.removeprefix("Task-").isdecimal():
                count = seen[record.coroutine] = seen.get(record.coroutine, 0) + 1
                name = record.coroutine if count == 1 else f"{record.coroutine} {count}"
            names.append(name)
        return names

    def step(self, record: _Record, resume: Callable[..., Any], *arguments: Any) -> Any:
        """Resume a task's coroutine and note what came of it."""
        outer, self._current = self._current, record
        record.name = self._own_name(record)  # it may be set after the task is made
        start, end = self.clock(), "waits"
        try:
            awaited = resume(*arguments)
        except StopIteration:
            end = "done"
            # asyncio.timeout and TaskGroup take back the cancellation that they swallow
            task = record.task()
            record.swallowed = (
                record.was_cancelled
                and getattr(task, "asked_to_stop", False)
                and task is not None
                and task.cancelling() > 0
            )
            raise
        except asyncio.CancelledError:
            end = "cancelled"
            raise
        except BaseException:
            end = "failed"
            raise
        finally:
            self._current = outer
            self._note(record, start, end)  # type: ignore[arg-type]
        if isinstance(awaited, asyncio.Future):
            awaited.add_done_callback(lambda future: self._became_ready(record, future))
        return awaited

    def _note(self, record: _Record, start: float, end: StepEnd) -> None:
        stop = self.clock()
        if len(self.steps) < MAX_STEPS and record.id < MAX_TASKS:
            self.steps.append(Step(record.id, min(record.ready, start), start, stop, end))
        record.end = end
        record.ready = stop
        if end != "waits":
            record.ended = stop

    def _became_ready(self, record: _Record, future: asyncio.Future[Any]) -> None:
        now, due = self.clock(), self._due(future)
        record.ready = now if due is None or future.cancelled() else min(due, now)


class _Task(asyncio.Task[Any]):
    """A task that remembers whether somebody asked it to stop.

    A TaskGroup or a timeout that cancels its own task means something else, and does not always
    take the request back (TaskGroup does from Python 3.13 on).
    """

    asked_to_stop = False

    def set_name(self, value: object) -> None:
        """Set the name; Python 3.13.0 calls this with None for a task that was given none."""
        if value is not None:
            super().set_name(value)

    def cancel(self, msg: Any = None) -> bool:
        caller = sys._getframe(1).f_code.co_filename
        if not caller.endswith(("taskgroups.py", "timeouts.py")):
            self.asked_to_stop = True
        return super().cancel(msg)


_Task.__name__ = _Task.__qualname__ = "Task"  # what a program sees that prints its tasks


def _plain_task(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> Any:
    return _Task(coroutine, loop=loop, **options)


class _Recorded(Coroutine[Any, Any, Any]):
    """A coroutine that tells the recorder whenever it is resumed; else it is the one it wraps."""

    def __init__(self, wrapped: Any, recorder: Recorder, record: _Record) -> None:
        self._wrapped, self._recorder, self._record = wrapped, recorder, record

    def send(self, value: Any) -> Any:
        return self._recorder.step(self._record, self._wrapped.send, value)

    def throw(self, *error: Any) -> Any:
        kind = error[0] if isinstance(error[0], type) else type(error[0])
        if issubclass(kind, asyncio.CancelledError):
            self._record.was_cancelled = True
        return self._recorder.step(self._record, self._wrapped.throw, *error)

    def close(self) -> None:
        self._wrapped.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        result: Generator[Any, Any, Any] = self._wrapped.__await__()
        return result

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wrapped, name)
