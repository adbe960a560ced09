"""Diagnoses from what a run left behind, whether or not it ended in an error."""

import linecache
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from asynclab.clock import Blocked, is_library
from asynclab.findings.places import EXPRESSION
from asynclab.findings.table import finding
from asynclab.trace import Finding

# Diagnoses that say nothing of the error that ended a run.
LEFT_BEHIND = frozenset(
    {
        "never-awaited",
        "blocking-call",
        "leaked-task",
        "lost-exception",
        "thread-error",
        "swallowed-cancellation",
    }
)
_NEVER = re.compile(r"coroutine '(?P<name>.+?)' was never awaited")
_CREATED = re.compile(r'File "(?P<file>.+?)", line (?P<line>\d+)')


@dataclass
class Remains:
    """What is found when a run is over."""

    blocked: list[Blocked] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    swallowed: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    in_threads: list[str] = field(default_factory=list)


def explain_remains(remains: Remains) -> Iterator[Finding]:
    """Diagnose what was left behind: each kind once a place, in order of appearance."""
    for name, file, line in dict.fromkeys(filter(None, map(_never_awaited, remains.warnings))):
        source = linecache.getline(file, line) if file and line else ""
        yield finding("never-awaited", line=line, source=source, name=name)
    seconds: dict[tuple[str, str, int], float] = {}
    for blocked in remains.blocked:
        place = (blocked.task, blocked.file, blocked.line)
        seconds[place] = seconds.get(place, 0.0) + blocked.seconds
    for (task, file, line), total in seconds.items():
        if total > 0:
            # a line of the check's own would only mislead
            own = not is_library(file) and file != EXPRESSION
            source = linecache.getline(file, line) if own else ""
            yield finding(
                "blocking-call",
                task=task,
                line=line if own else None,
                source=source,
                seconds=total,
            )
    for task in remains.pending:
        yield finding("leaked-task", task=task)
    for error in dict.fromkeys(remains.lost):
        yield finding("lost-exception", error=f"（{error}）")
    for error in dict.fromkeys(remains.in_threads):
        yield finding("thread-error", error=f"（{error}）")
    for task in remains.swallowed:
        yield finding("swallowed-cancellation", task=task)


def _never_awaited(warning: str) -> tuple[str, str, int | None] | None:
    """Name of the coroutine in such a warning, and the file and line that made it."""
    match = _NEVER.search(warning)
    if match is None:
        return None
    name = match["name"].rpartition(".")[2]
    places = [(each["file"], int(each["line"])) for each in _CREATED.finditer(warning)]
    own = [(file, at) for file, at in places if not is_library(file) and file != EXPRESSION]
    return (name, *own[-1]) if own else (name, "", None)
