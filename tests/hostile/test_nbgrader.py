"""The submissions that stop or cheat nbgrader itself, by `nbgrader autograde`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from nbgrader.api import Gradebook, MissingEntry

from examroom import CourseFolder, result
from tests.hostile import batch, kitchen
from tests.hostile.batch import Run
from tests.hostile.cases import KINDS
from tests.hostile.cases.case import Case
from tests.hostile.conftest import HONEST
from tests.hostile.kitchen import ASSIGNMENT, FULL

# What stopped plain nbgrader's batch, or gave full marks there.
CHOSEN = {
    "metadata": ("skips-checks", "schema-99", "copied-check", "points-lots", "own-checks"),
    "shell": ("input-transformer", "run-cell"),
    "verdicts": ("displayhook",),
    "exits": ("exit-cell",),
    "reading": ("source",),
    "files": (
        *("fifo", "symlink", "no-json", "time-garbage", "folder-is-fifo", "newline", "cheap-menu"),
        *("misnamed", "device"),
    ),
}


def _chosen() -> dict[str, Case]:
    """The cases by the folders of their students, honest ones between them."""
    cases = {"--honest": HONEST, "~honest": HONEST}
    for kind, names in CHOSEN.items():
        cases[f"{kind}-~honest"] = HONEST
        for case in KINDS[kind]:
            if case.name in names:
                cases[case.student or f"{kind}-{case.name}"] = case
    return cases


CASES = _chosen()


@dataclass(frozen=True)
class Graded:
    """A class that nbgrader's own command has graded."""

    folder: CourseFolder
    run: Run
    points: Mapping[str, Mapping[str, float] | None]


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    root: Path = tmp_path_factory.mktemp("nbgrader") / "course"
    root.mkdir()
    folder = kitchen.build(root)
    batch.hand_in(folder, CASES)
    run = batch.run(root, "nbgrader", "autograde", ASSIGNMENT)
    return Graded(folder, run, {name: _points(folder, name) for name in CASES})


def _points(folder: CourseFolder, student: str) -> dict[str, float] | None:
    """What the gradebook has for a student; None when there is nothing."""
    try:
        marks = result(folder, ASSIGNMENT, student)
    except MissingEntry:
        return None
    return {check.grade_id: check.score for check in marks.checks}


@pytest.mark.parametrize("name", CASES)
def test_every_case_gets_the_points_it_must(graded: Graded, name: str) -> None:
    expected = None if CASES[name].problem else CASES[name].points
    assert graded.points[name] == expected


def test_honest_students_between_them_keep_full_marks(graded: Graded) -> None:
    honest = [points for name, points in graded.points.items() if CASES[name] is HONEST]
    assert honest == [FULL] * (len(CHOSEN) + 2)


@pytest.mark.parametrize(
    "name", [name for name, case in CASES.items() if case.rejects or case.problem]
)
def test_what_is_not_accepted_is_told_with_its_reason(graded: Graded, name: str) -> None:
    case = CASES[name]
    for reason in (*case.rejects.values(), case.problem):
        assert reason in graded.run.errors


def test_the_command_fails_for_those_it_could_not_grade(graded: Graded) -> None:
    assert graded.run.status == 1
    assert "ERROR] li\\nsi: 名字里有换行" in graded.run.errors


def test_nothing_is_left(graded: Graded) -> None:
    assert graded.run.processes == []
    assert graded.run.temporary == []
    assert graded.run.groups == []


def test_the_gradebook_knows_nobody_else(graded: Graded) -> None:
    api = graded.folder.api()
    with Gradebook(api.coursedir.db_url, api.course_id) as gradebook:
        known = {student.id for student in gradebook.students}
    assert known == {name for name, case in CASES.items() if not case.problem}
