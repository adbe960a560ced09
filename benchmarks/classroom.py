"""The class that the benchmark grades: one assignment, and what each student hands in.

Every notebook has 8 solution and 8 test cells. Each solution ends with the student's own try-out,
which sleeps for real in a notebook (about 5 s in all); the tests run on the virtual clock in
either way of grading. No two notebooks are equal, and the same number of students is always the
same class.
"""

import random
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path
from string import Template

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from examroom import CourseFolder, generate

HERE = Path(__file__).resolve().parent
ASSIGNMENT = "eight-waits"
NOTEBOOK = f"{ASSIGNMENT}.ipynb"
GIVEN = '''\
import asyncio
import time


async def fetch(name, seconds=0.5):
    await asyncio.sleep(seconds)
    return f"{name}的数据"'''
_RESULTS = ("result", "results", "answer", "found", "values", "data", "结果", "答案", "所得", "x")


@dataclass(frozen=True)
class Task:
    """One task of the assignment; see `tasks.toml`."""

    name: str
    text: str
    tryout: str
    pause: tuple[float, float]
    right: list[str]
    wrong: list[str]
    check: str

    def answer(self, kind: str, draw: random.Random) -> str:
        """A `right` or a `wrong` solution cell with a try-out, as some student writes it."""
        solution = draw.choice(self.right if kind == "right" else self.wrong).strip()
        pause = round(draw.uniform(*self.pause), 3)
        text = f"{solution}\n\n\n{self.tryout.strip()}"
        return Template(text).substitute(result=draw.choice(_RESULTS), pause=pause)


def tasks() -> list[Task]:
    """The eight tasks."""
    found = tomllib.loads((HERE / "tasks.toml").read_text(encoding="utf-8"))["task"]
    return [Task(**task) for task in found]


def build(root: Path, config: Path, students: int) -> CourseFolder:
    """Make a course folder with a released assignment that a class has handed in.

    Args:
        root: a folder that does not exist yet.
        config: the `nbgrader_config.py` to put into it.
        students: how many there are.
    """
    folder = CourseFolder(root)
    source = root / "source" / ASSIGNMENT
    source.mkdir(parents=True)
    shutil.copy(config, root / "nbgrader_config.py")
    nbformat.write(_source(tasks()), source / NOTEBOOK)
    generate(folder, ASSIGNMENT)
    released = nbformat.read(root / "release" / ASSIGNMENT / NOTEBOOK, as_version=4)
    width = len(str(students))
    for number in range(1, students + 1):
        target = root / "submitted" / f"student{number:0{width}}" / ASSIGNMENT
        target.mkdir(parents=True)
        nbformat.write(_handed_in(released, random.Random(number)), target / NOTEBOOK)
    return folder


def _source(given: list[Task]) -> NotebookNode:
    cells = [new_markdown_cell("# 八次等待"), new_code_cell(GIVEN)]
    for task in given:
        solution = f"### BEGIN SOLUTION\n{task.answer('right', random.Random(0))}\n### END SOLUTION"
        cells += [
            new_markdown_cell(task.text),
            _graded(solution, task.name, solution=True, grade=False, locked=False),
            _graded(task.check, f"check-{task.name}", solution=False, grade=True, points=1),
        ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def _graded(source: str, grade_id: str, **roles: object) -> NotebookNode:
    roles = {"schema_version": 3, "grade_id": grade_id, "locked": True, "task": False} | roles
    return new_code_cell(source.strip(), metadata={"nbgrader": roles})


def _handed_in(released: NotebookNode, draw: random.Random) -> NotebookNode:
    """What one student makes of the released notebook."""
    answers = dict(zip((task.name for task in tasks()), _kinds(draw), strict=True))
    by_name = {task.name: task for task in tasks()}
    notebook = nbformat.from_dict(released)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in by_name and answers[name] != "unfinished":
            cell.source = by_name[name].answer(answers[name], draw)
    return notebook


def _kinds(draw: random.Random) -> list[str]:
    """Of three students one has all right, one has mistakes, one has not finished either."""
    student = draw.choice(["good", "mistaken", "late"])
    mistakes = 0.0 if student == "good" else 0.3
    kinds = ["wrong" if draw.random() < mistakes else "right" for _ in range(8)]
    if student == "late":
        missing = draw.randint(1, 4)
        kinds[-missing:] = ["unfinished"] * missing
    return kinds
