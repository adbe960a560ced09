"""A course with one assignment whose checks run on the trusted side, and one whose cannot."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from examroom import CourseFolder, generate
from tests.conftest import check_cell, solution_cell

WAIT = """\
import asyncio

async def both(fetch):
    ### BEGIN SOLUTION
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(fetch(name)) for name in "甲乙"]
    return [task.result() for task in tasks]
    ### END SOLUTION
"""
TOGETHER = """\
from asynclab.exam import expect, probe, run

fetch = probe(delay=2)
t = run("both(fetch)", fetch=fetch)
expect(t.error is None, t, "both 应当能够运行到底")
expect(t.value == fetch.answers, t, "应当返回两个结果", finding="wrong-value")
expect(fetch.peak == 2, t, "应当同时进行", finding="sequential")
"""
PLAIN = "assert len(await both(lambda name: asyncio.sleep(1, name))) == 2"

RIGHT = WAIT.replace("    ### BEGIN SOLUTION\n", "").replace("    ### END SOLUTION\n", "")
IN_TURN = (
    "import asyncio\n\nasync def both(fetch):\n    return [await fetch('甲'), await fetch('乙')]\n"
)
HANGS = "import asyncio, os\n\nasync def both(fetch):\n    os._exit(3)\n"


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("waiting")
    (root / "source" / "waiting").mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(
        "from pathlib import Path\n"
        "import examroom\n"
        "c = get_config()\n"
        "examroom.install()\n"
        'c.CourseDirectory.course_id = "waiting"\n'
        'c.Exchange.root = str(Path(__file__).parent / "exchange")\n'
        "Path(c.Exchange.root).mkdir(exist_ok=True)\n",
        encoding="utf-8",
    )
    cells = [
        solution_cell("both", WAIT),
        check_cell("check-together", TOGETHER, points=2),
        check_cell("check-plain", PLAIN),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, root / "source" / "waiting" / "waiting.ipynb")
    generate(CourseFolder(root), "waiting")
    return root


@pytest.fixture
def course(generated: Path, tmp_path: Path) -> CourseFolder:
    """A course of its own, generated, nothing handed in."""
    return CourseFolder(Path(shutil.copytree(generated, tmp_path / "course")))


def hand_in(course: CourseFolder, student: str, solution: str | None) -> Path:
    """Hand in the released notebook with this solution; None leaves it untouched."""
    target = course.root / "submitted" / student / "waiting"
    shutil.copytree(course.root / "release" / "waiting", target, dirs_exist_ok=True)
    notebook = nbformat.read(target / "waiting.ipynb", as_version=4)
    if solution is not None:
        notebook.cells[0].source = solution
    nbformat.write(notebook, target / "waiting.ipynb")
    return target / "waiting.ipynb"


def autograded(course: CourseFolder, student: str) -> dict[str, NotebookNode]:
    """The cells of a graded notebook, by grade id."""
    path = course.root / "autograded" / student / "waiting" / "waiting.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    return {c.metadata.nbgrader.grade_id: c for c in cells if "nbgrader" in c.metadata}


def rows(course: CourseFolder) -> Mapping[str, Any]:
    """What the gradebook holds of every student, but for the random ids of its rows."""
    from nbgrader.api import Gradebook

    api = course.api()
    with Gradebook(api.coursedir.db_url, api.course_id) as gradebook:
        return {
            submission.student.id: sorted(
                (g.name, g.auto_score, g.manual_score, g.needs_manual_grade)
                for notebook in submission.notebooks
                for g in notebook.grades
            )
            for submission in gradebook.assignment_submissions("waiting")
        }
