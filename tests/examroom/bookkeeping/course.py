"""A course with something of everything that nbgrader records, and what its cells put out."""

import copy
import json
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.api import Gradebook
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import NbGraderPreprocessor

from examroom import CourseFolder, generate
from examroom.paper import NotebookJSON, prepare
from examroom.submission import Submission

CONFIG = """\
from pathlib import Path
from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute
from tests.examroom.bookkeeping.course import Given, Hourly, Praise
c = get_config()
c.CourseDirectory.course_id = "mixed"
c.Exchange.root = str(Path(__file__).parent / "exchange")
Path(c.Exchange.root).mkdir(exist_ok=True)
steps = Autograde.autograde_preprocessors.default()
c.Autograde.autograde_preprocessors = [Given if s is Execute else s for s in steps] + [Praise]
c.Autograde.exclude_overwriting = {"mixed": ["own.py"]}
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = "harmless"
c.LimitOutput.max_lines = 5
c.AssignLatePenalties.plugin_class = Hourly
"""


class Given(NbGraderPreprocessor):
    """Stands for nbgrader's Execute: gives the cells the outputs in the course's outputs.json."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        root = Path(resources["nbgrader"]["db_url"].removeprefix("sqlite:///")).parent
        give(nb, json.loads((root / "outputs.json").read_text("utf-8")))
        return nb, resources


class Hourly(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id: str, score: float, seconds: float) -> float:
        return 0.25 * seconds / 3600


class Praise(NbGraderPreprocessor):
    """A course's own step, which opens the gradebook as nbgrader's steps do."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        names = resources["nbgrader"]
        if names["notebook"] == "second":
            with Gradebook(names["db_url"]) as gradebook:
                comment = gradebook.find_comment("add", "first", "mixed", names["student"])
                comment.auto_comment = "也交了第二本"
                gradebook.db.commit()
        return nb, resources


def give(notebook: dict[str, Any], outputs: dict[str, Any]) -> None:
    """Put in outputs, as execution does; cells without a known name have none."""
    for number, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code":
            name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
            cell["execution_count"] = number
            cell["outputs"] = [nbformat.from_dict(o) for o in copy.deepcopy(outputs.get(name, []))]


OUTPUTS = {
    "add": [new_output("stream", name="stdout", text="行\n" * 20)],
    "check-noise": [new_output("stream", name="stderr", text="harmless warning\n")],
    "check-error": [new_output("error", ename="E", evalue="错", traceback=["E: 错"] * 200)],
    "check-stderr": [new_output("stream", name="stderr", text="trouble\n")],
    "check-partly": [new_output("execute_result", {"text/plain": "1.5"}, execution_count=7)],
    "check-second": [new_output("display_data", {"text/html": "<b>好</b>\n<i>!</i>"})],
}


def _graded(grade_id: str, source: str, kind: str = "code", **flags: Any) -> NotebookNode:
    new = new_code_cell if kind == "code" else new_markdown_cell
    usual = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False}
    return new(source, metadata={"nbgrader": {**usual, "grade_id": grade_id, **flags}})


def _solution(name: str, **flags: Any) -> NotebookNode:
    source = f"def {name}(a, b):\n    ### BEGIN SOLUTION\n    return a + b\n    ### END SOLUTION"
    return _graded(name, source, solution=True, **flags)


def _check(name: str, points: float, hidden: str = "assert 1") -> NotebookNode:
    source = f"assert True\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS"
    return _graded(name, source, grade=True, locked=True, points=points)


def _essay(name: str) -> NotebookNode:
    source = "### BEGIN SOLUTION\n答\n### END SOLUTION"
    return _graded(name, source, "markdown", grade=True, solution=True, points=4)


def _task(name: str) -> NotebookNode:
    source = "做一件事\n### BEGIN MARK SCHEME\n给分办法\n### END MARK SCHEME"
    return _graded(name, source, "markdown", task=True, locked=True, points=5)


def make(root: Path) -> CourseFolder:
    """The course `mixed` with its one assignment of the same name, generated."""
    source = root / "source" / "mixed"
    (source / "data").mkdir(parents=True)
    (source / "data" / "table.csv").write_text("a,b\n", "utf-8")
    (source / "own.py").write_text("# write your own\n", "utf-8")
    (root / "nbgrader_config.py").write_text(CONFIG, "utf-8")
    (root / "outputs.json").write_text(json.dumps(OUTPUTS), "utf-8")
    first = [
        new_markdown_cell("# 第一本"),
        _solution("add"),
        _check("check-noise", 1),
        _check("check-error", 2),
        _check("check-stderr", 2),
        _check("check-partly", 3),
        _solution("by-hand", grade=True, points=2),
        _essay("essay"),
        _task("task"),
        _graded("read-only", "print(1)", locked=True),
    ]
    second = [_solution("more"), _check("check-second", 2)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for name, cells in (("first", first), ("second", second)):
        notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(notebook, source / f"{name}.ipynb")
    folder = CourseFolder(root)
    generate(folder, "mixed")
    return folder


def executed(
    folder: CourseFolder, answers: dict[str, str], names: tuple[str, ...] = ("first", "second")
) -> dict[str, NotebookJSON]:
    """Notebooks as they come from an examination: rebuilt from the paper, outputs in place."""
    paper = prepare(folder, "mixed")
    notebooks = {name: copy.deepcopy(paper.notebooks[name]) for name in names}
    for notebook in notebooks.values():
        for cell in notebook["cells"]:
            about = cell["metadata"].get("nbgrader", {})
            if about.get("solution"):
                cell["source"] = answers.get(about["grade_id"], cell["source"])
        give(notebook, json.loads((folder.root / "outputs.json").read_text("utf-8")))
    return notebooks


def hand_in(
    folder: CourseFolder, submission: Submission, answers: dict[str, str], names: tuple[str, ...]
) -> None:
    """Put the same submission where plain nbgrader finds it."""
    target = folder.root / "submitted" / submission.student / "mixed"
    for name in names:
        notebook = nbformat.read(folder.root / f"release/mixed/{name}.ipynb", as_version=4)
        for cell in notebook.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
            cell.source = answers.get(grade_id, cell.source)
        target.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, target / f"{name}.ipynb")
    files = dict(submission.files)
    if submission.timestamp is not None:
        files["timestamp.txt"] = submission.timestamp.encode()
    for path, content in files.items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_bytes(content)
