"""Errors a user of the `course` command can meet: what happened, and what to do next."""


class CourseError(Exception):
    """Base of the command's own errors; its text is meant for the user."""


class PairConflictError(CourseError):
    """A notebook and its text were both edited since they last agreed."""


class UnreadableError(CourseError):
    """A notebook or its text is damaged."""


class ChapterError(CourseError):
    """A chapter does not run from top to bottom."""


class WorkError(CourseError):
    """A student's working copy cannot be made."""


class CheckError(CourseError):
    """A student's working copy cannot be checked."""


class CaseError(CourseError):
    """A known submission under `tests/submissions/` is malformed."""


class DemoError(CourseError):
    """The demonstration class did not come out as expected."""
