"""Keep text and notebooks in step, and chapters' outputs true to their code."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course.execution import code_digest, execute
from course.gate import faults
from course.pairs import METADATA, Newer, Pair, digest, to_text


@dataclass(frozen=True)
class Synced:
    """What was done to one pair: written sides, whether it was executed."""

    pair: Pair
    newer: Newer
    executed: bool
    written: tuple[Path, ...]


def sync(pair: Pair, *, execute_all: bool = False) -> Synced:
    """Bring both sides together, executing a chapter whose code changed since its last run.

    With `execute_all` a chapter is executed in any case: what it imports may have changed.

    Raises PairConflictError when both sides were edited, ChapterError when the chapter fails; then
    neither file is touched.
    """
    newer, notebook = pair.newer(), pair.read()
    run = pair.is_chapter and (execute_all or needs_execution(notebook))
    if run:
        execute(notebook, pair.notebook.parent)
    text = to_text(notebook)
    _normalise(pair, notebook, text)
    written = []
    if not pair.text.exists() or pair.text.read_text(encoding="utf-8") != text:
        _replace(pair.text, text)
        written.append(pair.text)
    fresh = nbformat.writes(notebook, version=4) + "\n"
    if not pair.notebook.exists() or pair.notebook.read_text(encoding="utf-8") != fresh:
        _replace(pair.notebook, fresh)
        written.append(pair.notebook)
        pair.text.touch()  # jupytext wants the text to be the newer of the two
    return Synced(pair, newer, run, tuple(written))


def check(pair: Pair) -> Iterator[str]:
    """Name all that `sync` would change, and what the gate refuses; nothing is written."""
    newer, notebook = pair.newer(), pair.read()
    if newer is not Newer.NEITHER:
        side = "文本" if newer is Newer.TEXT else "笔记本"
        yield f"{side}改过，另一边没有跟上"
        return
    if pair.is_chapter and needs_execution(notebook):
        yield "代码改过，输出还是旧的"
        return
    if pair.is_chapter:
        yield from faults(notebook)
    text = to_text(notebook)
    _normalise(pair, notebook, text)
    if pair.notebook.read_text(encoding="utf-8") != nbformat.writes(notebook, version=4) + "\n":
        yield "笔记本里有 course sync 会清理的内容（输出、元数据）"


def needs_execution(notebook: NotebookNode) -> bool:
    """Whether a chapter's outputs belong to other code than it has now, or are missing."""
    if notebook.metadata.get("course", {}).get("executed") != code_digest(notebook):
        return True
    return any(
        c.execution_count is None
        for c in notebook.cells
        if c.cell_type == "code" and c.source.strip()
    )


def _normalise(pair: Pair, notebook: NotebookNode, text: str) -> None:
    """Leave only what belongs in git: no versions, no widget state, no outputs of exercises."""
    memory = {"text": digest(text)}
    if pair.is_chapter:
        memory["executed"] = code_digest(notebook)
    notebook.metadata = nbformat.from_dict({"course": memory, **METADATA})
    notebook.nbformat_minor = 5
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code" and not pair.is_chapter:
            cell.outputs, cell.execution_count = [], None


def _replace(path: Path, content: str) -> None:
    """Write whole or not at all, so that an interruption leaves the old file."""
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as scratch:
        scratch.write(content)
    Path(scratch.name).chmod(0o644)
    Path(scratch.name).replace(path)
