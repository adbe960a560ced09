"""The course folder: where nbgrader's configuration, sources, submissions and grades live."""

import logging
import os
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from nbgrader.apps.api import NbGraderAPI
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from examroom.errors import FolderError

CONFIG = "nbgrader_config.py"


@dataclass(frozen=True)
class CourseFolder:
    """A folder that holds an `nbgrader_config.py` and the assignments beside it."""

    root: Path

    @classmethod
    def find(cls, start: Path) -> "CourseFolder":
        """The nearest course folder at or above `start`.

        Raises FolderError when there is none up to the root of the file system.
        """
        for folder in (start, *start.parents):
            assignments = (folder / "source").is_dir() or (folder / "release").is_dir()
            if assignments and (folder / CONFIG).is_file():
                return cls(folder)
        raise FolderError(f"{start} 不在课程文件夹里：请先 cd 到含有 {CONFIG} 的文件夹，再运行。")

    @cached_property
    def config(self) -> Config:
        """nbgrader's configuration as it is written, with this folder as its root."""
        config: Config = PyFileConfigLoader(CONFIG, path=str(self.root)).load_config()
        config.CourseDirectory.root = str(self.root)
        return config

    def api(self) -> NbGraderAPI:
        """nbgrader's own interface to this folder, silent on the terminal."""
        own_programs_first()
        log = logging.getLogger("examroom.nbgrader")
        log.propagate = False
        log.addHandler(logging.NullHandler())
        return NbGraderAPI(config=self.config, log=log)

    def sources(self) -> list[str]:
        """Names of the assignments under `source/`, sorted."""
        return _folders_with_notebooks(self.root / "source")

    def releases(self) -> list[str]:
        """Names of the assignments under `release/`, sorted."""
        return _folders_with_notebooks(self.root / "release")

    def submitters(self, assignment: str) -> list[str]:
        """Students who handed in this assignment, sorted."""
        return sorted(p.parent.name for p in (self.root / "submitted").glob(f"*/{assignment}"))

    def require_source(self, assignment: str) -> Path:
        """The folder of an assignment's source; FolderError names the known ones if it is not."""
        known = self.sources()
        if assignment not in known:
            raise FolderError(
                f"没有名为 {assignment} 的作业；现有：{'、'.join(known) or '（无）'}。"
            )
        return self.root / "source" / assignment


def own_programs_first() -> None:
    """Let nbgrader find `alembic`, which it calls by name, also in an environment not activated."""
    programs = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", "").split(os.pathsep)
    if path[0] != programs:
        os.environ["PATH"] = os.pathsep.join([programs, *path])


def _folders_with_notebooks(parent: Path) -> list[str]:
    return sorted({notebook.parent.name for notebook in parent.glob("*/*.ipynb")})


def failure(outcome: dict[str, Any]) -> str:
    """What nbgrader said went wrong: its last error lines, without the traceback's frames."""
    lines = (outcome.get("log") or outcome.get("error") or "").strip().splitlines()
    errors = [line.removeprefix("[ERROR] ") for line in lines if line.startswith("[ERROR]")]
    causes = [line for line in lines if "Error:" in line or "Exception:" in line]
    return "\n".join(causes[-1:] or errors[-1:] or lines[-1:])
