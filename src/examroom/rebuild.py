"""Rebuild a submission: the paper's own notebook with the student's source text in it.

Of a student's notebook nothing is used but the text of cells: what they are worth, how they run and
which of them are tests is for the paper alone to say. Grade ids only tell which text goes where.
"""

import copy
import json
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import Any

from examroom.errors import NotANotebook
from examroom.paper import NotebookJSON

__all__ = ["NotANotebook", "rebuild"]

CELLS = 2000
EXTRA_CELLS = 200
SOURCE_LENGTH = 1_000_000  # characters
START = -1  # the place before the paper's first cell
_Paper = Sequence[Mapping[str, Any]]
_ADVICE = "请用 JupyterLab 打开发布的笔记本，写好解答并保存，再交一次。"


def rebuild(paper_notebook: NotebookJSON, data: bytes) -> NotebookJSON:
    """The paper's notebook, filled in with a student's solutions and extra code cells.

    A solution cell gets the text of the student's last cell with its grade id, as nbgrader's
    DeduplicateIds has it; it is left empty if the student deleted it. The student's other code
    cells follow the cell of the paper that they last followed, unless they repeat a given one;
    so do their other texts where the paper has a task cell, which is answered in further cells.

    Args:
        paper_notebook: A notebook as in `Paper.notebooks`; it is left as it is.
        data: The student's file: UTF-8, nbformat 3 or 4.

    Returns:
        A new notebook without outputs. Extra cells have `examroom.extra` in their metadata.

    Raises:
        NotANotebook: The file is no notebook, is none of this paper, or has too much in it.
    """
    cells = _read(data)
    notebook = copy.deepcopy(paper_notebook)
    paper: list[dict[str, Any]] = notebook["cells"]
    places = _places(paper, cells)
    # what the student deleted must not come back: it may undo what another cell does in its stead
    solutions = {place: "" for place, cell in enumerate(paper) if _is_solution(cell)}
    solutions |= {place: cells[at].text for at, place in places.items() if place in solutions}
    extra = _extra(paper, cells, places)
    own = (cell.text for cells in extra.values() for cell in cells)
    if sum(map(len, chain(solutions.values(), own))) > SOURCE_LENGTH:
        raise NotANotebook(f"解答超过 {SOURCE_LENGTH} 个字：请删去不需要的内容，再交一次。")
    for place, text in solutions.items():
        given = paper[place]
        if text != given["source"]:
            given["source"] = text if given["cell_type"] == "code" else _inert(text)
    notebook["cells"] = _with_extra(notebook, extra)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    return notebook


@dataclass(frozen=True)
class _Cell:
    """What is used of a student's cell."""

    code: bool
    grade_id: str | None
    text: str


def _read(data: bytes) -> list[_Cell]:
    """The student's cells that have a text, in order."""
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise NotANotebook(f"不是笔记本（不是 UTF-8 编码的文字）：{_ADVICE}") from None
    except (ValueError, RecursionError):
        raise NotANotebook(f"不是笔记本（不是 JSON）：{_ADVICE}") from None
    if not isinstance(notebook, dict) or type(version := notebook.get("nbformat")) is not int:
        raise NotANotebook(f"不是笔记本（没有写明 nbformat）：{_ADVICE}")
    if version not in (3, 4):
        raise NotANotebook(f"笔记本的格式既不是 nbformat 4 也不是 3：{_ADVICE}")
    sheets = notebook.get("worksheets") if version == 3 else [notebook]
    lists = [
        cells
        for sheet in (sheets if isinstance(sheets, list) else [])
        if isinstance(sheet, dict) and isinstance(cells := sheet.get("cells"), list)
    ]
    if not lists:
        raise NotANotebook(f"笔记本里没有单元：{_ADVICE}")
    if sum(map(len, lists)) > CELLS:
        raise NotANotebook(f"笔记本的单元超过 {CELLS} 个：请删去不需要的单元，再交一次。")
    return [cell for raw in chain(*lists) if (cell := _cell(raw, version))]


def _cell(raw: object, version: int) -> _Cell | None:
    if not isinstance(raw, dict):
        return None
    code = raw.get("cell_type") == "code"
    source = raw.get("input" if code and version == 3 else "source")
    lines: list[Any] = source if isinstance(source, list) else [source]
    if not all(isinstance(line, str) for line in lines):
        return None
    # JSON can spell half of a surrogate pair, which no file takes
    text = "".join(lines).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _Cell(code, _grade_id(raw), text)


def _grade_id(cell: Mapping[str, Any]) -> str | None:
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return grade_id if isinstance(grade_id, str) else None


