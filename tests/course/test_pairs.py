from pathlib import Path

import pytest

from course import pairs, sync
from course.errors import PairConflictError, UnreadableError
from course.pairs import Newer, Pair

TEXT = """\
# 题目

```{code-cell} ipython3
answer = 6
```

```{code-cell} ipython3
:tags: [raises-exception]

1 / 0
```
"""


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    """A pair under `source/`, in step."""
    folder = tmp_path / "source" / "05-x"
    folder.mkdir(parents=True)
    pair = Pair(folder / "exercises.ipynb")
    pair.text.write_text(TEXT, "utf-8")
    sync.sync(pair)
    return pair


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_a_text_alone_becomes_a_notebook_and_back(pair: Pair) -> None:
    text = pair.text.read_text("utf-8")
    assert "answer = 6" in pair.notebook.read_text("utf-8")
    pair.text.unlink()
    sync.sync(pair)
    assert pair.text.read_text("utf-8") == text


def test_after_a_sync_neither_is_newer(pair: Pair) -> None:
    assert pair.newer() is Newer.NEITHER


def test_an_edited_text_wins(pair: Pair) -> None:
    edit(pair.text, "answer = 6", "answer = 7")
    assert pair.newer() is Newer.TEXT
    sync.sync(pair)
    assert "answer = 7" in pair.notebook.read_text("utf-8")


def test_an_edited_notebook_wins(pair: Pair) -> None:
    edit(pair.notebook, "answer = 6", "answer = 7")
    assert pair.newer() is Newer.NOTEBOOK
    sync.sync(pair)
    assert "answer = 7" in pair.text.read_text("utf-8")


def test_the_same_edit_on_both_sides_is_no_conflict(pair: Pair) -> None:
    for side in (pair.text, pair.notebook):
        edit(side, "answer = 6", "answer = 7")
    assert pair.newer() is Newer.NEITHER


def test_different_edits_on_both_sides_are_refused_and_nothing_is_lost(pair: Pair) -> None:
    edit(pair.text, "answer = 6", "answer = 7")
    edit(pair.notebook, "answer = 6", "answer = 8")
    with pytest.raises(PairConflictError, match="删掉你不要的那一个"):
        sync.sync(pair)
    assert "answer = 7" in pair.text.read_text("utf-8")
    assert "answer = 8" in pair.notebook.read_text("utf-8")


@pytest.mark.parametrize("damage", ["<<<<<<< HEAD", "", "[]"])
def test_a_damaged_notebook_is_one_sentence(damage: str, pair: Pair) -> None:
    pair.notebook.write_text(damage, "utf-8")
    with pytest.raises(UnreadableError, match="读不出来"):
        sync.sync(pair)
    assert pair.notebook.read_text("utf-8") == damage


def test_a_damaged_text_is_one_sentence(pair: Pair) -> None:
    pair.text.write_text("---\njupytext: [\n---\n", "utf-8")
    with pytest.raises(UnreadableError, match="文本读不出来"):
        sync.sync(pair)


def test_cell_ids_survive_an_edit_of_the_text(pair: Pair) -> None:
    before = [cell.id for cell in pair.read().cells]
    edit(pair.text, "# 题目", "# 新的题目")
    sync.sync(pair)
    assert [cell.id for cell in pair.read().cells][1:] == before[1:]


def test_the_text_names_no_version_of_jupytext(pair: Pair) -> None:
    assert "jupytext_version:" not in pair.text.read_text("utf-8")


def test_all_pairs_of_a_course_are_found_once(pair: Pair, tmp_path: Path) -> None:
    chapters = tmp_path / "notebooks"
    chapters.mkdir()
    (chapters / "00-a.md").touch()
    (chapters / "01-b.ipynb").touch()
    found = [str(p.notebook.relative_to(tmp_path)) for p in pairs.find(tmp_path)]
    assert found == ["notebooks/00-a.ipynb", "notebooks/01-b.ipynb", "source/05-x/exercises.ipynb"]
