"""The course folder: where nbgrader's configuration, sources, submissions and grades live."""

import logging
import os
import re
import sys
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from examroom.errors import FolderError

if TYPE_CHECKING:
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.converters import BaseConverter
    from traitlets.config import Config

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

    @classmethod
    def of(cls, converter: "BaseConverter") -> "CourseFolder":
        """The folder that a command of nbgrader's works on, with that command's options."""
        folder = cls(Path(converter.coursedir.root))
        config = deepcopy(converter.config)
        for chosen in ("assignment_id", "student_id", "notebook_id"):
            config.CourseDirectory.pop(chosen, None)
        config.CourseDirectory.root = str(folder.root)
        folder.__dict__["config"] = config  # in place of the cached property's value
        return folder

    @cached_property
    def config(self) -> "Config":
        """nbgrader's configuration as it is written, with this folder as its root."""
        from traitlets.config.loader import PyFileConfigLoader

        config: Config = PyFileConfigLoader(CONFIG, path=str(self.root)).load_config()
        config.CourseDirectory.root = str(self.root)
        return config

    def api(self) -> "NbGraderAPI":
        """nbgrader's own interface to this folder, silent on the terminal."""
        from nbgrader.apps.api import NbGraderAPI

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
        # also one whose folder is a link to nowhere: what is wrong with it is to be said
        return sorted(
            student.name
            for student in (self.root / "submitted").glob("*")
            if os.path.lexists(student / assignment)
        )

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


# What nbgrader says, and what it means to somebody who did not read its source.
_MEANINGS = {
    "nbgrader metadata may be corrupted": "单元的元数据有误，多半是两个单元用了同一个 grade_id",
    "no end solution statement found": "有一个 ### BEGIN SOLUTION 没有对应的 ### END SOLUTION",
    "encountered nested begin solution": "一个 ### BEGIN SOLUTION 里面又有一个",
    "Solution region detected in a non-solution cell": "解答区写在了没有标为解答的单元里",
    "No notebooks found": "交上来的笔记本不叫发布时的名字",
    "No notebooks were matched": "文件夹里没有笔记本",
    "NotJSONError": "文件不是笔记本（不是 JSON）",
    "Kernel died": "运行时内核死掉了",
    "CellTimeoutError": "有一个单元停不下来，中断也没有用",
}
_RAISED = re.compile(r"^\s*[\w.]*(?:Error|Exception)(?:: (.*))?$")


def failure(outcome: dict[str, Any]) -> str:
    """What nbgrader said went wrong, in one sentence, without its traceback."""
    said = f"{outcome.get('log', '')}\n{outcome.get('error', '')}"
    for words, meaning in _MEANINGS.items():
        if words in said:
            return meaning
    texts = [match[1] for line in said.splitlines() if (match := _RAISED.match(line)) and match[1]]
    own = [text for text in texts if "error log" not in text and "the above" not in text]
    return (own or texts or [said.strip().splitlines()[-1] if said.strip() else "没有说明原因"])[0]
