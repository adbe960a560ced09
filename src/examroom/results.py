"""What the gradebook says about one submission."""

from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.plugins.export import CsvExportPlugin

from examroom.folder import CourseFolder


@dataclass(frozen=True)
class Check:
    """One graded cell of one submission; points as nbgrader counts them."""

    grade_id: str
    score: float
    max_score: float


@dataclass(frozen=True)
class Result:
    """One student's marks for one assignment."""

    student: str
    assignment: str
    checks: tuple[Check, ...]

    @property
    def score(self) -> float:
        """Points reached."""
        return sum(check.score for check in self.checks)

    @property
    def max_score(self) -> float:
        """Points that could be reached."""
        return sum(check.max_score for check in self.checks)

    @property
    def missed(self) -> tuple[Check, ...]:
        """The checks that did not give all their points."""
        return tuple(check for check in self.checks if check.score < check.max_score)


def result(folder: CourseFolder, assignment: str, student: str) -> Result:
    """Read one graded submission; its checks are in the order of the notebook's cells' names."""
    api = folder.api()
    with Gradebook(api.coursedir.db_url, api.course_id) as gradebook:
        submission = gradebook.find_submission(assignment, student)
        checks = [
            Check(grade.name, grade.score or 0.0, grade.max_score)
            for notebook in submission.notebooks
            for grade in notebook.grades
        ]
    return Result(student, assignment, tuple(sorted(checks, key=lambda check: check.grade_id)))


def export(folder: CourseFolder, target: Path) -> None:
    """Write all grades of the folder's gradebook to `target`, as `nbgrader export` does."""
    api = folder.api()
    plugin = CsvExportPlugin(config=folder.config, log=api.log)
    plugin.to = str(target)
    with Gradebook(api.coursedir.db_url, api.course_id) as gradebook:
        plugin.export(gradebook)
