"""Chapter 17 says on the embedded server what is stored, which is MariaDB's."""

from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from asynclab.database import choice
from examroom import CourseFolder


def said(cell: Any) -> tuple[str, list[Any]]:
    """What a cell printed, and what else it says in words."""
    outputs = cell.get("outputs", [])
    printed = "".join(output["text"] for output in outputs if output.output_type == "stream")
    others = [output for output in outputs if output.output_type != "stream"]
    return printed, [
        (output.get("ename"), output.get("evalue"), output.get("data", {}).get("text/plain"))
        for output in others
    ]


def test_all_but_the_cell_that_needs_row_locks(
    project: CourseFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(choice.VARIABLE, "embedded")
    stored = nbformat.read(project.root / "notebooks" / "17-mysql.ipynb", as_version=4)
    fresh = nbformat.from_dict(stored)
    NotebookClient(fresh, timeout=60, kernel_name="python3").execute()
    differing = [
        (was.source, said(now))
        for was, now in zip(stored.cells, fresh.cells, strict=True)
        if said(was) != said(now)
    ]
    assert len(differing) == 1
    ((source, (printed, _)),) = differing
    assert "if database.row_locks:" in source
    assert printed.startswith("内置的数据库没有行锁")
