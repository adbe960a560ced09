"""One submission's examination: bytes in, plain data out; no course folder, no database."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from typing import Any

from examroom.examiner import Pool, examine
from examroom.examiner.outputs import error
from examroom.paper import NotebookJSON, Paper
from examroom.rebuild import NotANotebook, rebuild
from examroom.submission import Rejected, Submission

NO_SANDBOX = (
    "> **批改时没有使用沙箱**（`--unsafe-no-sandbox`）："
    "学生的代码以批改者的权限运行，没有与别的隔离。"
)


@dataclass(frozen=True)
class Report:
    """What is to be said about one examined submission besides its marks.

    `findings` are codes by grade id, `unprotected` the grade ids of checks that ran beside the
    student's code, `lost` the causes for which a candidate was lost, `left` what one left behind.
    """

    findings: Mapping[str, str] = field(default_factory=dict)
    rejected: tuple[Rejected, ...] = ()
    unprotected: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    left: tuple[Mapping[str, object], ...] = ()
    sandboxed: bool = True

    def to_json(self) -> dict[str, Any]:
        """Plain data; `from_json` makes an equal report of it."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Report":
        """The report that `to_json` described."""
        lists = {name: tuple(data[name]) for name in ("unprotected", "lost", "left")}
        rejected = tuple(Rejected(**each) for each in data["rejected"])
        return cls(**{**data, **lists, "rejected": rejected})


@dataclass(frozen=True)
class Examination:
    """The executed notebooks of one submission, by name, and the report on it."""

    notebooks: Mapping[str, NotebookJSON]
    report: Report


def examine_submission(
    paper: Paper, submission: Submission, pool: Pool, *, sandboxed: bool = True
) -> Examination:
    """Rebuild and examine every notebook that was handed in.

    A notebook that is none, or was rejected, fails all its checks and says why.

    Raises:
        SandboxError: there is no host for the candidate.
    """
    notebooks: dict[str, NotebookJSON] = {}
    findings: dict[str, str] = {}
    unprotected: list[str] = []
    lost: list[str] = []
    left: list[Mapping[str, object]] = []
    rejected = list(submission.rejected)
    refusals = {each.file: each.reason for each in rejected}
    own = {name: data for name, data in submission.files.items() if _fits(name, paper.files)}
    rejected += [Rejected(name, _IN_THE_WAY) for name in submission.files if name not in own]
    files = {**own, **paper.files}
    for name, original in paper.notebooks.items():
        file = f"{name}.ipynb"
        if name in submission.notebooks:
            try:
                rebuilt = rebuild(original, submission.notebooks[name])
            except NotANotebook as problem:
                rejected.append(Rejected(file, str(problem)))
                notebooks[name] = _refused(original, str(problem))
                continue
            examined = examine(rebuilt, files, pool, _seed(paper, submission.student, name))
            notebooks[name] = examined.notebook
            findings |= examined.findings
            unprotected += examined.unprotected
            lost += examined.lost
            left += examined.left
        elif reason := refusals.get(file) or refusals.get("."):
            notebooks[name] = _refused(original, reason)
        else:
            rejected.append(Rejected(file, _MISSING))
    if not sandboxed:
        for notebook in notebooks.values():
            _note(notebook, NO_SANDBOX)
    report = Report(
        findings, tuple(rejected), tuple(unprotected), tuple(lost), tuple(left), sandboxed
    )
    return Examination(notebooks, report)


def _seed(paper: Paper, student: str, notebook: str) -> bytes:
    """The same for a student however often this paper is graded.

    Nobody who has not seen the hidden tests, which the paper's digest depends on, can foresee it.
    """
    return hashlib.sha256(json.dumps([paper.digest, student, notebook]).encode()).digest()


_MISSING = "没有交：请把它放在作业文件夹里，不要改名，再交一次。"
_IN_THE_WAY = "占着作业自带的文件或文件夹的位置，没有使用：请改名，再交一次。"


def _fits(name: str, given: Mapping[str, bytes]) -> bool:
    """Whether a file is neither where a given one needs a folder, nor in a folder where one is."""
    folders = {str(folder) for file in given for folder in PurePosixPath(file).parents}
    return name not in folders and not any(str(f) in given for f in PurePosixPath(name).parents)


def _refused(original: NotebookJSON, reason: str) -> NotebookJSON:
    """The paper with the reason why there is nothing to check in place of every check's result."""
    said = f"这份笔记本没有被接受：{reason}"
    cells = [dict(cell) for cell in original["cells"]]
    for cell in cells:
        grade = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] == "code" and grade.get("grade") and not grade.get("solution"):
            cell["outputs"] = [error("Rejected", said, [said])]
    return {**original, "cells": cells}


def _note(notebook: NotebookJSON, text: str) -> None:
    """Put a text at the top of a notebook, where feedback shows it first."""
    cell = {"cell_type": "markdown", "metadata": {}, "source": text}
    if notebook.get("nbformat_minor", 0) >= 5:
        cell["id"] = "examroom-note"
    notebook["cells"].insert(0, cell)
