"""Each assignment's known submissions as a class of their own, graded once for all tests here."""

import gc
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from distributed import LocalCluster

from course import demo
from course.cases import Exercise
from examroom import CourseFolder
from tests.conftest import PROJECT

ASSIGNMENTS = CourseFolder(PROJECT).sources()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where processes share the tests, one of them grades all of an assignment."""
    for item in items:
        if isinstance(item, pytest.Function) and (spec := getattr(item, "callspec", None)):
            item.add_marker(pytest.mark.xdist_group(str(spec.params.get("graded_class"))))


@dataclass(frozen=True)
class GradedClass:
    """The folder in which a class was graded, and how each pupil came out."""

    folder: CourseFolder
    exercise: Exercise
    outcomes: list[demo.Outcome]


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One course folder for all assignments: nbgrader needs two seconds to make a gradebook."""
    return tmp_path_factory.mktemp("class")


@pytest.fixture(scope="session")
def scheduler() -> Iterator[str]:
    """Workers for all assignments: more than processors, as many checks only wait."""
    # a full collection among all that pytest has loaded stops checks and their sites for 0.3 s
    gc.freeze()
    gc.set_threshold(200_000)
    with LocalCluster(
        n_workers=1,
        threads_per_worker=4,
        processes=False,
        dashboard_address="127.0.0.1:0",
        worker_dashboard_address="127.0.0.1:0",
        scheduler_kwargs={"dashboard": False},
        memory_limit=0,
    ) as cluster:
        yield cluster.scheduler_address


@pytest.fixture(scope="session", params=ASSIGNMENTS)
def graded_class(
    request: pytest.FixtureRequest, project: CourseFolder, root: Path, scheduler: str
) -> GradedClass:
    assignment: str = request.param
    exercise = Exercise(project, assignment)
    # the reference, the untouched release and every written case
    students = 2 + len(demo.together(exercise.cases()))
    pupils = demo.build(project, root, assignment, students)
    graded = demo.run(root, assignment, pupils, scheduler=scheduler)
    return GradedClass(CourseFolder(root), exercise, list(graded))


@pytest.fixture(scope="session", params=ASSIGNMENTS)
def exercise(request: pytest.FixtureRequest, project: CourseFolder) -> Exercise:
    return Exercise(project, request.param)
