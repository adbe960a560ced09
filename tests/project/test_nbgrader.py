"""nbgrader's own commands work by themselves in the course folder, as instructors know them."""

import filecmp
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course.cases import Exercise
from examroom import CourseFolder, result

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
