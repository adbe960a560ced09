"""A class of known submissions, taken through the whole of nbgrader's work in a folder of its own.

generate → submit → autograde → feedback → export; every score is known beforehand.
"""

import csv
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.api import Gradebook

from course.cases import Case, Exercise
from examroom import CourseFolder, Graded, export, generate, grade

NAMES = "陈林黄张李王吴刘蔡杨许郑谢郭洪曾邱廖赖周"


@dataclass(frozen=True)
class Pupil:
    """A student of the demonstration class and what they hand in."""

    student: str
    case: Case


@dataclass(frozen=True)
class Outcome:
    """How one pupil's grading came out against what was known beforehand."""

    pupil: Pupil
    graded: Graded
    wrong: dict[str, tuple[float, float]]

    @property
    def as_expected(self) -> bool:
        """Whether every check gave exactly its known points."""
        return self.graded.result is not None and not self.wrong


def enrol(exercise: Exercise, students: int) -> list[Pupil]:
    """`students` pupils: reference, untouched, every written case in turn, then other mixtures.

    As a real student's mistakes do, cases that answer different tasks share a submission.
    """
    cases = [exercise.reference(), exercise.untouched(), *together(exercise.cases())]
    cases += _mixtures(exercise.cases(), students - len(cases))
    width = len(str(students))
    return [
        Pupil(f"student{number:0{width}}", case)
        for number, case in enumerate(cases[:students], start=1)
    ]


def together(cases: list[Case]) -> list[Case]:
    """All cases, each once, in few submissions: those that answer different tasks share one."""
    shared: list[Case] = []
    for case in cases:
        for place, other in enumerate(shared):
            if case.fits(other):
                shared[place] = other + case
                break
        else:
            shared.append(case)
    return shared


def _mixtures(cases: list[Case], wanted: int) -> list[Case]:
    """As many more submissions as are wanted, each time of the cases in another order."""
    order = random.Random(len(cases))
    mixed: list[Case] = []
    while cases and len(mixed) < wanted:
        mixed += together(order.sample(cases, len(cases)))
    return mixed[: max(wanted, 0)]


def build(course: CourseFolder, root: Path, assignment: str, students: int) -> list[Pupil]:
    """Make a course folder at `root` with one assignment, released and handed in by a class."""
    folder = CourseFolder(root.resolve())
    root.mkdir(parents=True, exist_ok=True)
    shutil.copy(course.root / "nbgrader_config.py", root)
    shutil.copytree(course.root / "source" / assignment, root / "source" / assignment)
    generate(folder, assignment)
    cases = root / "tests" / "submissions"
    shutil.copytree(course.root / "tests" / "submissions" / assignment, cases / assignment)
    exercise = Exercise(folder, assignment)
    pupils = enrol(exercise, students)
    api = folder.api()
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
    with Gradebook(api.coursedir.db_url, api.course_id) as gradebook:
        for number, pupil in enumerate(pupils):
            surname = NAMES[number % len(NAMES)]
            gradebook.update_or_create_student(
                pupil.student, last_name=surname, first_name=f"{number + 1:02}号"
            )
            target = root / "submitted" / pupil.student / assignment
            exercise.write(pupil.case, target)
            (target / "timestamp.txt").write_text(now)
    return pupils


def run(
    root: Path, assignment: str, pupils: list[Pupil], *, scheduler: str | None = None
) -> Iterator[Outcome]:
    """Grade the class, one pupil a step; on the workers of a Dask scheduler, if one is given."""
    folder = CourseFolder(root.resolve())
    maxima = Exercise(folder, assignment).maxima
    by_name = {pupil.student: pupil for pupil in pupils}
    _, steps = grade(folder, assignment, scheduler=scheduler)
    for graded in steps:
        pupil = by_name[graded.student]
        yield Outcome(pupil, graded, _wrong(graded, pupil.case, maxima))


def write_feedback(root: Path, assignment: str) -> None:
    """Write every pupil's feedback, as `nbgrader generate_feedback` does."""
    CourseFolder(root.resolve()).api().generate_feedback(assignment, force=True)


def export_grades(root: Path) -> dict[tuple[str, str], float]:
    """Write `grades.csv` and read it back: (assignment, student) → points."""
    export(CourseFolder(root.resolve()), root / "grades.csv")
    with (root / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {(row["assignment"], row["student_id"]): float(row["score"]) for row in rows}


def _wrong(graded: Graded, case: Case, maxima: dict[str, float]) -> dict[str, tuple[float, float]]:
    """Checks whose points are not the known ones: grade id → (expected, got)."""
    if graded.result is None:
        return {}
    got = {check.grade_id: check.score for check in graded.result.checks}
    expected = case.expected_points(maxima)
    return {
        grade_id: (expected[grade_id], got.get(grade_id, 0.0))
        for grade_id in expected
        if expected[grade_id] != got.get(grade_id)
    }
