"""`nbgrader autograde` and Formgrader's button, on any nbgrader course."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.converters import Autograde

from examroom import CourseFolder
from examroom.autograde import SandboxedAutograde
from tests.examroom.engine.conftest import IN_TURN, RIGHT, course, generated, hand_in, rows

__all__ = ["course", "generated"]  # fixtures


def nbgrader(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=cwd,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def points(course: CourseFolder, student: str) -> dict[str, float | None]:
    return {name: auto for name, auto, *_ in rows(course)[student]}


def test_nbgraders_command_grades_by_the_same_steps(course: CourseFolder) -> None:
    hand_in(course, "jia", RIGHT)
    hand_in(course, "yi", IN_TURN)
    os.mkfifo(course.root / "submitted" / "yi" / "waiting" / "pipe")
    hand_in(course, "evil\nname", RIGHT)
    done = nbgrader("autograde", "waiting", cwd=course.root)
    # one name cannot be used; the others are graded all the same
    assert done.returncode != 0
    assert "看不见" in done.stderr
    assert points(course, "jia") == {"check-together": 2, "check-plain": 1}
    assert points(course, "yi") == {"check-together": 0, "check-plain": 1}
    assert (course.root / ".grading" / "waiting" / "jia.json").exists()


def test_its_options_choose_what_is_graded(course: CourseFolder) -> None:
    hand_in(course, "jia", RIGHT)
    hand_in(course, "yi", RIGHT)
    other = f"sqlite:///{course.root / 'other.db'}"
    shutil.copy(course.root / "gradebook.db", course.root / "other.db")
    done = nbgrader("autograde", "waiting", "--student", "yi", "--db", other, cwd=course.root)
    assert done.returncode == 0, done.stderr
    assert rows(course) == {}
    with Gradebook(other, "waiting") as gradebook:
        assert [s.student.id for s in gradebook.assignment_submissions("waiting")] == ["yi"]


def test_formgraders_button_grades_by_the_same_steps(course: CourseFolder) -> None:
    hand_in(course, "jia", RIGHT)
    api = course.api()
    assert NbGraderAPI.autograde.__globals__["Autograde"] is SandboxedAutograde
    outcome = api.autograde("waiting", "jia", force=True)
    assert outcome["success"], outcome
    assert points(course, "jia") == {"check-together": 2, "check-plain": 1}
    hand_in(course, "yi", None).write_text("{", encoding="utf-8")
    outcome = api.autograde("waiting", "yi")
    assert outcome["success"]
    assert "不是 JSON" in outcome["log"]


def test_a_command_that_finds_nobody_says_so(course: CourseFolder) -> None:
    hand_in(course, "jia", RIGHT)
    done = nbgrader("autograde", "waiting", "--student", "nobody", cwd=course.root)
    assert done.returncode != 0
    assert "nobody" in done.stderr


@pytest.fixture(scope="module")
def quickstart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example course that nbgrader ships, generated and handed in."""
    root = tmp_path_factory.mktemp("quickstart")
    done = nbgrader("quickstart", "course101", cwd=root)
    assert done.returncode == 0, done.stderr
    folder = root / "course101"
    done = nbgrader("generate_assignment", "ps1", cwd=folder)
    assert done.returncode == 0, done.stderr
    for student in ("untouched", "solved", "half", "absent"):
        shutil.copytree(folder / "release" / "ps1", folder / "submitted" / student / "ps1")
    shutil.copytree(
        folder / "source" / "ps1", folder / "submitted" / "solved" / "ps1", dirs_exist_ok=True
    )
    (folder / "submitted" / "absent" / "ps1" / "problem2.ipynb").unlink()
    half = folder / "submitted" / "half" / "ps1" / "problem1.ipynb"
    notebook = nbformat.read(half, as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "squares":
            cell.source = "def squares(n):\n    return [i ** 2 for i in range(1, n + 1)]"
    nbformat.write(notebook, half)
    return folder


def all_rows(folder: Path) -> dict[str, object]:
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}", "course101") as gradebook:
        return {
            submission.student.id: sorted(
                (n.name, g.name, g.auto_score, g.manual_score, g.needs_manual_grade)
                for n in submission.notebooks
                for g in n.grades
            )
            for submission in gradebook.assignment_submissions("ps1")
        }


def test_nbgraders_own_example_course_is_graded_as_nbgrader_grades_it(
    quickstart: Path, tmp_path: Path
) -> None:
    plain = Path(shutil.copytree(quickstart, tmp_path / "plain"))
    ours = Path(shutil.copytree(quickstart, tmp_path / "ours"))
    done = nbgrader("autograde", "ps1", cwd=plain)
    assert done.returncode == 0, done.stderr
    with (ours / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write("\nimport examroom\nexamroom.install()\n")
    done = nbgrader("autograde", "ps1", cwd=ours)
    assert done.returncode == 0, done.stderr
    expected = all_rows(plain)
    assert all_rows(ours) == expected
    scores = {name: sum(row[2] or 0 for row in each) for name, each in expected.items()}  # type: ignore[attr-defined]
    assert scores["untouched"] < scores["half"] < scores["solved"]
    assert SandboxedAutograde is not Autograde
