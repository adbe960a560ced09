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


class SandboxError(ExamroomError):
    """No sandbox can be had here, or it does not hold."""


class ListenerError(ExamroomError):
    """A check opens more servers at once than the candidate's network has sockets for."""


class NotANotebook(ExamroomError):  # noqa: N818 - what it is, not what went wrong
    """A handed-in file is no notebook that could be graded; the text is the reason."""


class PaperError(ExamroomError):
    """The released assignment and the gradebook do not fit together."""


class BookkeepingError(ExamroomError):
    """A submission's marks could not be written to the gradebook."""


class GradebookBusyError(BookkeepingError):
    """Another program keeps the gradebook locked."""


class BackupError(ExamroomError):
    """No copy of the gradebook could be made."""


class ClusterError(ExamroomError):
    """The machines that were to examine submissions cannot be reached."""
