from pathlib import Path

import pytest

from course import sync
from course.errors import ChapterError
from course.pairs import Pair

CHAPTER = """\
# 章

```{code-cell} ipython3
print("你好")
```

```{code-cell} ipython3
:tags: [raises-exception]

import asyncio

asyncio.run(3)
```
"""


def chapter(root: Path, text: str) -> Pair:
    folder = root / "notebooks"
    folder.mkdir()
    pair = Pair(folder / "00-a.ipynb")
    pair.text.write_text(text, "utf-8")
    return pair


def test_a_chapters_life(tmp_path: Path) -> None:
    """Executed once, kept when only its prose changes, executed again when its code does."""
    pair = chapter(tmp_path, CHAPTER)
    first = sync.sync(pair)
    assert first.executed
    hello, error = (c for c in pair.read().cells if c.cell_type == "code")
    assert hello.outputs[0].text == "你好\n"
    assert error.outputs[0].ename == "RuntimeError"
    assert list(sync.check(pair)) == []
    assert not sync.sync(pair).written

    pair.text.write_text(pair.text.read_text("utf-8").replace("# 章", "# 新章"), "utf-8")
    assert list(sync.check(pair)) == ["文本改过，另一边没有跟上"]
    assert not sync.sync(pair).executed

    pair.text.write_text(pair.text.read_text("utf-8").replace("你好", "再见"), "utf-8")
    assert sync.sync(pair).executed
    assert pair.read().cells[1].outputs[0].text == "再见\n"


def test_a_chapter_can_be_run_again_for_what_it_imports(tmp_path: Path) -> None:
    pair = chapter(tmp_path, CHAPTER)
    sync.sync(pair)
    again = sync.sync(pair, execute_all=True)
    assert again.executed
    assert not again.written


def test_code_edited_in_the_notebook_is_stale_until_it_is_run(tmp_path: Path) -> None:
    pair = chapter(tmp_path, CHAPTER)
    sync.sync(pair)
    for side in (pair.text, pair.notebook):
        side.write_text(
            side.read_text("utf-8").replace("asyncio.run(3)", "asyncio.run(4)"), "utf-8"
        )
    assert list(sync.check(pair)) == ["代码改过，输出还是旧的"]


def test_a_chapter_that_fails_leaves_both_files_as_they_were(tmp_path: Path) -> None:
    pair = chapter(tmp_path, "```{code-cell} ipython3\nprint(1)\n1 / 0\n```\n")
    with pytest.raises(ChapterError, match=r"ZeroDivisionError[^$]*1 / 0") as failed:
        sync.sync(pair)
    assert "raises-exception" in str(failed.value)
    assert not pair.notebook.exists()


def test_a_kernel_that_dies_is_told(tmp_path: Path) -> None:
    pair = chapter(tmp_path, "```{code-cell} ipython3\nimport os\nos._exit(1)\n```\n")
    with pytest.raises(ChapterError, match="内核"):
        sync.sync(pair)


def test_stored_outputs_name_no_folder_of_this_machine(tmp_path: Path) -> None:
    pair = chapter(tmp_path, CHAPTER)
    sync.sync(pair)
    traceback = "\n".join(pair.read().cells[-1].outputs[0].traceback)
    assert "asyncio/runners.py" in traceback
    assert "/lib/python3" not in traceback


def test_exercises_keep_no_outputs(tmp_path: Path) -> None:
    folder = tmp_path / "source" / "05-x"
    folder.mkdir(parents=True)
    pair = Pair(folder / "exercises.ipynb")
    pair.text.write_text(CHAPTER, "utf-8")
    assert not sync.sync(pair).executed
    raw = pair.notebook.read_text("utf-8")
    pair.notebook.write_text(
        raw.replace('"execution_count": null', '"execution_count": 3'), "utf-8"
    )
    assert list(sync.check(pair)) == ["笔记本里有 course sync 会清理的内容（输出、元数据）"]
    sync.sync(pair)
    assert pair.notebook.read_text("utf-8") == raw
