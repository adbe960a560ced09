"""nbgrader's own commands work by themselves in the course folder, as instructors know them."""

import filecmp
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course import demo
from course.cases import Exercise
from examroom import CourseFolder, result
from tests.conftest import PROJECT

ASSIGNMENT = "05-async-await"
NBGRADER = Path(sys.executable).parent / "nbgrader"


def nbgrader(course: CourseFolder, *arguments: str, cwd: str = ".") -> str:
    """Run a command of nbgrader in an environment that was not activated, with its own home."""
    home = {"HOME": str(course.root / "home"), "XDG_DATA_HOME": "", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [NBGRADER, *arguments],
        cwd=course.root / cwd,
        env={**os.environ, **home},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def course(project: CourseFolder, tmp_path_factory: pytest.TempPathFactory) -> CourseFolder:
    root: Path = tmp_path_factory.mktemp("course")
    for name in ("source", "work"):
        shutil.copytree(project.root / name, root / name)
    shutil.copy(project.root / "nbgrader_config.py", root)
    course = CourseFolder(root)
    nbgrader(course, "generate_assignment", ASSIGNMENT)
    return course


def test_from_generate_to_export(course: CourseFolder, project: CourseFolder) -> None:
    root = course.root
    ours, theirs = (c.root / "release" / ASSIGNMENT / "exercises.ipynb" for c in (project, course))
    assert filecmp.cmp(ours, theirs, shallow=False)

    exercise = Exercise(project, ASSIGNMENT)
    exercise.write(exercise.reference(), root / "submitted" / "jia" / ASSIGNMENT)
    exercise.write(exercise.untouched(), root / "submitted" / "yi" / ASSIGNMENT)
    nbgrader(course, "autograde", ASSIGNMENT)
    nbgrader(course, "generate_feedback", ASSIGNMENT)
    assert [result(course, ASSIGNMENT, student).score for student in ("jia", "yi")] == [10, 0]
    assert (root / "feedback" / "yi" / ASSIGNMENT / "exercises.html").exists()

    nbgrader(course, "export")
    assert (root / "grades.csv").read_text("utf-8").count(ASSIGNMENT) == 2


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder in which the tests below hand in, assignment after assignment."""
    return tmp_path_factory.mktemp("handed-in")


@pytest.mark.parametrize("assignment", CourseFolder(PROJECT).sources())
def test_every_assignment_is_graded_by_nbgraders_command(
    assignment: str, project: CourseFolder, handed_in: Path
) -> None:
    pupils = demo.build(project, handed_in, assignment, students=2)
    assert [pupil.case.name for pupil in pupils] == ["reference", "untouched"]
    course = CourseFolder(handed_in)
    nbgrader(course, "autograde", assignment)
    full = sum(Exercise(project, assignment).maxima.values())
    scores = [result(course, assignment, pupil.student).score for pupil in pupils]
    assert scores == [full, 0]


def test_the_exchange_in_the_users_folder(course: CourseFolder) -> None:
    """Released by the instructor, fetched into `work/`, handed in, and collected."""
    root = course.root
    nbgrader(course, "release_assignment", ASSIGNMENT)
    nbgrader(course, "fetch_assignment", ASSIGNMENT)
    work = root / "work" / ASSIGNMENT / "exercises.ipynb"
    assert work.exists()
    assert ASSIGNMENT in nbgrader(course, "list", cwd="work")
    nbgrader(course, "submit", ASSIGNMENT)
    shutil.rmtree(root / "submitted", ignore_errors=True)
    nbgrader(course, "collect", ASSIGNMENT)
    assert len(course.submitters(ASSIGNMENT)) == 1
