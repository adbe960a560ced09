"""A demonstration class of every known submission, graded once for all tests here."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from course import demo
from course.cases import Exercise
from examroom import CourseFolder

STUDENTS = 30


@dataclass(frozen=True)
class GradedClass:
    """The folder in which a class was graded, and how each pupil came out."""

    folder: CourseFolder
    assignment: str
    outcomes: list[demo.Outcome]


@pytest.fixture(scope="session", params=["05-async-await"])
def graded_class(
    request: pytest.FixtureRequest,
    project: CourseFolder,
    tmp_path_factory: pytest.TempPathFactory,
) -> GradedClass:
    assignment: str = request.param
    root: Path = tmp_path_factory.mktemp("class")
    students = max(STUDENTS, len(Exercise(project, assignment).cases()) + 2)
    pupils = demo.build(project, root, assignment, students)
    outcomes = list(demo.run(root, assignment, pupils))
    demo.write_feedback(root, assignment)
    return GradedClass(CourseFolder(root), assignment, outcomes)
