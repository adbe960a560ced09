"""What nbval lets through and a chapter must not have: see `faults`."""

import re
from collections.abc import Iterator

from nbformat import NotebookNode

_MACHINE_PATH = re.compile(r"(?:/root|/home/\w+|/Users/\w+|/tmp|/work|[A-Z]:\\\\?Users)[/\\]")


def faults(notebook: NotebookNode) -> Iterator[str]:
    """Name all that is wrong with a chapter's stored outputs.

    nbval compares outputs that exist; it passes a stripped notebook, and a `raises-exception` cell
    that raises nothing. This refuses both, cells run out of order, errors without the tag, and
    paths of the machine that ran it.
    """
    code = [c for c in notebook.cells if c.cell_type == "code" and c.source.strip()]
    if code and not any(cell.execution_count for cell in code):
        yield "没有保存任何输出（被清空了）"
        return
    for number, cell in enumerate(code, 1):
        where = f"第 {number} 个代码单元（{cell.source.strip().splitlines()[0][:40]}）"
        if cell.execution_count != number:
            yield f"{where}没有按从头到尾的顺序运行"
        tagged = "raises-exception" in cell.metadata.get("tags", [])
        if _raised(cell) and not tagged:
            yield f"{where}出错了，却没有 raises-exception 标签"
        if tagged and not _raised(cell):
            yield f"{where}有 raises-exception 标签，却没有出错"
        if found := _MACHINE_PATH.search(str(cell.outputs)):
            yield f"{where}的输出里有这台机器的路径 {found[0]}"


def _raised(cell: NotebookNode) -> bool:
    """Whether a cell's outputs hold an error; exception groups come as text on stderr."""
    return any(
        output.output_type == "error"
        or (output.output_type == "stream" and "Exception Group Traceback" in output.text)
        for output in cell.outputs
    )
