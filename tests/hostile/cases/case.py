"""What one submission of the corpus is: what it does, and what grading must make of it."""

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat.v4 import new_code_cell

from tests.hostile.kitchen import ANSWERS, FULL, NOTEBOOK

Notebook = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One submission.

    It is the reference, or with `blank` the release, with `cells` in place of answers (by grade
    id) and `first` as one or several code cells of its own before all others. `edit` changes the
    notebook or gives the bytes of another; `put` makes files in its folder afterwards.

    `gets` are points that differ from full marks (with `blank`, from none), by check; a `problem`
    is a part of the reason why there are no marks at all. `says` are parts of what the author reads
    at a cell, `finds` the findings that the report names at a check, `rejects` parts of the reasons
    for which files were not accepted, by name. `student` is a name of the folder that matters;
    `shows` must hold of the autograded notebook.
    """

    name: str
    about: str
    blank: bool = False
    cells: Mapping[str, str] = field(default_factory=dict)
    first: str | Sequence[str] = ()
    edit: Callable[[Notebook], bytes | None] | None = None
    put: Callable[[Path], object] | None = None
    gets: Mapping[str, float] = field(default_factory=dict)
    problem: str = ""
    says: Mapping[str, str] = field(default_factory=dict)
    finds: Mapping[str, str] = field(default_factory=dict)
    rejects: Mapping[str, str] = field(default_factory=dict)
    student: str = ""
    shows: Callable[[Notebook], bool] = lambda _: True

    @property
    def points(self) -> dict[str, float]:
        """What every graded cell must give."""
        rest = dict.fromkeys(FULL, 0.0) if self.blank else FULL
        return {**rest, **self.gets}

    def write(self, release: Path, folder: Path) -> None:
        """Hand it in: make the submission's folder."""
        folder.mkdir(parents=True)
        notebook: Notebook = json.loads((release / NOTEBOOK).read_text(encoding="utf-8"))
        for each in notebook["cells"]:
            each["source"] = "".join(each["source"])
        if not self.blank:
            fill(notebook, ANSWERS)
        fill(notebook, self.cells)
        sources = [self.first] if isinstance(self.first, str) else self.first
        notebook["cells"][1:1] = [json.loads(json.dumps(new_code_cell(s))) for s in sources]
        data = self.edit(notebook) if self.edit else None
        (folder / NOTEBOOK).write_bytes(json.dumps(notebook).encode() if data is None else data)
        if self.put is not None:
            self.put(folder)


def fill(notebook: Notebook, sources: Mapping[str, str]) -> None:
    """Write answers into a notebook's cells, by grade id."""
    for grade_id, source in sources.items():
        cell(notebook, grade_id)["source"] = source


def cell(notebook: Notebook, grade_id: str) -> dict[str, Any]:
    """The notebook's cell with this grade id."""
    (found,) = (
        each
        for each in notebook["cells"]
        if each["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
    )
    return found  # type: ignore[no-any-return]


def copied(each: dict[str, Any]) -> dict[str, Any]:
    """A second cell like this one."""
    return copy.deepcopy(each)
