"""Cells run in a candidate as they do in a real kernel: one notebook through both."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from examroom.sandbox import Sandbox
from tests.examroom.speaker import Speaker

NOTEBOOK = """\
print("一"); print("二")
---
import sys
print("糟", file=sys.stderr)
---
sys.stdout.write("直接")
---
1 + 1
---
_
---
1 + 1;
---
None
---
from IPython.display import HTML, JSON, Markdown, clear_output, display
display(HTML("<b>粗</b>"), 3, {"a": [1]})
---
Markdown("# 标题")
---
JSON({"a": 1})
---
class Rich:
    def __repr__(self): return "Rich!"
    def _repr_html_(self): return "<i>rich</i>"
Rich()
---
class Broken:
    def __repr__(self): raise ValueError("坏")
Broken()
---
%%html
<b>hi</b>
---
!echo 你好
---
lines = !printf "a\\nb"
lines
---
%%writefile a.txt
abc
---
%cat a.txt
---
%%bash
echo bash
---
%%capture kept
print(1)
---
kept.stdout
---
?print
---
%nosuch
---
%matplotlib inline
import matplotlib.pyplot as plt
plt.plot([1, 2])
---
plt.plot([1, 2])
plt.show()
print("后")
---
figure, axes = plt.subplots()
plt.close()
---
figure
---
1 / 0
---
raise ValueError("不行")
---
assert 1 == 2, "不等"
---
def f(:
---
raise KeyboardInterrupt
---
raise ExceptionGroup("组", [ValueError(1), TypeError("二")])
---
sys.exit(3)
---
input("谁？")
---
import warnings
warnings.warn("小心")
---
import logging
logging.warning("日志")
---
import asyncio
await asyncio.sleep(0.01, "等")
---
async def outer():
    async def inner():
        return await asyncio.sleep(0, 7)
    return await inner()
await asyncio.gather(outer(), outer())
---
async with asyncio.timeout(1):
    print("内")
---
task = asyncio.create_task(asyncio.sleep(0.01, "好"))
await task
---
asyncio.run(outer())
---
import nest_asyncio
nest_asyncio.apply()
asyncio.run(outer())
---
await asyncio.to_thread(abs, -1)
---
print(1)
clear_output()
print(2)
---
print(1)
clear_output(wait=True)
print(2)
---
print(1)
clear_output(wait=True)
---
handle = display(HTML("a"), display_id=True)
handle.update(HTML("b"))
---
display("甲", display_id="x")
display("乙", display_id="x")
---
import pickle
pickle.loads(pickle.dumps(Rich()))
---
import multiprocessing
with multiprocessing.get_context("fork").Pool(1) as pool:
    print(pool.map(abs, [-1]))
---
import __main__
__name__, __main__.task is task, get_ipython() is not None
"""
CELLS = NOTEBOOK.split("\n---\n")


@pytest.fixture(scope="module")
def in_kernel(tmp_path_factory: pytest.TempPathFactory) -> list[list[dict[str, Any]]]:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(
        cells=[new_code_cell(source) for source in CELLS], metadata={"kernelspec": kernel}
    )
    folder = {"metadata": {"path": str(tmp_path_factory.mktemp("kernel"))}}
    NotebookClient(notebook, allow_errors=True, timeout=60, resources=folder).execute()
    return [json.loads(json.dumps(cell.outputs)) for cell in notebook.cells]


@pytest.fixture(scope="module")
def in_candidate(sandbox: Sandbox) -> list[list[dict[str, Any]]]:
    speaker = Speaker(sandbox.candidate())
    outputs = [speaker.cell(source) for source in CELLS]
    speaker.close()
    assert sandbox.reset() == {}
    return outputs


# What differs between any two runs: addresses, where a cell and a library were found, pictures.
VARYING = [
    (r'"image/png": "[^"]*"', '"image/png": ""'),
    (r"0x[0-9a-f]+", "0x"),
    (r"(/tmp/ipykernel_\d+/)?\b\d+\.py\b|<ipython-input-[\w-]+>", "CELL"),
    (r"[^ \"]*/site-packages/", ""),
    (r"\\r\\n", r"\\n"),
]


def steady(outputs: list[dict[str, Any]]) -> Any:
    """Outputs without counts, tracebacks and what varies; neighbouring texts as one."""
    joined: list[dict[str, Any]] = []
    for output in outputs:
        if joined and "name" in output and output["name"] == joined[-1].get("name"):
            joined[-1]["text"] += output["text"]
            continue
        dropped = ("execution_count", "traceback")
        joined.append({key: value for key, value in output.items() if key not in dropped})
    text = json.dumps(joined, ensure_ascii=False)
    for pattern, replacement in VARYING:
        text = re.sub(pattern, replacement, text)
    return json.loads(text)


@pytest.mark.parametrize("number", range(len(CELLS)), ids=[cell.split("\n")[0] for cell in CELLS])
def test_a_cell_gives_the_outputs_that_it_gives_in_a_kernel(
    number: int,
    in_kernel: list[list[dict[str, Any]]],
    in_candidate: list[list[dict[str, Any]]],
) -> None:
    assert steady(in_candidate[number]) == steady(in_kernel[number])


def test_a_picture_is_a_picture(in_candidate: list[list[dict[str, Any]]]) -> None:
    shown = in_candidate[CELLS.index("figure")][0]["data"]
    assert shown["image/png"].startswith("iVBORw0KGgo")


def test_what_programs_print_comes_in_its_place(candidate: Speaker) -> None:
    outputs = candidate.cell("import os\nos.system('echo 先')\n_ = display('后')")
    assert [each["output_type"] for each in outputs] == ["stream", "display_data"]


def test_a_traceback_shows_the_cells_own_lines(candidate: Speaker) -> None:
    (error,) = candidate.cell("def half(n):\n    return n / 0\nhalf(1)")
    text = "\n".join(error["traceback"])
    assert "----> 2     return n / 0" in text
    assert "----> 3 half(1)" in text
    assert "/opt/" not in text


def test_waiting_costs_no_time_in_a_cell_either(candidate: Speaker) -> None:
    took = "(await asyncio.sleep(3600), time.monotonic() - began)[1]"
    assert 3600 <= candidate.tells(took, "import asyncio, time\nbegan = time.monotonic()") < 3601


def test_a_cell_that_computes_for_ever_is_ended_and_the_next_one_runs(candidate: Speaker) -> None:
    assert candidate.cell("while True: pass")[-1]["ename"] == "BusyError"
    assert candidate.tells("1 + 1") == 2


def test_exit_ends_neither_the_candidate_nor_what_it_knows(candidate: Speaker) -> None:
    candidate.prints("x = 5")
    candidate.cell("exit")
    assert candidate.tells("x") == 5


def test_matplotlib_needs_no_window_and_no_home(candidate: Speaker) -> None:
    outputs = candidate.cell("import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    assert [each["output_type"] for each in outputs] == ["display_data"]


def test_files_of_the_sandbox_are_where_the_code_looks(candidate: Speaker, tmp_path: Path) -> None:
    assert candidate.prints("print(__import__('os').getcwd())") == "/home/student"
