from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course.gate import faults

ERROR = new_output("error", ename="ZeroDivisionError", evalue="", traceback=[])


def cell(
    count: int | None, *outputs: NotebookNode, tags: tuple[str, ...] = (), source: str = "x"
) -> NotebookNode:
    return new_code_cell(
        source, execution_count=count, outputs=list(outputs), metadata={"tags": list(tags)}
    )


def found(*cells: NotebookNode) -> list[str]:
    return list(faults(new_notebook(cells=list(cells))))


def test_a_chapter_run_from_top_to_bottom_passes() -> None:
    raising = cell(2, ERROR, tags=("raises-exception",))
    assert found(new_markdown_cell("字"), cell(1), raising, cell(None, source=" ")) == []


def test_a_stripped_chapter_is_refused() -> None:
    assert found(cell(None), cell(None)) == ["没有保存任何输出（被清空了）"]


def test_a_cell_run_out_of_order_or_not_at_all_is_refused() -> None:
    assert "第 1 个代码单元" in found(cell(2), cell(1))[0]
    assert "第 2 个代码单元" in found(cell(1), cell(None))[0]


def test_an_error_needs_the_tag() -> None:
    assert "没有 raises-exception" in found(cell(1, ERROR))[0]


def test_the_tag_needs_an_error() -> None:
    assert "却没有出错" in found(cell(1, tags=("raises-exception",)))[0]


def test_an_exception_group_counts_as_an_error() -> None:
    group = new_output("stream", name="stderr", text="  + Exception Group Traceback (most")
    assert found(cell(1, group, tags=("raises-exception",))) == []
    assert "没有 raises-exception" in found(cell(1, group))[0]


def test_a_path_of_the_machine_is_refused() -> None:
    for path in ("/root/x", "/home/li/x", "/tmp/ipykernel_1/2.py", "/Users/li/x"):
        output = new_output("stream", name="stdout", text=f"see {path}")
        assert "路径" in found(cell(1, output))[0]
