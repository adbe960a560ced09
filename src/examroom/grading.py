"""Grade submissions one after another with nbgrader's own autograde and feedback."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.exc import SAWarning

from examroom.errors import GradingError, GradingInterrupted
from examroom.folder import CourseFolder, failure
from examroom.release import register
from examroom.results import Result, result


@dataclass(frozen=True)
class Graded:
    """What became of one submission: its marks, or why it could not be graded."""

    student: str
    result: Result | None
    problem: str = ""


def grade(folder: CourseFolder, assignment: str) -> tuple[int, Iterator[Graded]]:
    """Grade everything handed in for an assignment and write each student's feedback.

    Returns the number of submissions and an iterator that grades one per step, so that the caller
    can show progress. One submission's failure is reported in its Graded and does not stop the
    rest.

    Raises FolderError for an unknown assignment, GradingError when nobody handed it in.
    """
    folder.require_source(assignment)
    students = folder.submitters(assignment)
    if not students:
        raise GradingError(
            f"submitted/ 里没有人交 {assignment}："
            f"请把作业放进 submitted/<学生>/{assignment}/，或先运行 nbgrader collect {assignment}。"
        )
    register(folder, assignment)
    return len(students), _grade_each(folder, assignment, students)


def _grade_each(folder: CourseFolder, assignment: str, students: list[str]) -> Iterator[Graded]:
    api = folder.api()
    for student in students:
        for step in (api.autograde, api.generate_feedback):
            with warnings.catch_warnings():
                # nbgrader 0.9.6 reads relations of rows that it has not yet added
                warnings.simplefilter("ignore", SAWarning)
                outcome = step(assignment, student, force=True)
            if "KeyboardInterrupt" in outcome.get("error", ""):  # nbgrader takes it for a failure
                raise GradingInterrupted(
                    f"已停止：{student} 以前的作业都已写进成绩册。再运行一次会从头批改。"
                )
            if not outcome["success"]:
                yield Graded(student, None, failure(outcome))
                break
        else:
            yield Graded(student, result(folder, assignment, student))
