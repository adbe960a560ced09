import csv
import shutil
from pathlib import Path

import nbformat
import pytest

from examroom import (
    Check,
    CourseFolder,
    FolderError,
    GradingError,
    GradingInterrupted,
    export,
    generate,
    grade,
)


def hand_in(course: CourseFolder, student: str, solution: str | None) -> Path:
    target = course.root / "submitted" / student / "doubling"
    shutil.copytree(course.root / "release" / "doubling", target)
    notebook = nbformat.read(target / "doubling.ipynb", as_version=4)
    if solution is not None:
        notebook.cells[0].source = solution
    nbformat.write(notebook, target / "doubling.ipynb")
    return target / "doubling.ipynb"


def test_each_submission_gets_its_points_feedback_and_row(tiny: CourseFolder) -> None:
    generate(tiny, "doubling")
    hand_in(tiny, "jia", "def double(number):\n    return number + number")
    hand_in(tiny, "yi", "def double(number):\n    return 8")
    hand_in(tiny, "bing", None)
    hand_in(tiny, "ding", "").write_text("not a notebook", encoding="utf-8")

    total, steps = grade(tiny, "doubling")
    graded = {step.student: step for step in steps}

    assert total == 4
    results = {name: step.result for name, step in graded.items() if step.result}
    assert {name: result.score for name, result in results.items()} == {
        "jia": 3,
        "yi": 2,
        "bing": 0,
    }
    assert results["yi"].missed == (Check("check-text", 0, 1),)
    assert results["jia"].max_score == 3
    # one damaged file costs its author the notebook and nobody else anything
    assert graded["ding"].result is None
    assert graded["ding"].problem == "文件不是笔记本（不是 JSON）"
    assert "'ab'" in (tiny.root / "feedback/yi/doubling/doubling.html").read_text("utf-8")

    export(tiny, tiny.root / "grades.csv")
    with (tiny.root / "grades.csv").open(encoding="utf-8", newline="") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert {name: scores[name] for name in results} == {"jia": 3, "yi": 2, "bing": 0}


def test_a_fresh_copy_without_a_gradebook_can_grade(tiny: CourseFolder) -> None:
    generate(tiny, "doubling")
    hand_in(tiny, "jia", "def double(number):\n    return number + number")
    (tiny.root / "gradebook.db").unlink()
    released = (tiny.root / "release/doubling/doubling.ipynb").read_bytes()
    (graded,) = grade(tiny, "doubling")[1]
    assert graded.result is not None
    assert graded.result.score == 3
    assert (tiny.root / "release/doubling/doubling.ipynb").read_bytes() == released


def test_an_interrupt_stops_the_class(tiny: CourseFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    from nbgrader.apps.api import NbGraderAPI

    generate(tiny, "doubling")
    hand_in(tiny, "jia", None)
    hand_in(tiny, "yi", None)
    interrupted = {"success": False, "error": "Traceback …\nKeyboardInterrupt\n"}
    monkeypatch.setattr(NbGraderAPI, "autograde", lambda *args, **options: interrupted)
    with pytest.raises(GradingInterrupted, match="已停止"):
        next(grade(tiny, "doubling")[1])


def test_nobody_handed_in_is_an_error_with_what_to_do(tiny: CourseFolder) -> None:
    with pytest.raises(GradingError, match="submitted/"):
        grade(tiny, "doubling")


def test_an_unknown_assignment_is_refused(tiny: CourseFolder) -> None:
    with pytest.raises(FolderError):
        grade(tiny, "tripling")
