"""Student versions: generate them from `source/`, and tell when a committed one is stale."""

import filecmp
import shutil
import tempfile
from pathlib import Path

from examroom.errors import ReleaseError
from examroom.folder import CONFIG, CourseFolder, failure


def generate(folder: CourseFolder, assignment: str) -> None:
    """Write `release/<assignment>` anew, as `nbgrader generate_assignment --force` does.

    Raises FolderError for an unknown name, ReleaseError with nbgrader's reason when it fails.
    """
    folder.require_source(assignment)
    outcome = folder.api().generate_assignment(assignment, force=True)
    if not outcome["success"]:
        raise ReleaseError(f"{assignment} 的学生版没有生成：{failure(outcome)}")


def differences(folder: CourseFolder, assignment: str) -> list[str]:
    """Files of `release/<assignment>` that differ from what `source/` generates now.

    Generated in a temporary copy with a gradebook of its own; nothing in the folder is touched.
    """
    source = folder.require_source(assignment)
    with tempfile.TemporaryDirectory() as scratch:
        copy = CourseFolder(Path(scratch).resolve())
        shutil.copy(folder.root / CONFIG, copy.root / CONFIG)
        shutil.copytree(source, copy.root / "source" / assignment)
        generate(copy, assignment)
        fresh, kept = (f.root / "release" / assignment for f in (copy, folder))
        names = _files(fresh) | _files(kept)
        _, changed, missing = filecmp.cmpfiles(fresh, kept, names, shallow=False)
        return sorted(changed + missing)


def _files(folder: Path) -> set[str]:
    return {
        str(p.relative_to(folder))
        for p in folder.rglob("*")
        if p.is_file() and ".ipynb_checkpoints" not in p.parts
    }
