"""The one place that writes grades: examined submissions go into the gradebook and autograded/."""

from collections.abc import Collection, Container, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from nbgrader.api import BaseCell, Grade, MissingEntry, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import select

from examroom.bookkeeping.converter import Converter
from examroom.bookkeeping.gradebook import RunGradebook
from examroom.bookkeeping.swap import FolderSwap
from examroom.errors import BookkeepingError, ExamroomError
from examroom.folder import CourseFolder
from examroom.paper import NotebookJSON
from examroom.results import Check, Result
from examroom.submission import Submission


class Bookkeeper:
    """Records the examined submissions of one run, from one thread.

    What is left is what `nbgrader autograde --force` leaves when its cells give these outputs: the
    same rows, written by the preprocessors that the course has configured, and the same files.
    """

    def __init__(
        self, folder: CourseFolder, assignment: str, *, leave_out: Collection[str] = ()
    ) -> None:
        """Prepare to record submissions of an assignment; it begins with the `with` block.

        Args:
            folder: The course.
            assignment: A name that the gradebook knows.
            leave_out: Class names of further preprocessors that examine a notebook. Those that
                execute it by nbclient are never run.
        """
        api = folder.api()
        self._assignment = assignment
        self._course = api.coursedir
        self._converter = Converter(api, assignment, leave_out)

    def __enter__(self) -> Self:
        self._gradebook = RunGradebook(self._course.db_url, self._course.course_id)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._gradebook.shut()

    def record(self, submission: Submission, notebooks: Mapping[str, NotebookJSON]) -> Result:
        """Write one submission's files and rows, in place of those of an earlier grading.

        Manual grades and comments stay, and nbgrader marks those cells for another look. An error
        leaves rows and files as they were. A program killed in between may leave new files beside
        old rows, or for a moment no files; recording again mends that. It changes nothing else.

        Args:
            submission: What was handed in, as accepted.
            notebooks: The executed notebooks by name, outputs in place. Those of the assignment
                that are absent count as not handed in and get 0 points.

        Raises:
            GradebookBusyError: Another process keeps the gradebook locked.
            BookkeepingError: This submission cannot be recorded; the next one may.
        """
        student = submission.student
        try:
            with (
                self._converter.hooks(student, sorted(notebooks)),
                self._gradebook.transaction(),
            ):
                row = self._enter(submission)
                known = {notebook.name for notebook in row.notebooks}
                handed_in = {name: notebooks[name] for name in sorted(known & notebooks.keys())}
                _give_nothing(row, but=handed_in)
                self._gradebook.expect(row)
                with FolderSwap(self._autograded(student)) as folder:
                    with self._converter.sharing(self._gradebook):
                        self._converter.write(folder.new, submission, handed_in)
                    result = self._result(row)
                    folder.swap()
                    self._gradebook.keep()
        except ExamroomError:
            raise
        except Exception as error:
            reason = getattr(error, "orig", None) or error  # SQLAlchemy adds the whole statement
            raise BookkeepingError(
                f"{student} 的 {self._assignment} 没有记进成绩册，原来的成绩没有变："
                f"{type(error).__name__}: {reason}。请排除这一原因，再批改一次。"
            ) from error
        return result

    def recorded(self, student: str) -> Result | None:
        """This student's marks of any grading; None unless folder and gradebook rows are there."""
        if not self._autograded(student).is_dir():
            return None
        with self._gradebook.reading():
            try:
                return self._result(self._gradebook.find_submission(self._assignment, student))
            except MissingEntry:
                return None

    def _autograded(self, student: str) -> Path:
        step = self._course.autograded_directory
        return Path(self._course.format_path(step, student, self._assignment))

    def _enter(self, submission: Submission) -> SubmittedAssignment:
        """The rows of this submission, made if need be."""
        gradebook, student = self._gradebook, submission.student
        if self._converter.create_student:
            gradebook.update_or_create_student(student)
        else:
            try:
                gradebook.find_student(student)
            except MissingEntry as error:
                raise BookkeepingError(
                    f"成绩册里没有学生 {student}，而 c.Autograde.create_student = False："
                    f"请先运行 nbgrader db student add {student}，或去掉这一设置。"
                ) from error
        when = {"timestamp": submission.timestamp.strip()} if submission.timestamp else {}
        gradebook.db.flush()
        with gradebook.db.no_autoflush:  # nbgrader queries while its rows are only half made
            return gradebook.update_or_create_submission(self._assignment, student, **when)

    def _result(self, row: SubmittedAssignment) -> Result:
        self._gradebook.db.flush()
        grades = self._gradebook.db.execute(
            select(BaseCell.name, Grade.score, Grade.max_score)
            .join(Grade.cell)
            .join(Grade.notebook)
            .where(SubmittedNotebook.assignment_id == row.id)
            .order_by(BaseCell.name)
        )
        checks = tuple(Check(name, score or 0.0, most) for name, score, most in grades)
        return Result(row.student_id, self._assignment, checks)


def _give_nothing(row: SubmittedAssignment, but: Container[str]) -> None:
    """Zero points for the notebooks that were not handed in, as nbgrader's Autograde gives them."""
    for notebook in row.notebooks:
        if notebook.name not in but:
            for grade in notebook.grades:
                grade.auto_score = 0
                grade.needs_manual_grade = False
