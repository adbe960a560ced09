"""Copies of the gradebook, made before a run writes to it."""

import contextlib
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import make_url

from examroom.bookkeeping.gradebook import BUSY_TIMEOUT
from examroom.errors import BackupError
from examroom.folder import CourseFolder

KEPT = 5
"""Number of backups that stay."""


def backup(folder: CourseFolder) -> Path | None:
    """Copy the gradebook to `.grading/backups/` and keep the newest copies only.

    The copy is consistent even while other programs have the gradebook open. To go back to it, copy
    it over `gradebook.db` while no program has that open.

    Returns:
        The copy, or None when the gradebook is no SQLite file or does not exist yet.

    Raises:
        BackupError: The copy could not be written.
    """
    url = make_url(folder.api().coursedir.db_url)
    if url.get_backend_name() != "sqlite" or not url.database or not Path(url.database).is_file():
        return None
    backups = folder.root / ".grading" / "backups"
    copy = backups / f"gradebook-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}.db"
    try:
        backups.mkdir(parents=True, exist_ok=True)
        _copy(Path(url.database), copy)
        for old in sorted(backups.glob("gradebook-*.db"))[:-KEPT]:
            old.unlink()
    except (OSError, sqlite3.Error) as error:
        raise BackupError(
            f"成绩册没有备份成，还没有开始写成绩：{error}。请检查 {backups} 能不能写、磁盘满没满。"
        ) from error
    return copy


def _copy(gradebook: Path, copy: Path) -> None:
    unfinished = copy.with_suffix(".part")
    try:
        # grades are no more public in the copy than in the gradebook itself
        mode = gradebook.stat().st_mode & 0o777
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL, mode))
        with (
            contextlib.closing(sqlite3.connect(gradebook, timeout=BUSY_TIMEOUT)) as source,
            contextlib.closing(sqlite3.connect(unfinished)) as target,
        ):
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()  # waits for writers
            source.backup(target)  # would wait for them for ever
        unfinished.rename(copy)
    finally:
        unfinished.unlink(missing_ok=True)
