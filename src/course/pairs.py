"""Notebooks and their reviewable text: which of the two changed, and bringing them together.

The text (MyST Markdown, by jupytext) is what people review; the notebook is what people run. The
notebook remembers the digest of the text with which it last agreed, so that an edit on either side
is recognised whatever the files' times say (a git checkout sets them all alike).
"""

import hashlib
from copy import deepcopy
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import jupytext
import nbformat
from jupytext.combine import combine_inputs_with_outputs
from nbformat import NotebookNode

from course.errors import PairConflictError, UnreadableError

FORMAT = "md:myst"
# All of a notebook's metadata that its text speaks of. Nothing here depends on an installed
# version, so that an upgrade does not change every file.
METADATA = {
    "jupytext": {
        "formats": "ipynb,md:myst",
        "notebook_metadata_filter": "-jupytext.text_representation.jupytext_version",
    },
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "pygments_lexer": "ipython3",
    },
}


class Newer(Enum):
    """Which side of a pair holds what the other does not."""

    NEITHER = "neither"
    TEXT = "text"
    NOTEBOOK = "notebook"


@dataclass(frozen=True)
class Pair:
    """A notebook and the text beside it; either file may not exist yet."""

    notebook: Path

    @property
    def text(self) -> Path:
        """The reviewable side."""
        return self.notebook.with_suffix(".md")

    @property
    def name(self) -> str:
        """The chapter's name or the assignment's, such as `05-async-await`."""
        return self.notebook.stem if self.is_chapter else self.notebook.parent.name

    @property
    def is_chapter(self) -> bool:
        """Chapters are executed and keep their outputs; exercises never do."""
        return self.notebook.parent.name == "notebooks"

    def read(self) -> NotebookNode:
        """The notebook with both sides' edits; outputs, ids and metadata from the old notebook.

        Raises PairConflictError when both sides were edited.
        """
        newer = self.newer()
        if newer is Newer.TEXT:
            return from_text(self.text.read_text(encoding="utf-8"), self._stored())
        stored = self._stored()
        assert stored is not None
        return stored

    def newer(self) -> Newer:
        """Which side was edited since the two last agreed.

        Raises PairConflictError when both were.
        """
        stored = self._stored()
        if stored is None:
            return Newer.TEXT
        if not self.text.exists():
            return Newer.NOTEBOOK
        text, mirror = self.text.read_text(encoding="utf-8"), to_text(stored)
        if text == mirror:
            return Newer.NEITHER
        agreed = stored.metadata.get("course", {}).get("text")
        if digest(mirror) == agreed:
            return Newer.TEXT
        if digest(text) == agreed:
            return Newer.NOTEBOOK
        raise PairConflictError(
            f"{self.notebook.name} 和 {self.text.name} 都改过，而且不一致："
            "删掉你不要的那一个，再运行 course sync，它会由另一个重新生成。"
        )

    def _stored(self) -> NotebookNode | None:
        if not self.notebook.exists():
            return None
        try:
            return nbformat.read(self.notebook, as_version=4)
        except Exception as error:  # many kinds: not JSON, conflict markers, another format
            raise UnreadableError(
                f"{self.notebook.name} 读不出来（{type(error).__name__}）："
                "里面有没有 git 的冲突标记？改好它，或者删掉它再由文本重新生成。"
            ) from error


def find(root: Path) -> list[Pair]:
    """All pairs of a course folder: chapters, then exercises, sorted by name."""
    chapters = {p.with_suffix(".ipynb") for p in (root / "notebooks").glob("*.md")}
    chapters |= set((root / "notebooks").glob("*.ipynb"))
    exercises = {p.with_suffix(".ipynb") for p in (root / "source").glob("*/*.md")}
    exercises |= set((root / "source").glob("*/*.ipynb"))
    return [Pair(notebook) for notebook in [*sorted(chapters), *sorted(exercises)]]


def from_text(text: str, old: NotebookNode | None) -> NotebookNode:
    """A notebook from its text, keeping what only the old notebook knows of unchanged cells."""
    try:
        fresh = jupytext.reads(text, fmt=FORMAT)
    except Exception as error:  # YAML's, jupytext's own
        reason = " ".join(str(error).split())
        raise UnreadableError(f"文本读不出来：{reason}") from error
    if old is not None:
        fresh = combine_inputs_with_outputs(fresh, old, fmt=FORMAT)
    return fresh


def to_text(notebook: NotebookNode) -> str:
    """The reviewable text of a notebook."""
    copy = deepcopy(notebook)
    copy.metadata = nbformat.from_dict(METADATA)
    return str(jupytext.writes(copy, fmt=FORMAT))


def digest(text: str) -> str:
    """A short name for a text; equal texts have equal names."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
