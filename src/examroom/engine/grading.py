"""Grade a class: take in, examine, record; go on where a killed run stopped."""

import fcntl
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from examroom.bookkeeping import Bookkeeper, backup
from examroom.engine.fanout import ExamineAll, inline, on_dask
from examroom.engine.job import Examination, Report
from examroom.engine.spool import FOLDER, Spool, digest
from examroom.errors import BookkeepingError, ExamroomError, GradingError
from examroom.folder import CourseFolder
from examroom.intake import acceptable_name, printable, read
from examroom.paper import Paper, prepare
from examroom.release import register
from examroom.results import Result
from examroom.submission import Submission

State = Literal["graded", "resumed", "unchanged", "failed"]


@dataclass(frozen=True)
class Graded:
    """What became of one submission: its marks and report, or why it could not be graded.

    `state` tells whether it was examined now, had been examined by a run that was killed, has not
    changed since it was recorded, or failed.
    """

    student: str
    state: State
    result: Result | None = None
    report: Report = field(default_factory=Report)
    problem: str = ""


def grade(
    folder: CourseFolder,
    assignment: str,
    *,
    students: Collection[str] | None = None,
    scheduler: str | None = None,
    force: bool = False,
    sandboxed: bool = True,
    parallel: bool = True,
) -> tuple[int, Iterator[Graded]]:
    """Grade what was handed in for an assignment.

    Args:
        folder: the course.
        assignment: its name.
        students: whose; everybody's by default.
        scheduler: address of a Dask scheduler; by default the work is done on this machine.
        force: examine also what has not changed since it was last recorded.
        sandboxed: False lets students' code run with the user's rights, which feedback and report
            will say.
        parallel: False examines one after another, without Dask.

    Returns:
        The number of submissions and an iterator that gives each as soon as it is recorded; one
        submission's failure is in its Graded and does not stop the rest. Close the iterator to stop
        early; what was examined until then is recorded by the next run.

    Raises:
        FolderError: an unknown assignment.
        GradingError: nobody handed it in, or one of `students` did not.
        PaperError: the release does not fit the gradebook.
        SandboxError, ClusterError, BackupError: from the iterator, before anything is written.
    """
    folder.require_source(assignment)
    chosen = _chosen(folder.submitters(assignment), students, assignment)

    def steps() -> Iterator[Graded]:
        with _alone(folder.root):
            register(folder, assignment)
            paper = prepare(folder, assignment)
            with Bookkeeper(folder, assignment) as bookkeeper:
                run = _Run(folder, paper, bookkeeper, sandboxed)
                yield from run.settled(chosen, force=force)
                if not run.pending:
                    return
                if parallel:
                    examiners = on_dask(paper, scheduler, sandboxed=sandboxed)
                else:
                    examiners = inline(paper, sandboxed=sandboxed)
                with examiners as examine_all:
                    yield from run.examined(examine_all)

    return len(chosen), steps()


def _chosen(there: list[str], students: Collection[str] | None, assignment: str) -> list[str]:
    if not there:
        raise GradingError(
            f"submitted/ 里没有人交 {assignment}："
            f"请把作业放进 submitted/<学生>/{assignment}/，或先运行 nbgrader collect {assignment}。"
        )
    if students is None:
        return there
    if absent := sorted(set(students) - set(there)):
        raise GradingError(f"submitted/ 里没有 {'、'.join(absent)} 交的 {assignment}。")
    return [student for student in there if student in set(students)]


class _Run:
    """One run over one assignment."""

    def __init__(
        self, folder: CourseFolder, paper: Paper, bookkeeper: Bookkeeper, sandboxed: bool
    ) -> None:
        self._folder, self._paper, self._bookkeeper = folder, paper, bookkeeper
        self._sandboxed = sandboxed
        self._spool = Spool(folder.root, paper.assignment)
        self._course = folder.api().coursedir
        self._saved = False
        # submissions that are yet to be examined, and their digests
        self.pending: dict[str, tuple[Submission, str]] = {}

    def settled(self, students: Collection[str], *, force: bool) -> Iterator[Graded]:
        """Those that need no examination; the others are `pending` afterwards."""
        for student in students:
            if reason := acceptable_name(student):
                yield Graded(printable(student), "failed", problem=reason)
                continue
            submission = self._take_in(student)
            now = digest(self._paper, submission, sandboxed=self._sandboxed)
            entry = self._spool.find(student)
            if entry is None or entry.digest != now:
                self.pending[student] = submission, now
            elif entry.examination is not None:
                yield self._record("resumed", submission, now, entry.examination)
            elif force or (marks := self._bookkeeper.recorded(student)) is None:
                self.pending[student] = submission, now
            else:
                yield Graded(student, "unchanged", marks, entry.report)

    def examined(self, examine_all: ExamineAll) -> Iterator[Graded]:
        """Examine the pending ones, and record each as it comes."""
        waiting = [submission for submission, _ in self.pending.values()]
        for student, outcome in examine_all(waiting):
            submission, now = self.pending.pop(student)
            if isinstance(outcome, Exception):
                said = f"检查时出错：{type(outcome).__name__}: {outcome}"
                yield Graded(student, "failed", problem=said)
                continue
            self._spool.keep(student, now, outcome)
            yield self._record("graded", submission, now, outcome)

    def _take_in(self, student: str) -> Submission:
        course = self._course
        path = course.format_path(course.submitted_directory, student, self._paper.assignment)
        return read(Path(path), student, self._paper.notebooks, course.ignore)

    def _record(
        self, state: State, submission: Submission, now: str, examination: Examination
    ) -> Graded:
        if not self._saved:
            backup(self._folder)
            self._saved = True
        try:
            marks = self._bookkeeper.record(submission, examination.notebooks)
        except BookkeepingError as error:
            return Graded(submission.student, "failed", problem=str(error))
        self._spool.done(submission.student, now, examination.report)
        return Graded(submission.student, state, marks, examination.report)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Only one run at a time writes grades of a course."""
    folder = root / FOLDER
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ExamroomError("这门课的另一次批改正在运行：请等它结束，或者先停止它。") from error
        yield
