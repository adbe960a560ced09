"""A transcript: plain data about one run, with JSON both ways."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from asynclab.trace.plain import readable

BLOCKING_S = 0.01

TaskState = Literal["done", "failed", "cancelled", "pending"]
StepEnd = Literal["waits", "done", "failed", "cancelled"]


@dataclass(frozen=True)
class Failure:
    """An exception: the name of its type, its message, and where in the program's own code.

    `line` counts from 1 in the cell or file; `code` is that line's text. `causes` are the
    exceptions in a group.
    """

    type: str
    message: str
    line: int | None = None
    code: str = ""
    causes: tuple["Failure", ...] = ()

    def leaves(self) -> "Iterable[Failure]":
        """The exceptions in a group, however nested, or the exception itself."""
        if not self.causes:
            yield self
        for cause in self.causes:
            yield from cause.leaves()


@dataclass(frozen=True)
class Finding:
    """A named diagnosis: its code, what happened (Chinese), two hints from gentle to strong."""

    code: str
    message: str
    hints: tuple[str, ...] = ()
    task: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class TaskTrace:
    """One task. Times are virtual seconds since the run began; `ended` is None when it had not."""

    id: int
    name: str
    coroutine: str
    parent: int | None
    made: float
    ended: float | None
    state: TaskState


@dataclass(frozen=True)
class Step:
    """One uninterrupted piece of a task: it was `ready`, ran from `start` to `stop`.

    `end` tells how it ended.
    """

    task: int
    ready: float
    start: float
    stop: float
    end: StepEnd

    @property
    def blocking(self) -> bool:
        """Whether it held up the loop for so long that others would have noticed."""
        return self.stop - self.start >= BLOCKING_S


@dataclass(frozen=True)
class Transcript:
    """What a run did.

    `value` is the result as JSON, or an opaque description of one that JSON cannot hold. `elapsed`
    is in virtual seconds, to the millisecond. `tasks[0]` is the run itself.
    """

    value: Any = None
    error: Failure | None = None
    printed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    elapsed: float = 0.0
    tasks: tuple[TaskTrace, ...] = ()
    steps: tuple[Step, ...] = ()
    findings: tuple[Finding, ...] = field(default=())

    def order(self) -> list[str]:
        """Names of the tasks in the order of their steps; neighbours of one task count once.

        The run itself is left out.
        """
        names = {task.id: task.name for task in self.tasks[1:]}
        order: list[str] = []
        for step in self.steps:
            name = names.get(step.task)
            if name is not None and order[-1:] != [name]:
                order.append(name)
        return order

    def peak(self, coroutine: str) -> int:
        """How many tasks of this coroutine function were under way at once, at the most."""
        return self.peaks().get(coroutine, 0)

    def peaks(self) -> dict[str, int]:
        """The same for every coroutine function that ran as a task."""
        tasks = {task.id: task for task in self.tasks}
        last = {step.task: number for number, step in enumerate(self.steps)}
        begun: set[int] = set()
        level: Counter[str] = Counter()
        peaks: dict[str, int] = {}
        for number, step in enumerate(self.steps):
            task = tasks.get(step.task)
            if task is None:
                continue
            # of two changes at one moment, the end counts first
            if number == last[task.id] and task.ended is not None:
                level[task.coroutine] -= 1
            if task.id not in begun:
                begun.add(task.id)
                level[task.coroutine] += 1
            peaks[task.coroutine] = max(peaks.get(task.coroutine, 0), level[task.coroutine])
        return peaks

    def overlap(self, one: str, other: str) -> float:
        """Virtual seconds during which both of these tasks (by name) were under way."""
        first, second = (self._span(name) for name in (one, other))
        return round(max(0.0, min(first[1], second[1]) - max(first[0], second[0])), 3)

    def task(self, name: str) -> TaskTrace:
        """The first task of this name; KeyError names those there are."""
        for task in self.tasks:
            if task.name == name:
                return task
        raise KeyError(f"no task {name!r}; there are {[task.name for task in self.tasks]}")

    def codes(self) -> set[str]:
        """Codes of the findings."""
        return {finding.code for finding in self.findings}

    def _span(self, name: str) -> tuple[float, float]:
        task = self.task(name)
        starts = [step.start for step in self.steps if step.task == task.id]
        end = self.elapsed if task.ended is None else task.ended
        return (min(starts), end) if starts else (end, end)

    def to_json(self) -> dict[str, Any]:
        """Plain data; `from_json` makes an equal transcript of it."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Transcript":
        """The transcript that `to_json` described; TypeError or KeyError for anything else."""
        fields = {**data, "value": readable(data["value"])}
        if fields["error"] is not None:
            fields["error"] = _failure(fields["error"])
        for name in ("printed", "warnings"):
            fields[name] = tuple(fields[name])
        fields["tasks"] = tuple(TaskTrace(**task) for task in fields["tasks"])
        fields["steps"] = tuple(Step(**step) for step in fields["steps"])
        fields["findings"] = tuple(
            Finding(**{**finding, "hints": tuple(finding["hints"])})
            for finding in fields["findings"]
        )
        return cls(**fields)


def _failure(data: dict[str, Any]) -> Failure:
    return Failure(**{**data, "causes": tuple(map(_failure, data["causes"]))})