def _is(cell: Mapping[str, Any], *flags: str) -> bool:
    """Whether a cell of the paper has a grade id that stands for one of these roles."""
    return _grade_id(cell) is not None and any(cell["metadata"]["nbgrader"].get(f) for f in flags)


def _is_solution(cell: Mapping[str, Any]) -> bool:
    return _is(cell, "solution")


def _is_locked(cell: Mapping[str, Any]) -> bool:
    return _is(cell, "grade", "locked", "task") and not _is_solution(cell)


def _by_grade_id(paper: _Paper) -> dict[str | None, int]:
    return {
        _grade_id(cell): place
        for place, cell in enumerate(paper)
        if _is_solution(cell) or _is_locked(cell)
    }


def _places(paper: _Paper, cells: Sequence[_Cell]) -> dict[int, int]:
    """Which of the student's cells is which of the paper's, both by position."""
    known = _by_grade_id(paper)
    last = {cell.grade_id: at for at, cell in enumerate(cells) if cell.grade_id in known}
    places = {at: known[grade_id] for grade_id, at in last.items()}
    solutions = {place for place, cell in enumerate(paper) if _is_solution(cell)}
    if solutions and solutions.isdisjoint(places.values()):
        raise NotANotebook(f"里面没有这份作业的解答单元（认不出 grade_id）：{_ADVICE}")
    # given cells without an id, and those that lost it: the first copy is the cell itself
    found = set(places.values())
    by_text: dict[str, list[int]] = defaultdict(list)
    for place, cell in enumerate(paper):
        if cell["cell_type"] == "code" and place not in found:
            by_text[cell["source"].strip()].append(place)
    for at, own in enumerate(cells):
        text = own.text.strip()
        if own.code and own.grade_id not in known and text and by_text.get(text):
            places[at] = by_text[text].pop(0)
    return places


def _extra(
    paper: _Paper, cells: Sequence[_Cell], places: Mapping[int, int]
) -> dict[int, list[_Cell]]:
    """The student's own cells, by the place of the paper's cell they come after."""
    known = _by_grade_id(paper)
    given = {cell["source"].strip() for cell in paper} | {""}
    texts_too = any(_is(cell, "task") for cell in paper)
    found = set(places.values())
    extra: dict[int, list[_Cell]] = defaultdict(list)
    place = START
    for at, cell in enumerate(cells):
        copied = cell.grade_id in known and _is_locked(paper[known[cell.grade_id]])
        if at in places:
            place = places[at]
        elif (cell.code or texts_too) and not copied and cell.text.strip() not in given:
            extra[_last_word(paper, place, found)].append(cell)
    if sum(map(len, extra.values())) > EXTRA_CELLS:
        raise NotANotebook(f"自己加的单元超过 {EXTRA_CELLS} 个：请合并或删去一些，再交一次。")
    return extra


def _last_word(paper: _Paper, place: int, found: Collection[int]) -> int:
    """The place after which cells go that followed `place`.

    Given cells that the student edited are passed over: the student's version runs after them.
    """
    for at in range(place + 1, len(paper)):
        if at in found or _is_locked(paper[at]):
            break
        if paper[at]["cell_type"] == "code" and not _is_solution(paper[at]):
            place = at
    return place


# Where HTML begins, letters are spelt as entities, and links (of Markdown, of MathJax) run scripts.
_ACTIVE = re.compile(
    r"<(?=[a-z/!?])|&(?=#|\w+;)|(?:java|vb)script(?=\\*:)|\\(?=href)", re.IGNORECASE
)


def _inert(text: str) -> str:
    """A written answer in which nothing acts: Formgrader puts it into its own page as it is.

    A script of a student's there would act in the name of whoever grades.
    """
    return _ACTIVE.sub(r"\g<0> ", text)


def _with_extra(
    notebook: NotebookJSON, extra: Mapping[int, Sequence[_Cell]]
) -> list[dict[str, Any]]:
    """The paper's cells with the extra ones between them."""
    taken = {cell.get("id") for cell in notebook["cells"]}
    free = (name for number in count(1) if (name := f"extra-{number}") not in taken)
    cells: list[dict[str, Any]] = []
    for place, given in enumerate([None, *notebook["cells"]], START):
        cells += [given] if given else []
        for own in extra.get(place, ()):
            mark = {"examroom": {"extra": True}}
            kind, text = ("code", own.text) if own.code else ("markdown", _inert(own.text))
            cell = {"cell_type": kind, "metadata": mark, "source": text}
            # nbformat 4.5 brought ids
            cells.append(cell | ({"id": next(free)} if notebook["nbformat_minor"] >= 5 else {}))
    return cells
