"""Students' working copies of released assignments."""

import shutil
from pathlib import Path

from course.errors import WorkError
from examroom import CourseFolder


def start(folder: CourseFolder, name: str) -> tuple[Path, list[Path]]:
    """Copy `release/<name>` to `work/<name>`; a file that is already there is never touched.

    Returns the working folder and the files that were copied (none when all were there before).
    Raises WorkError when no such assignment was released.
    """
    known = folder.releases()
    if name not in known:
        raise WorkError(f"没有名为 {name} 的练习；可以做的有：{'、'.join(known) or '（还没有）'}。")
    release, work = folder.root / "release" / name, folder.root / "work" / name
    copied = []
    for source in sorted(release.rglob("*")):
        target = work / source.relative_to(release)
        if source.is_file() and ".ipynb_checkpoints" not in source.parts and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
            copied.append(target)
    return work, copied
