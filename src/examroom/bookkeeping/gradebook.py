"""nbgrader's gradebook, opened once for a whole run and written in one transaction a submission."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nbgrader.api import Comment, Grade, Gradebook, SubmittedAssignment
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from examroom.errors import GradebookBusyError

BUSY_TIMEOUT = 30.0
"""Seconds to wait for another process, such as Formgrader, that is writing the gradebook."""


class _Postponing(Session):
    """A session in which nbgrader's many commits wait for the end of the submission."""

    def commit(self) -> None:
        """Nothing yet: the next query, or `keep`, writes what has changed."""

    def keep(self) -> None:
        """Commit."""
        super().commit()


class RunGradebook(Gradebook):  # type: ignore[misc]
    """nbgrader's Gradebook with its own objects and queries, held open in one session.

    For one submission nbgrader opens the gradebook 7 times and commits 26 times, and it finds each
    cell's grade and comment by a query over seven tables.
    """

    db: scoped_session[_Postponing]

    def __init__(self, db_url: str, course_id: str) -> None:
        url = make_url(db_url)
        self._sqlite = url.get_backend_name() == "sqlite"
        if self._sqlite:
            url = url.update_query_dict({"timeout": str(BUSY_TIMEOUT)})
        self._rows: dict[tuple[type, str, str, str, str], Any] = {}
        with _waiting_for_others():
            super().__init__(url, course_id)
        self.db.remove()
        self.db = scoped_session(sessionmaker(class_=_Postponing, bind=self.engine))

    def close(self) -> None:
        """Stay open: nbgrader's preprocessors close what they opened. `shut` closes."""

    def shut(self) -> None:
        """Close the connection, at the end of the run."""
        super().close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is done inside reaches the database with `keep`, or not at all.

        Raises GradebookBusyError when another process keeps the gradebook locked.
        """
        with _waiting_for_others():
            try:
                if self._sqlite:  # lock before reading: what is read here stays true until `keep`
                    self.db.execute(text("BEGIN IMMEDIATE"))
                yield
            except BaseException:
                self.db().invalidate()  # after a commit that failed, SQLAlchemy would keep the lock
                raise
            finally:
                self.db.remove()
                self._rows = {}

    def keep(self) -> None:
        """Commit the transaction."""
        self.db().keep()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Look something up outside a transaction; rows that were read are forgotten."""
        try:
            yield
        finally:
            self.db.remove()

    def expect(self, submission: SubmittedAssignment) -> None:
        """Have this submission's rows ready for `find_grade` and `find_comment`.

        They are forgotten with the transaction.
        """
        names = (submission.assignment.name, submission.student.id)
        for notebook in submission.notebooks:
            known = notebook.notebook
            for kind, rows, cells in (
                (Grade, notebook.grades, known.grade_cells),
                (Comment, notebook.comments, known.solution_cells),
            ):
                of_cell = {row.cell_id: row for row in rows}
                for cell in (*cells, *known.task_cells):  # nbgrader, too, looks at tasks last
                    if cell.id in of_cell:
                        key = (kind, cell.name, known.name, *names)
                        self._rows.setdefault(key, of_cell[cell.id])

    def find_grade(self, grade_cell: str, notebook: str, assignment: str, student: str) -> Grade:
        """nbgrader's `find_grade`, answered without a query if `expect` has read the row."""
        names = (grade_cell, notebook, assignment, student)
        return self._rows.get((Grade, *names)) or super().find_grade(*names)

    def find_comment(
        self, solution_cell: str, notebook: str, assignment: str, student: str
    ) -> Comment:
        """nbgrader's `find_comment`, answered without a query if `expect` has read the row."""
        names = (solution_cell, notebook, assignment, student)
        return self._rows.get((Comment, *names)) or super().find_comment(*names)


@contextmanager
def _waiting_for_others() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        raise GradebookBusyError(
            f"成绩册被别的程序占用，等了 {BUSY_TIMEOUT:g} 秒还不能写："
            "请等 Formgrader 或别的 nbgrader 命令写完（或关掉它们）再运行一次，已批改的不会丢。"
        ) from error
