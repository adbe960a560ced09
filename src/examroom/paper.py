"""The exam paper: an assignment as released, with its complete tests, as plain data."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Assignment, Gradebook, MissingEntry, Notebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.preprocessors import OverwriteCells, OverwriteKernelspec
from nbgrader.utils import find_all_files, is_grade, is_locked, is_solution, is_task

from examroom.errors import PaperError
from examroom.folder import CourseFolder

NotebookJSON = dict[str, Any]


@dataclass(frozen=True)
class Paper:
    """An assignment to examine submissions by.

    `notebooks` are nbformat 4 notebooks as JSON, by name without suffix: the released cells, their
    sources as one text each, those of locked cells complete with hidden tests. `files` are the
    released data files, by path with forward slashes. `digest` differs whenever any of it does.
    """

    assignment: str
    notebooks: Mapping[str, NotebookJSON]
    files: Mapping[str, bytes]
    digest: str


def prepare(folder: CourseFolder, assignment: str) -> Paper:
    """The paper of a released assignment, its cells put as the gradebook has them.

    Args:
        folder: The course.
        assignment: A name that `release.register` has made known to the gradebook.

    Raises:
        PaperError: There is no such assignment, it has not been released, or what was released is
            not what the gradebook knows.
    """
    api = folder.api()
    course = api.coursedir
    release = Path(course.format_path(course.release_directory, ".", assignment))
    nodes = {path.stem: _read(path) for path in sorted(release.glob("*.ipynb"))}
    if not nodes:
        raise PaperError(f"{assignment} 还没有发布：{release} 里没有笔记本。{_release(assignment)}")
    with Gradebook(course.db_url, course.course_id) as gradebook:
        try:
            _require_same_cells(nodes, gradebook.find_assignment(assignment))
        except MissingEntry as error:
            raise PaperError(f"成绩册里没有作业 {assignment}。{_release(assignment)}") from error
    notebooks = {name: _complete(api, assignment, name, node) for name, node in nodes.items()}
    files = {
        path.relative_to(release).as_posix(): path.read_bytes()
        for path in map(Path, sorted(find_all_files(str(release), [*course.ignore, "*.ipynb"])))
    }
    return Paper(assignment, notebooks, files, _digest(assignment, notebooks, files))


def _release(assignment: str) -> str:
    return (
        f"请先运行 course release {assignment}"
        f"（或 nbgrader generate_assignment {assignment} --force）。"
    )


def _read(path: Path) -> NotebookNode:
    try:
        return nbformat.read(path, as_version=4)
    except (ValueError, nbformat.ValidationError) as error:
        raise PaperError(f"{path} 不是笔记本，读不了。{_release(path.parent.name)}") from error


def _require_same_cells(nodes: Mapping[str, NotebookNode], known: Assignment) -> None:
    """Raise PaperError unless release and gradebook have the same cells of the same kinds."""
    masters = {notebook.name: notebook for notebook in known.notebooks}
    for name in sorted(nodes.keys() | masters.keys()):
        released = Counter(_released_cells(nodes[name]) if name in nodes else [])
        expected = Counter(_known_cells(masters[name]) if name in masters else [])
        differing = (released - expected) + (expected - released)
        if differing or not (name in nodes and name in masters):
            cells = "、".join(sorted({grade_id for _, grade_id in differing})) or "整本"
            raise PaperError(
                f"{known.name} 发布的学生版和成绩册对不上（笔记本 {name}，单元 {cells}），"
                f"多半是改过 source/ 以后没有重新生成。{_release(known.name)}"
            )


def _released_cells(notebook: NotebookNode) -> list[tuple[str, str]]:
    """Kind and grade id of the notebook's cells, as nbgrader's SaveCells counts them."""
    found = []
    for cell in notebook.cells:
        kinds = {"grade": is_grade(cell), "solution": is_solution(cell), "task": is_task(cell)}
        kinds["source"] = is_locked(cell) or any(kinds.values())
        found += [(kind, cell.metadata.nbgrader.grade_id) for kind, true in kinds.items() if true]
    return found


def _known_cells(notebook: Notebook) -> list[tuple[str, str]]:
    kinds = {
        "grade": notebook.grade_cells,
        "solution": notebook.solution_cells,
        "task": notebook.task_cells,
        "source": notebook.source_cells,
    }
    return [(kind, cell.name) for kind, cells in kinds.items() for cell in cells]


def _complete(api: NbGraderAPI, assignment: str, name: str, node: NotebookNode) -> NotebookJSON:
    """The notebook with what nbgrader's autograde puts back: locked sources, points, checksums."""
    names = {"assignment": assignment, "notebook": name, "db_url": api.coursedir.db_url}
    resources = {"nbgrader": names}
    try:
        for step in (OverwriteKernelspec, OverwriteCells):
            node, resources = step(parent=api).preprocess(node, resources)
    except RuntimeError as error:  # a checksum that fits neither
        raise PaperError(
            f"{assignment} 发布的学生版和成绩册对不上（笔记本 {name}：{error}）。"
            f"{_release(assignment)}"
        ) from error
    for cell in node.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebook: NotebookJSON = json.loads(json.dumps(node))
    return notebook


def _digest(
    assignment: str, notebooks: Mapping[str, NotebookJSON], files: Mapping[str, bytes]
) -> str:
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    text = json.dumps([assignment, notebooks, sums], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
