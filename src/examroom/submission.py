"""What a student handed in, as far as it was accepted: plain data that can travel to a worker."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Rejected:
    """One file that was not accepted: its path inside the submission, and why (Chinese)."""

    file: str
    reason: str


@dataclass(frozen=True)
class Submission:
    """The accepted files of one student's submission, as bytes.

    `notebooks` go by the released notebook's name without its suffix, `files` by their path inside
    the submission, with forward slashes. `timestamp` is the text of nbgrader's `timestamp.txt`,
    None when there is none that can be read as a time. A notebook among the `rejected` is in
    neither.
    """

    student: str
    notebooks: Mapping[str, bytes] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    rejected: tuple[Rejected, ...] = ()
    timestamp: str | None = None
