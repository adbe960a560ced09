"""What is recorded: rows by content, rows by their bytes, and files."""

import sqlite3
from contextlib import closing
from typing import Any

from nbgrader.api import Gradebook

from examroom import CourseFolder


def contents(folder: CourseFolder) -> list[dict[str, Any]]:
    """All that the gradebook says about students and submissions, without its random ids."""
    rows: list[Any] = []
    api = folder.api()
    with Gradebook(api.coursedir.db_url, api.course_id) as gradebook:
        for student in gradebook.students:
            rows.append(student)
            for submission in student.submissions:
                rows.append(submission)
                for notebook in submission.notebooks:
                    rows += [notebook, *notebook.grades, *notebook.comments]
        more = ("late_submission_penalty", "extension", "comment", "score")
        found = [
            {**row.to_dict(), **{name: getattr(row, name, None) for name in more}} for row in rows
        ]
    nameless = [
        {key: value for key, value in row.items() if key != "id" or len(value) < 32}
        for row in found
    ]
    return sorted(nameless, key=str)


def tables(folder: CourseFolder) -> dict[str, list[Any]]:
    """Every row of every table as it is stored."""
    with closing(sqlite3.connect(folder.root / "gradebook.db")) as database:
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: database.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall()
            for (name,) in names
        }


def files(folder: CourseFolder, student: str) -> dict[str, tuple[int, bytes]]:
    """Mode and content of everything that grading wrote for a student, by path."""
    top = folder.root / "autograded" / student
    return {
        str(path.relative_to(top)): (
            path.stat().st_mode & 0o7777,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in top.rglob("*")
    }
