"""Run a chapter from top to bottom and keep its outputs, free of what differs between machines."""

import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from course.errors import ChapterError
from course.pairs import digest

# A chapter must run in 20 s altogether; a cell that takes longer than this hangs.
CELL_TIMEOUT_SECONDS = 60
# ipykernel warns on stderr that loopback TCP is not encrypted, once a kernel
QUIET_KERNEL = ["--log-level=ERROR", "--HistoryManager.hist_file=:memory:"]


def code_digest(notebook: NotebookNode) -> str:
    """Digest of all that decides the outputs: the code cells' sources and tags, in order."""
    return digest(
        "\0".join(
            f"{cell.source}\1{' '.join(cell.metadata.get('tags', []))}"
            for cell in notebook.cells
            if cell.cell_type == "code"
        )
    )


def execute(notebook: NotebookNode, folder: Path) -> None:
    """Run all cells in a fresh kernel, in `folder`, and store their outputs in place.

    Raises ChapterError, naming the cell, when one fails that is not tagged `raises-exception`,
    hangs, or kills the kernel.
    """
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT_SECONDS,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        extra_arguments=QUIET_KERNEL,
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        client.execute()
    except CellExecutionError as error:
        raise ChapterError(
            f"有一个单元出错了：{error.ename}: {error.evalue}\n{_failing_source(notebook)}\n"
            "改好它；如果它本来就该出错，给它加上标签 raises-exception。"
        ) from error
    except CellTimeoutError as error:
        raise ChapterError(
            f"有一个单元运行超过 {CELL_TIMEOUT_SECONDS} 秒：\n{_failing_source(notebook)}"
        ) from error
    except DeadKernelError as error:
        raise ChapterError(f"内核在这个单元里死掉了：\n{_failing_source(notebook)}") from error
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [_portable(output) for output in cell.outputs]


def _failing_source(notebook: NotebookNode) -> str:
    """The source of the last cell that began to run."""
    begun = [c for c in notebook.cells if c.cell_type == "code" and c.execution_count]
    return "\n".join(f"    {line}" for line in begun[-1].source.splitlines()) if begun else ""


def _portable(value: Any) -> Any:
    """An output with the machine's own folders and process numbers taken out of its texts."""
    if isinstance(value, str):
        for pattern, shown in _MACHINE:
            value = pattern.sub(shown, value)
        return value
    if isinstance(value, list):
        return [_portable(item) for item in value]
    if isinstance(value, dict):
        return NotebookNode(
            {
                key: item if key in ("image/png", "image/jpeg") else _portable(item)
                for key, item in value.items()
            }
        )
    return value


def _folders(*names: str) -> str:
    """A pattern for any of these folders, written out or with the home folder as `~`."""
    home = str(Path.home())
    spelled = {n for name in names for n in (name, name.replace(home, "~", 1))}
    return "|".join(re.escape(n) for n in sorted(spelled, key=len, reverse=True))


_MACHINE = (
    (re.compile(rf"{re.escape(tempfile.gettempdir())}/ipykernel_\d+/\d+\.py"), "<单元>"),
    (
        re.compile(rf"(?:{_folders(sys.prefix, sys.base_prefix)})/lib/python3\.\d+/site-packages/"),
        "",
    ),
    (re.compile(rf"(?:{_folders(sys.base_prefix)})/lib/python3\.\d+/"), ""),
)
