"""Student versions: generate them from `source/`, and tell when a committed one is stale."""

import filecmp
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbgrader.api import Gradebook

from examroom.errors import ReleaseError
from examroom.folder import CONFIG, CourseFolder, failure


def generate(folder: CourseFolder, assignment: str) -> None:
    """Write `release/<assignment>` anew, as `nbgrader generate_assignment --force` does.

    Raises FolderError for an unknown name, ReleaseError with nbgrader's reason when it fails.
    """
    folder.require_source(assignment)
    release = folder.root / "release" / assignment
    with tempfile.TemporaryDirectory() as scratch:
        before = Path(scratch) / assignment
        if release.exists():
            shutil.copytree(release, before)
        outcome = folder.api().generate_assignment(assignment, force=True)
        if not outcome["success"]:
            if before.exists():  # nbgrader has deleted what was released before
                shutil.copytree(before, release, dirs_exist_ok=True)
            raise ReleaseError(f"{assignment} 的学生版没有生成：{failure(outcome)}")


def register(folder: CourseFolder, assignment: str) -> None:
    """Make an assignment known to the gradebook, if it is not, without touching `release/`.

    A fresh copy of a course has released assignments and no gradebook.
    """
    api = folder.api()
    with Gradebook(api.coursedir.db_url, api.course_id) as gradebook:
        if any(known.name == assignment for known in gradebook.assignments):
            return
    with scratch(folder, assignment) as copy:
        copy.config.CourseDirectory.db_url = api.coursedir.db_url
        generate(copy, assignment)


def differences(folder: CourseFolder, assignment: str) -> list[str]:
    """Files of `release/<assignment>` that differ from what `source/` generates now.

    Generated in a temporary copy with a gradebook of its own; nothing in the folder is touched.
    """
    with scratch(folder, assignment) as copy:
        generate(copy, assignment)
        fresh, kept = (f.root / "release" / assignment for f in (copy, folder))
        names = _files(fresh) | _files(kept)
        _, changed, missing = filecmp.cmpfiles(fresh, kept, names, shallow=False)
        return sorted(changed + missing)


@contextmanager
def scratch(folder: CourseFolder, assignment: str) -> Iterator[CourseFolder]:
    """A temporary course with the source of one assignment, to generate and grade in."""
    source = folder.require_source(assignment)
    with tempfile.TemporaryDirectory() as root:
        copy = CourseFolder(Path(root).resolve())
        shutil.copy(folder.root / CONFIG, copy.root / CONFIG)
        shutil.copytree(source, copy.root / "source" / assignment)
        yield copy


def _files(folder: Path) -> set[str]:
    return {
        str(p.relative_to(folder))
        for p in folder.rglob("*")
        if p.is_file() and ".ipynb_checkpoints" not in p.parts
    }
