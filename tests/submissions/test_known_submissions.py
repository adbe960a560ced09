"""Every known submission scores what it must, and its checks say what they must."""

import re

import nbformat
import pytest

from asynclab.findings import TABLE
from course import demo
from course.cases import Exercise
from examroom import CourseFolder
from tests.submissions.conftest import STUDENTS, GradedClass


def said(graded: GradedClass, student: str) -> dict[str, str]:
    """What each check of a graded submission printed or raised, by grade id."""
    folder = graded.folder.root / "autograded" / student / graded.assignment
    return {
        cell.metadata.nbgrader.grade_id: str(cell.outputs)
        for path in folder.glob("*.ipynb")
        for cell in nbformat.read(path, as_version=4).cells
        if cell.metadata.get("nbgrader", {}).get("grade") and cell.cell_type == "code"
    }


def test_every_score_is_the_known_one(graded_class: GradedClass) -> None:
    strange = {
        f"{o.pupil.student}（{o.pupil.case.name}）": o.wrong or o.graded.problem
        for o in graded_class.outcomes
        if not o.as_expected
    }
    assert strange == {}
    assert len(graded_class.outcomes) >= STUDENTS


def test_the_reference_gets_full_marks_and_the_untouched_release_nothing(
    graded_class: GradedClass,
) -> None:
    results = {o.pupil.case.name: o.graded.result for o in graded_class.outcomes}
    reference, untouched = results["reference"], results["untouched"]
    assert reference is not None
    assert untouched is not None
    assert (reference.score, untouched.score) == (10, 0)


def test_failing_checks_say_what_is_wrong(graded_class: GradedClass) -> None:
    silent = []
    for outcome in graded_class.outcomes:
        outputs = said(graded_class, outcome.pupil.student)
        for grade_id, expected in outcome.pupil.case.fails.items():
            named = f"[{expected.finding}]" if expected.finding else ""
            if expected.message not in outputs[grade_id] or named not in outputs[grade_id]:
                told = re.findall(r"检查没有通过：.*?(?=提示|\]\}|$)", outputs[grade_id])
                silent.append((outcome.pupil.case.name, grade_id, expected, told[:1]))
    assert silent == []


def test_every_graded_student_gets_feedback(graded_class: GradedClass) -> None:
    for outcome in graded_class.outcomes:
        folder = graded_class.folder.root / "feedback" / outcome.pupil.student
        assert list(folder.rglob("*.html"))


def test_the_exported_grades_are_the_gradebooks(graded_class: GradedClass) -> None:
    exported = demo.export_grades(graded_class.folder.root)
    for outcome in graded_class.outcomes:
        got = outcome.graded.result
        assert got is not None
        assert exported[graded_class.assignment, got.student] == got.score


@pytest.fixture(params=["05-async-await"])
def exercise(request: pytest.FixtureRequest, project: CourseFolder) -> Exercise:
    return Exercise(project, request.param)


def test_every_task_has_three_wrong_answers(exercise: Exercise) -> None:
    wrong: dict[str, int] = dict.fromkeys(exercise.solutions, 0)
    for case in exercise.cases():
        for cell in case.cells if case.fails else ():
            wrong[cell] += 1
    assert {cell: count for cell, count in wrong.items() if count < 3} == {}


def test_every_check_catches_something(exercise: Exercise) -> None:
    caught = {grade_id for case in exercise.cases() for grade_id in case.fails}
    assert caught == set(exercise.maxima)


def test_an_assignment_has_ten_points(exercise: Exercise) -> None:
    assert sum(exercise.maxima.values()) == 10


def test_every_expected_failure_names_what_the_check_says(exercise: Exercise) -> None:
    for case in exercise.cases():
        for grade_id, expected in case.fails.items():
            assert expected.message, (case.name, grade_id)
            assert expected.finding in TABLE, (case.name, grade_id)


def test_every_misconception_is_a_sentence(exercise: Exercise) -> None:
    for case in exercise.cases():
        assert re.search(r"[\u4e00-\u9fff]{4}", case.misconception), case.name
