"""Replace a folder by two renames; what a program killed in between leaves can be mended."""

import shutil
from pathlib import Path
from types import TracebackType
from typing import Self


class FolderSwap:
    """A new version of a folder, built beside it and put in its place by `swap`.

    Leaving the `with` block by an error brings the old folder back, even after `swap`; so what must
    happen together with the replacement can follow it inside the block. What a killed program left
    behind is cleared away by the next swap of the same folder.

    Example:
        >>> with FolderSwap(Path("autograded/jia/ps1")) as folder:  # doctest: +SKIP
        ...     (folder.new / "ps1.ipynb").write_text(notebook)
        ...     folder.swap()
        ...     session.commit()

    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.new = folder.with_name(f".{folder.name}.new")
        self._old = folder.with_name(f".{folder.name}.old")

    def __enter__(self) -> Self:
        if not self.folder.exists() and self._old.exists():
            self._old.rename(self.folder)
        _remove(self.new)
        _remove(self._old)
        self.new.mkdir(parents=True)
        return self

    def swap(self) -> None:
        """Put the new folder in the place of the old one."""
        if self.folder.exists():
            self.folder.rename(self._old)
        self.new.rename(self.folder)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            _remove(self.new if self.new.exists() else self.folder)
            if self._old.exists():
                self._old.rename(self.folder)
        shutil.rmtree(self._old, ignore_errors=True)  # what follows `swap` has happened already


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
