"""The checks give the same verdict again and again, whatever else the machine does.

Here the cells run in this process, without kernel and gradebook, so that many rounds cost little.
"""

import re
from typing import Any

import nbformat
import pytest

from asynclab.exam import CheckFailed
from course.cases import Case, Exercise
from examroom import CourseFolder

ASSIGNMENT = "05-async-await"
ROUNDS = 10
# One takes five seconds of processor time a check, until it is ended; the others need a kernel's
# loop. All are in the graded class.
LEFT_OUT = {
    "brew-waits-for-ever",
    "repair-run-at-the-end",
    "repair-tasks-outside",
    "right-cell-starts-it",
}


def verdicts(case: Case, exercise: Exercise, project: CourseFolder) -> dict[str, str]:
    """What each failing check says of a case: grade id → message, with the finding's code."""
    path = project.root / "source" / ASSIGNMENT / "exercises.ipynb"
    answers = {**exercise.solutions, **case.cells}
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec("import asyncio", namespace)
    failed = {}
    for cell in nbformat.read(path, as_version=4).cells:
        grade = cell.metadata.get("nbgrader", {})
        name = grade.get("grade_id", "")
        source = answers.get(name, cell.source)
        if cell.cell_type != "code" or "%" in source[:2]:
            continue
        try:
            exec(compile(source, f"<{name}>", "exec"), namespace)
        except CheckFailed as reason:
            failed[name] = str(reason)
        except Exception:
            if grade.get("grade"):  # an answer need not run, a check must
                raise
    return failed


@pytest.fixture(scope="module")
def exercise(project: CourseFolder) -> Exercise:
    return Exercise(project, ASSIGNMENT)


def test_every_round_gives_the_same_verdict(exercise: Exercise, project: CourseFolder) -> None:
    cases = [exercise.reference(), *(c for c in exercise.cases() if c.name not in LEFT_OUT)]
    for _ in range(ROUNDS):
        for case in cases:
            failed = verdicts(case, exercise, project)
            assert failed.keys() == case.fails.keys(), case.name
            for name, expected in case.fails.items():
                assert expected.message in failed[name], case.name
                assert f"[{expected.finding}]" in failed[name], case.name


def test_the_untouched_release_is_told_where_to_begin(
    exercise: Exercise, project: CourseFolder
) -> None:
    failed = verdicts(exercise.untouched(), exercise, project)
    assert failed.keys() == exercise.maxima.keys()
    assert "没有找到 fun1" in failed["check-repair-functions"]
    for said in failed.values():
        assert re.search(r"[\u4e00-\u9fff]", said)
