"""Every known submission scores what it must, and its checks say what they must."""

import re

import nbformat
import pytest

from asynclab.findings import TABLE
from course import demo
from course.cases import Exercise
from tests.submissions.conftest import GradedClass


def said(graded: GradedClass, student: str) -> dict[str, str]:
    """What each check of a graded submission printed or raised, by grade id."""
    folder = graded.folder.root / "autograded" / student / graded.exercise.assignment
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


def test_the_reference_gets_full_marks_and_the_untouched_release_nothing(
    graded_class: GradedClass,
) -> None:
    results = {o.pupil.case.name: o.graded.result for o in graded_class.outcomes}
    reference, untouched = results["reference"], results["untouched"]
    assert reference is not None
    assert untouched is not None
    full = sum(graded_class.exercise.maxima.values())
    assert (reference.score, untouched.score) == (full, 0)


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


def test_an_untouched_release_is_told_where_to_begin(graded_class: GradedClass) -> None:
    """Every check names a finding, or what it wants, in Chinese."""
    student = next(
        o.pupil.student for o in graded_class.outcomes if o.pupil.case.name == "untouched"
    )
    for grade_id, outputs in said(graded_class, student).items():
        assert re.search(r"检查没有通过：[^']*[\u4e00-\u9fff]", outputs), grade_id


def test_no_check_runs_beside_the_students_code(graded_class: GradedClass) -> None:
    assert [o.pupil.case.name for o in graded_class.outcomes if o.graded.report.unprotected] == []


@pytest.mark.parametrize("graded_class", ["05-async-await"], indirect=True)
def test_feedback_and_exported_grades(graded_class: GradedClass) -> None:
    root, assignment = graded_class.folder.root, graded_class.exercise.assignment
    demo.write_feedback(root, assignment)
    exported = demo.export_grades(root)
    for outcome in graded_class.outcomes:
        assert list((root / "feedback" / outcome.pupil.student).rglob("*.html"))
        got = outcome.graded.result
        assert got is not None
        assert exported[assignment, got.student] == got.score


def count(exercise: Exercise, *, wrong: bool) -> dict[str, int]:
    """How many written cases change each solution cell, wrongly or rightly."""
    counts: dict[str, int] = dict.fromkeys(exercise.answers, 0)
    for case in exercise.cases():
        for cell in case.cells if bool(case.fails) is wrong else ():
            counts[cell] += 1
    return counts


def test_every_task_has_three_wrong_answers(exercise: Exercise) -> None:
    assert {cell: n for cell, n in count(exercise, wrong=True).items() if n < 3} == {}


def test_every_task_that_is_programmed_has_two_more_right_answers(exercise: Exercise) -> None:
    """A prediction has one right answer; everything else can be written in another style."""
    few = {cell for cell, n in count(exercise, wrong=False).items() if n < 2}
    assert {cell for cell in few if not cell.startswith("predict")} == set()


def test_every_check_catches_something(exercise: Exercise) -> None:
    caught = {grade_id for case in exercise.cases() for grade_id in case.fails}
    assert caught == set(exercise.maxima)


def test_an_assignment_has_ten_points(exercise: Exercise) -> None:
    assert sum(exercise.maxima.values()) + sum(exercise.reflections.values()) == 10


def test_four_to_six_tasks_each_with_two_folded_hints(exercise: Exercise) -> None:
    titles = re.findall(r"^## \d+ · (\S+?)：", exercise.text, re.MULTILINE)
    assert 4 <= len(titles) <= 6
    assert set(titles) <= {"预测", "修复", "实现", "诊断", "思考"}
    tasks = re.split(r"^## \d+ · ", exercise.text, flags=re.MULTILINE)[1:]
    assert [t.splitlines()[0] for t in tasks if t.count("<summary>提示") != 2] == []


def test_every_expected_failure_names_what_the_check_says(exercise: Exercise) -> None:
    for case in exercise.cases():
        for grade_id, expected in case.fails.items():
            assert expected.message, (case.name, grade_id)
            assert expected.finding in TABLE, (case.name, grade_id)


def test_every_misconception_is_a_sentence(exercise: Exercise) -> None:
    for case in exercise.cases():
        assert re.search(r"[\u4e00-\u9fff]{4}", case.misconception), case.name
