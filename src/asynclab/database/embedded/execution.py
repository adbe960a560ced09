"""What one statement does to a session's copy of the database."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mysql_mimic.results import ResultColumn  # type: ignore[import-untyped]
from mysql_mimic.types import ColumnType  # type: ignore[import-untyped]
from sqlglot import exp

from asynclab.database.embedded import inserts
from asynclab.database.embedded.columns import result_columns
from asynclab.database.embedded.errors import TABLE_EXISTS, UNKNOWN_TABLE, MysqlError, translated
from asynclab.database.embedded.translate import translate
from asynclab.database.embedded.view import View

DEFINITIONS = exp.Create | exp.Drop | exp.Alter | exp.TruncateTable
Warnings = list[tuple[str, int, str]]


@dataclass
class Answer:
    """What a statement gives: rows with their columns, or how many rows it changed."""

    rows: Sequence[Sequence[Any]] = ()
    columns: Sequence[ResultColumn] = ()
    affected: int = 0
    last_id: int = 0
    warnings: int = 0

    @classmethod
    def table(cls, rows: Sequence[Sequence[Any]], names: Sequence[str]) -> "Answer":
        """Rows of texts."""
        columns = [ResultColumn(name, ColumnType.VAR_STRING) for name in names]
        return cls(rows, columns, len(rows))


async def run(statement: str, tree: exp.Expr, view: View, variable: Callable[[str], Any]) -> Answer:
    """Read or change rows; the view is ready for it.

    Args:
        statement: its text, which names the columns of a result.
        tree: the same as a tree.
        view: the session's copy.
        variable: value of a variable of the server's.

    Raises:
        MysqlError: it cannot be done; nothing has been changed then.
    """
    text = translate(tree, view.image.name, variable)
    await asyncio.sleep(_seconds(tree))
    try:
        if isinstance(tree, exp.Insert):
            return _insert(text, tree, view)
        cursor = view.sqlite.execute(text)
        if cursor.description is None:
            return Answer(affected=max(cursor.rowcount, 0))
        rows, columns = result_columns(statement, tree, cursor, cursor.fetchall())
        return Answer(rows, columns, len(rows))
    except sqlite3.Error as error:
        raise inserts.refused(error, view, tree) from error


def _insert(text: str, tree: exp.Insert, view: View) -> Answer:
    table = inserts.table_of(tree)
    inserts.continue_ids(view, table)
    replaces = bool(tree.args.get("conflict") or tree.args.get("replace"))
    before = inserts.size(view, table) if replaces else 0
    changed = view.sqlite.execute(text).rowcount
    last_id = inserts.first_id(view, tree, changed)
    if replaces:  # a row that took another's place counts twice
        changed = 2 * changed - (inserts.size(view, table) - before)
    return Answer(affected=changed, last_id=last_id)


def define(tree: exp.Expr, view: View, variable: Callable[[str], Any]) -> Warnings:
    """CREATE, DROP, ALTER or TRUNCATE; the view is ready for it.

    Returns:
        What was not done, since it was so already.

    Raises:
        MysqlError: it cannot be done.
    """
    warnings: Warnings = []
    for part in _parts(tree):
        table = inserts.table_of(part)
        there = view.sqlite.execute(
            "SELECT 1 FROM sqlite_schema WHERE name = ? COLLATE NOCASE", [table]
        ).fetchone()
        if isinstance(part, exp.Drop) and part.args.get("kind") == "TABLE" and not there:
            unknown = f"Unknown table '{view.image.name}.{table}'"
            if not part.args.get("exists"):
                raise MysqlError(UNKNOWN_TABLE, unknown)
            warnings.append(("Note", UNKNOWN_TABLE, unknown))
        if isinstance(part, exp.Create) and part.args.get("exists") and there:
            warnings.append(("Note", TABLE_EXISTS, f"Table '{table}' already exists"))
        try:
            view.sqlite.execute(translate(part, view.image.name, variable))
            if isinstance(part, exp.Drop | exp.TruncateTable):
                view.image.last_ids.pop(table, None)
                view.sqlite.execute("DELETE FROM sqlite_sequence WHERE name = ?", [table])
        except sqlite3.Error as error:
            raise translated(error, view.image.name) from error
    return warnings


def _parts(tree: exp.Expr) -> Iterator[exp.Expr]:
    """DROP TABLE a, b is two statements for SQLite."""
    tables = tree.args.get("tables") if isinstance(tree, exp.Drop) else None
    if not tables:
        yield tree
        return
    for table in tables:
        part = tree.copy()
        part.set("tables", [table.copy()])
        yield part


def _seconds(tree: exp.Expr) -> float:
    """How long its calls of SLEEP take."""
    return sum(
        float(call.expressions[0].name)
        for call in tree.find_all(exp.Anonymous)
        if call.name.upper() == "SLEEP"
        and len(call.expressions) == 1
        and isinstance(call.expressions[0], exp.Literal)
    )
