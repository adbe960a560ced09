"""What tests of several packages share: the project's own folder and a tiny course."""

from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from examroom import CourseFolder

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def project() -> CourseFolder:
    """The course itself; tests read it and never write to it."""
    return CourseFolder(PROJECT)


def solution_cell(grade_id: str, source: str) -> NotebookNode:
    grade = {"grade": False, "solution": True, "locked": False, "task": False}
    return _cell(source, grade_id=grade_id, **grade)


def check_cell(grade_id: str, source: str, points: float = 1) -> NotebookNode:
    grade = {"grade": True, "solution": False, "locked": True, "task": False, "points": points}
    return _cell(source, grade_id=grade_id, **grade)


def _cell(source: str, **nbgrader: object) -> NotebookNode:
    return new_code_cell(source, metadata={"nbgrader": {"schema_version": 3, **nbgrader}})


DOUBLE = """\
def double(number):
    ### BEGIN SOLUTION
    return number * 2
    ### END SOLUTION"""


@pytest.fixture
def tiny(tmp_path: Path) -> CourseFolder:
    """A course of one assignment, `doubling`: one solution cell, a check of 2 and one of 1."""
    source = tmp_path / "source" / "doubling"
    source.mkdir(parents=True)
    (tmp_path / "nbgrader_config.py").write_text(
        "from pathlib import Path\n"
        "c = get_config()\n"
        'c.CourseDirectory.course_id = "tiny"\n'
        'c.Execute.extra_arguments = ["--log-level=ERROR"]\n'
        'exchange = Path(__file__).parent / "exchange"\n'
        "exchange.mkdir(exist_ok=True)\n"
        "c.Exchange.root = str(exchange)\n",
        encoding="utf-8",
    )
    notebook = new_notebook(
        cells=[
            solution_cell("double", DOUBLE),
            check_cell("check-number", "assert double(4) == 8, '4 的两倍是 8'", points=2),
            check_cell("check-text", "assert double('ab') == 'abab', '文字也可以加倍'"),
        ],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        },
    )
    nbformat.write(notebook, source / "doubling.ipynb")
    return CourseFolder(tmp_path)
