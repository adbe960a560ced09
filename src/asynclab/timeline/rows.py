"""What the rows of a timeline show: which task was in which state from when to when."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from asynclab.trace import Step, TaskTrace, Transcript

State = Literal["ready", "running", "waiting", "blocked"]
End = Literal["done", "failed", "cancelled", "pending"]

# More rows than these are hard to read: tasks of one coroutine then share a row.
MAX_ROWS = 14
KEPT_OF_A_GROUP = 3


@dataclass(frozen=True)
class Span:
    """A state from `start` to `stop`, on the picture's axis."""

    state: State
    start: float
    stop: float


@dataclass
class Row:
    """One line of the picture. `levels` is filled for a group: (position, tasks under way)."""

    label: str
    note: str = ""
    spans: list[Span] = field(default_factory=list)
    end: tuple[float, End] | None = None
    levels: list[tuple[float, int]] = field(default_factory=list)


class Axis:
    """Where a moment stands: seconds, or numbers of steps when no time passed at all."""

    def __init__(self, transcript: Transcript) -> None:
        self.in_seconds = transcript.elapsed > 0
        self.length = transcript.elapsed if self.in_seconds else float(len(transcript.steps))

    def step(self, number: int, step: Step) -> tuple[float, float]:
        """Where the step of this number begins and ends."""
        if self.in_seconds:
            return step.start, min(step.stop, self.length)
        return float(number), float(number + 1)


def rows(transcript: Transcript, axis: Axis) -> list[Row]:
    """The loop's row, then one for each task or group of tasks, the run itself left out."""
    numbered: dict[int, list[tuple[int, Step]]] = defaultdict(list)
    for number, step in enumerate(transcript.steps):
        numbered[step.task].append((number, step))
    tasks = list(transcript.tasks[1:]) or list(transcript.tasks)
    shown, groups = _grouped(tasks)
    made = [_task_row(task, numbered[task.id], axis) for task in shown]
    made += [_group_row(name, group, numbered, axis) for name, group in groups.items()]
    return [_loop_row(transcript, axis), *made]


def _grouped(tasks: list[TaskTrace]) -> tuple[list[TaskTrace], dict[str, list[TaskTrace]]]:
    if len(tasks) <= MAX_ROWS:
        return tasks, {}
    by_name: dict[str, list[TaskTrace]] = defaultdict(list)
    for task in tasks:
        by_name[task.coroutine].append(task)
    shown: list[TaskTrace] = []
    groups: dict[str, list[TaskTrace]] = {}
    for name, members in by_name.items():
        if len(shown) + len(members) <= MAX_ROWS and len(members) <= KEPT_OF_A_GROUP:
            shown += members
        else:
            groups[name] = members
    return shown, groups


def _loop_row(transcript: Transcript, axis: Axis) -> Row:
    row = Row("事件循环")
    for number, step in enumerate(transcript.steps):
        start, stop = axis.step(number, step)
        row.spans.append(Span("blocked" if step.blocking else "running", start, stop))
    return row


def _task_row(task: TaskTrace, steps: list[tuple[int, Step]], axis: Axis) -> Row:
    row = Row(task.name, "" if task.coroutine == task.name else task.coroutine)
    before = 0.0
    for index, (number, step) in enumerate(steps):
        start, stop = axis.step(number, step)
        ready = min(max(step.ready, before), start) if axis.in_seconds else start
        if index == 0:
            before = ready = min(task.made, start) if axis.in_seconds else start
        row.spans += [Span("waiting", before, ready), Span("ready", ready, start)]
        row.spans.append(Span("blocked" if step.blocking else "running", start, stop))
        before = stop
    if task.state == "pending":
        row.spans.append(Span("waiting" if steps else "ready", before, axis.length))
        before = axis.length
    row.spans = [s for s in row.spans if s.stop > s.start or s.state in ("running", "blocked")]
    row.end = (before, task.state)
    return row


def _group_row(
    name: str,
    tasks: list[TaskTrace],
    numbered: dict[int, list[tuple[int, Step]]],
    axis: Axis,
) -> Row:
    changes: list[tuple[float, int]] = []
    for task in tasks:
        steps = numbered[task.id]
        if steps:
            begin, _ = axis.step(*steps[0])
            _, end = axis.step(*steps[-1])
            changes += [(begin, 1), (end if task.ended is not None else axis.length, -1)]
    level, levels = 0, []
    order: Callable[[tuple[float, int]], tuple[float, int]] = lambda c: (c[0], -c[1])  # noqa: E731
    for position, change in sorted(changes, key=order):
        level += change
        levels.append((position, level))
    return Row(f"{name} × {len(tasks)}", "同时进行的个数", levels=levels)
