"""Diagnoses from what a run left behind, whether or not it ended in an error."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from asynclab.clock import Blocked
from asynclab.findings.table import finding
from asynclab.trace import Finding

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


def explain_remains(remains: Remains) -> Iterator[Finding]:
    """Diagnose what was left behind: each kind once a place, in order of appearance."""
    for name, line in dict.fromkeys(filter(None, map(_never_awaited, remains.warnings))):
        yield finding("never-awaited", line=line, name=name)
    seconds: dict[tuple[str, int], float] = {}
    for blocked in remains.blocked:
        place = (blocked.task, blocked.line)
        seconds[place] = seconds.get(place, 0.0) + blocked.seconds
    for (task, line), total in seconds.items():
        if total > 0:
            yield finding("blocking-call", task=task, line=line, seconds=total)
    for task in remains.pending:
        yield finding("leaked-task", task=task)
    for error in dict.fromkeys(remains.lost):
        yield finding("lost-exception", error=f"（{error}）")
    for task in remains.swallowed:
        yield finding("swallowed-cancellation", task=task)


def _never_awaited(warning: str) -> tuple[str, int | None] | None:
    """Name of the coroutine in such a warning, and the line that made it."""
    match = _NEVER.search(warning)
    if match is None:
        return None
    places = [place for place in _CREATED.finditer(warning) if "asyncio" not in place["file"]]
    name = match["name"].rpartition(".")[2]
    return name, int(places[-1]["line"]) if places else None
