import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell

from course.cases import Exercise
from course.check import Checked, check, write_page
from course.errors import CheckError
from course.work import start
from examroom import CourseFolder

NAME = "05-async-await"


@pytest.fixture
def pupil(project: CourseFolder, tmp_path: Path) -> CourseFolder:
    """A student's copy of the course with the exercise begun."""
    for part in ("source", "release"):
        shutil.copytree(project.root / part / NAME, tmp_path / part / NAME)
    (tmp_path / "tests" / "submissions").mkdir(parents=True)
    shutil.copytree(
        project.root / "tests" / "submissions" / NAME, tmp_path / "tests" / "submissions" / NAME
    )
    folder = CourseFolder(tmp_path)
    start(folder, NAME)
    return folder


def test_the_untouched_exercise_has_no_point_and_says_what_is_missing(
    pupil: CourseFolder,
) -> None:
    checks = {each.name: each for each in check(pupil, NAME)}
    assert {each.score for each in checks.values()} == {0}
    assert "[missing-definition]" in checks["check-repair-main"].said
    assert checks["check-repair-main"].hint


def test_a_solved_exercise_has_all_points(pupil: CourseFolder) -> None:
    exercise = Exercise(pupil, NAME)
    exercise.write(exercise.reference(), pupil.root / "work" / NAME)
    checks = check(pupil, NAME)
    assert all(each.passed and not each.said for each in checks)
    assert sum(each.max_score for each in checks) == 10


def test_a_wrong_answer_gets_its_diagnosis_hint_and_picture(pupil: CourseFolder) -> None:
    exercise = Exercise(pupil, NAME)
    case = next(c for c in exercise.cases() if c.name == "brew-one-by-one")
    exercise.write(case, pupil.root / "work" / NAME)
    checks = {each.name: each for each in check(pupil, NAME)}
    wrong = checks["check-brew-together"]
    assert (wrong.score, wrong.max_score) == (0, 2)
    assert "[sequential]" in wrong.said
    assert "第二件事" in wrong.hint
    assert "<svg" in wrong.picture


def test_the_page_shows_pictures_and_escapes_what_the_program_said(tmp_path: Path) -> None:
    page = tmp_path / "check.html"
    checks = [
        Checked("a", 0, 2, "<script>alert(1)</script>", "<b>", "<svg></svg>"),
        Checked("b", None, 3),
    ]
    write_page("练习", checks, page)
    text = page.read_text("utf-8")
    assert "<svg></svg>" in text
    assert "&lt;script&gt;" in text
    assert "<b>" not in text
    assert "等老师批改，满分 3" in text


def test_a_task_that_a_person_grades_is_listed_without_a_score(pupil: CourseFolder) -> None:
    path = pupil.root / "release" / NAME / "exercises.ipynb"
    notebook = nbformat.read(path, as_version=4)
    task = {"grade": False, "solution": False, "locked": True, "task": True, "schema_version": 3}
    metadata = {"nbgrader": {**task, "grade_id": "reflect", "points": 2}}
    notebook.cells.append(new_markdown_cell("## 思考", metadata=metadata))
    nbformat.write(notebook, path)
    last = check(pupil, NAME)[-1]
    assert (last.name, last.score, last.max_score) == ("reflect", None, 2)


def test_what_is_not_begun_or_unknown_says_what_to_do(pupil: CourseFolder) -> None:
    with pytest.raises(CheckError, match=NAME):
        check(pupil, "06")
    shutil.rmtree(pupil.root / "work" / NAME)
    with pytest.raises(CheckError, match=f"course start {NAME}"):
        check(pupil, NAME)


def test_a_damaged_notebook_says_so(pupil: CourseFolder) -> None:
    file = pupil.root / "work" / NAME / "exercises.ipynb"
    file.write_text("{", encoding="utf-8")
    with pytest.raises(CheckError, match="不是 JSON"):
        check(pupil, NAME)
    file.unlink()
    with pytest.raises(CheckError, match="没有这个文件"):
        check(pupil, NAME)


def test_data_files_are_beside_the_code(pupil: CourseFolder) -> None:
    (pupil.root / "release" / NAME / "data.txt").write_text("甲乙", encoding="utf-8")
    exercise = Exercise(pupil, NAME)
    exercise.write(exercise.reference(), pupil.root / "work" / NAME)
    file = pupil.root / "work" / NAME / "exercises.ipynb"
    notebook = nbformat.read(file, as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "diagnose-report":
            cell.source += "\nfault = 'B' if open('data.txt').read() == '甲乙' else 'A'"
    nbformat.write(notebook, file)
    assert all(each.passed for each in check(pupil, NAME))
