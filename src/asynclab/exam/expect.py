"""A check that fails with a reason, a diagnosis, a hint and the picture of what happened."""

import sys

from asynclab.exam.room import current_room
from asynclab.findings import LEFT_BEHIND, place
from asynclab.findings import finding as of_table
from asynclab.trace import Failure, Finding, Transcript

# Steps of a run beyond which its picture is too crowded, and too large, to be of use.
DRAWN = 2_000


class CheckFailed(AssertionError):  # noqa: N818 - what a student reads; "error" would mislead
    """A check that was not met: `message` says which, `finding` why, if that is known."""

    def __init__(
        self, message: str, finding: Finding | None = None, transcript: Transcript | None = None
    ) -> None:
        self.message, self.finding, self.transcript = message, finding, transcript
        parts = [message]
        error = transcript.error if transcript is not None else None
        if transcript is not None and error is not None and not _explains(finding, transcript):
            parts += dict.fromkeys(map(_told, error.leaves()))
        if finding is not None:
            parts.append(f"[{finding.code}] {finding.message}")
            if len(parts) == 2:  # whoever reads of an error has the reason before their eyes
                parts.append(f"提示：{finding.hints[0]}")
        super().__init__("\n".join(parts))

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows in place of a traceback, whose frames would be the check's own."""
        return [f"检查没有通过：{self}"]


def expect(
    condition: object, transcript: Transcript, message: str, *, finding: str | None = None
) -> None:
    """Fail unless `condition` holds, and explain by what `transcript` tells.

    Args:
        condition: what must be true.
        transcript: the run that the condition is about.
        message: what the student's program should do (Chinese), one idea.
        finding: code of the diagnosis that a failure means, where the condition knows it best
            (`sequential`, `wrong-order`, …). What the run itself was found to have done comes
            first when it explains why there is no result at all.

    Raises:
        CheckFailed: the condition does not hold.

    Example:
        >>> expect(1 + 1 == 2, Transcript(), "一加一等于二")
    """
    if condition:
        return
    failed = CheckFailed(message, _best(transcript, finding), transcript)
    if 1 < len(transcript.steps) <= DRAWN:  # of one single step there is nothing to see
        _show(transcript)
    raise failed


def _explains(finding: Finding | None, transcript: Transcript) -> bool:
    """Whether a finding tells the error that ended the run, so that nothing more need be said."""
    return finding in transcript.findings and finding.code not in LEFT_BEHIND


def _told(error: Failure) -> str:
    line = f"（{place(error.line, error.code)}）" if error.line else ""
    return f"程序出错{line}：{error.type}{error.message and f': {error.message}'}"


def _show(transcript: Transcript) -> None:
    """In a notebook, the picture of what happened goes above the message."""
    from asynclab.timeline import timeline

    room = current_room()
    ipython = sys.modules.get("IPython")
    if room is not None:
        room.show(timeline(transcript, title="实际发生的"))
    elif ipython is not None and ipython.get_ipython() is not None:
        ipython.display.display(timeline(transcript, title="实际发生的"))


def _best(transcript: Transcript, code: str | None) -> Finding | None:
    """The diagnosis that explains a failed check best."""
    found = transcript.findings
    same = next((f for f in found if f.code == code), None)
    if same is not None:
        return same
    if found:
        return found[0]  # what the run did explains more than what the check asked
    if code is not None:
        return of_table(code, elapsed=transcript.elapsed or None)
    return None
