import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from examroom import CourseFolder
from examroom.bookkeeping import backup
from examroom.errors import BackupError


@pytest.fixture
def folder(tiny: CourseFolder) -> CourseFolder:
    """A course whose gradebook is a small database of one table."""
    with closing(sqlite3.connect(tiny.root / "gradebook.db")) as database:
        database.execute("CREATE TABLE marks (mark)")
        database.execute("INSERT INTO marks VALUES (1)")
        database.commit()
    return tiny


def marks(path: Path | None) -> list[int]:
    assert path is not None
    with closing(sqlite3.connect(path)) as database:
        return [mark for (mark,) in database.execute("SELECT mark FROM marks")]


def test_the_copy_holds_what_is_in_the_gradebook(folder: CourseFolder) -> None:
    copy = backup(folder)
    assert marks(copy) == [1]
    assert copy is not None
    assert copy.parent == folder.root / ".grading" / "backups"


def test_what_another_program_has_not_finished_writing_is_not_in_the_copy(
    folder: CourseFolder,
) -> None:
    with closing(sqlite3.connect(folder.root / "gradebook.db")) as other:
        other.execute("INSERT INTO marks VALUES (2)")
        assert marks(backup(folder)) == [1]
        other.commit()
    assert marks(backup(folder)) == [1, 2]


def test_the_newest_five_are_kept(folder: CourseFolder) -> None:
    copies = [backup(folder) for _ in range(7)]
    assert copies[0] is not None
    assert sorted(copies[0].parent.iterdir()) == copies[2:]


def test_a_gradebook_for_one_pair_of_eyes_has_such_copies(folder: CourseFolder) -> None:
    (folder.root / "gradebook.db").chmod(0o600)
    copy = backup(folder)
    assert copy is not None
    assert copy.stat().st_mode & 0o777 == 0o600


def test_a_server_has_backups_of_its_own(folder: CourseFolder) -> None:
    folder.config.CourseDirectory.db_url = "postgresql://localhost/grades"
    assert backup(folder) is None


def test_a_gradebook_that_does_not_exist_yet_needs_no_backup(tiny: CourseFolder) -> None:
    assert backup(tiny) is None
    assert not (tiny.root / ".grading").exists()


def test_where_no_backup_can_be_written_the_error_says_where(folder: CourseFolder) -> None:
    (folder.root / ".grading").touch()
    with pytest.raises(BackupError, match="backups"):
        backup(folder)


def test_what_is_no_database_is_an_error(folder: CourseFolder) -> None:
    (folder.root / "gradebook.db").write_bytes(b"not a database" * 100)
    with pytest.raises(BackupError, match="没有备份成"):
        backup(folder)
    assert list((folder.root / ".grading" / "backups").iterdir()) == []
