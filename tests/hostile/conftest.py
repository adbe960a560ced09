"""The hostile batch, graded once for all tests of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from examroom import CourseFolder
from tests.hostile import batch, kitchen
from tests.hostile.batch import Batch, Run
from tests.hostile.cases import KINDS
from tests.hostile.cases.case import Case
from tests.hostile.kitchen import ASSIGNMENT, ESSAY

# Graded a day before the batch, and read by a human being.
EARLIER = {"earlier-1": Case("earlier", "an honest student"), "earlier-2": KINDS["honest"][2]}
HONEST = Case("honest", "an honest student among the others")


def student(kind: str, case: Case) -> str:
    """The folder of a case's student: sorted by kind, as it is graded."""
    number = list(KINDS).index(kind)
    return case.student or f"{number:02}-{kind}-{case.name}"


@dataclass(frozen=True)
class Graded(Batch):
    """The batch, with what was there before and after."""

    before: dict[str, Any]
    after: dict[str, Any]
    again: Run
    visitors: list[str]


@pytest.fixture(scope="session")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    root: Path = tmp_path_factory.mktemp("hostile") / "course"
    root.mkdir()
    folder = kitchen.build(root)
    batch.hand_in(folder, EARLIER)
    first = batch.run(root, "course", "grade", ASSIGNMENT, "--json")
    assert first.status == 0, first.errors
    _read_essays(folder)

    cases = {student(kind, case): case for kind, found in KINDS.items() for case in found}
    honest = {f"{number:02}-~honest": HONEST for number in range(len(KINDS))}
    cases |= {"--first-honest": HONEST, "~last-honest": HONEST, **honest}
    batch.hand_in(folder, cases)
    others = [root / "source", root / "release", *(root / "autograded" / name for name in EARLIER)]
    before = {**batch.rows(folder, EARLIER), "files": batch.prints(*others)}
    with batch.listening() as sockets:
        second = batch.run(root, "course", "grade", ASSIGNMENT, "--json")
        visitors = batch.visitors(sockets)
    after = {**batch.rows(folder, EARLIER), "files": batch.prints(*others)}
    again = batch.run(root, "course", "grade", ASSIGNMENT, "--json")
    return Graded(folder, cases, second, before, after, again, visitors)


def _read_essays(folder: CourseFolder) -> None:
    """What the instructor does in Formgrader."""
    api = folder.api()
    with Gradebook(api.coursedir.db_url, api.course_id) as gradebook:
        for name in EARLIER:
            grade = gradebook.find_grade(ESSAY, ASSIGNMENT, ASSIGNMENT, name)
            grade.manual_score, grade.needs_manual_grade = 1.5, False
            comment = gradebook.find_comment(ESSAY, ASSIGNMENT, ASSIGNMENT, name)
            comment.manual_comment = "读过了"
        gradebook.db.commit()
