"""Errors a user of the grading engine can meet: each says what happened and what to do next."""


class ExamroomError(Exception):
    """Base of all errors of the grading engine; its text is meant for the user."""


class FolderError(ExamroomError):
    """There is no course folder, or something that should be in it is missing."""


class StarterError(ExamroomError):
    """A `### BEGIN STARTER` region of an exercise is malformed."""


class ReleaseError(ExamroomError):
    """nbgrader could not generate the student version of an assignment."""


class GradingInterrupted(ExamroomError):  # noqa: N818 - the user did it, nothing went wrong
    """The user stopped the grading."""


class GradingError(ExamroomError):
    """nbgrader could not grade anything of what was asked."""
