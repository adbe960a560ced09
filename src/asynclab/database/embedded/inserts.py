"""What MySQL tells of a row that was inserted, and of one that could not be."""

import re
import sqlite3

from sqlglot import exp

from asynclab.database.embedded.errors import (
    CHECK_FAILED,
    DUPLICATE,
    NO_DEFAULT,
    PARENT_ROW,
    MysqlError,
    translated,
)
from asynclab.database.embedded.view import View


def table_of(change: exp.Expr) -> str:
    """Name of the table that a statement changes."""
    table = change.find(exp.Table)
    return "" if table is None else table.name


def size(view: View, table: str) -> int:
    """How many rows a table has."""
    return int(view.sqlite.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])


def continue_ids(view: View, table: str) -> None:
    """Let the next id follow the last that was given out, even to a row that is not there."""
    last = view.image.last_ids.get(table)
    if last is None or not _counts(view, table):
        return
    changed = view.sqlite.execute(
        "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", [last, table]
    )
    if not changed.rowcount:
        view.sqlite.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", [table, last])


def first_id(view: View, insert: exp.Insert, rows: int) -> int:
    """The id of the first row that was just inserted; 0 where ids do not count by themselves."""
    table = table_of(insert)
    if not rows or not _counts(view, table):
        return 0
    last = int(view.sqlite.execute("SELECT last_insert_rowid()").fetchone()[0])
    view.image.last_ids[table] = max(last, view.image.last_ids.get(table, 0))
    return last - rows + 1


def refused(error: sqlite3.Error, view: View, insert: exp.Expr) -> MysqlError:
    """MySQL's error for a row that could not be inserted or changed."""
    said = str(error)
    table, named = table_of(insert), _named(insert)
    if match := re.fullmatch(r"NOT NULL constraint failed: .+\.(.+)", said):
        if named and match[1] not in named:
            return MysqlError(NO_DEFAULT, f"Field '{match[1]}' doesn't have a default value")
    elif match := re.fullmatch(r"UNIQUE constraint failed: (.+)", said):
        columns = [each.rpartition(".")[2] for each in match[1].split(", ")]
        info = view.sqlite.execute("SELECT name FROM pragma_table_info(?) WHERE pk", [table])
        is_key = {name for (name,) in info} == set(columns)
        if not is_key:
            _use_up_ids(view, table, insert)
        value = "-".join(_duplicate(view, table, columns, insert))
        key = "PRIMARY" if is_key else columns[0]
        return MysqlError(DUPLICATE, f"Duplicate entry '{value}' for key '{key}'")
    elif match := re.fullmatch(r"CHECK constraint failed: (.+)", said):
        where = f"`{view.image.name}`.`{table}`"
        return MysqlError(CHECK_FAILED, f"CONSTRAINT `{match[1]}` failed for {where}")
    elif said.startswith("FOREIGN KEY") and isinstance(insert, exp.Delete):
        return MysqlError(
            PARENT_ROW, "Cannot delete or update a parent row: a foreign key constraint fails"
        )
    return translated(error, view.image.name)


def _use_up_ids(view: View, table: str, insert: exp.Expr) -> None:
    """Rows that could not be inserted have had their ids all the same."""
    values = insert.find(exp.Values)
    if values is not None and isinstance(insert, exp.Insert) and _counts(view, table):
        last = view.sqlite.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", [table])
        used = max([view.image.last_ids.get(table, 0), *(seq for (seq,) in last)])
        view.image.last_ids[table] = used + len(values.expressions)


def _counts(view: View, table: str) -> bool:
    return bool(
        view.sqlite.execute(
            "SELECT 1 FROM pragma_table_info(?) WHERE pk AND type = 'INTEGER'", [table]
        ).fetchone()
    )


def _named(insert: exp.Expr) -> list[str]:
    """The columns that an INSERT names."""
    schema = insert.this
    return [each.name for each in schema.expressions] if isinstance(schema, exp.Schema) else []


def _duplicate(view: View, table: str, columns: list[str], insert: exp.Expr) -> tuple[str, ...]:
    """The values of the first row that is there already."""
    values = insert.find(exp.Values)
    info = view.sqlite.execute("SELECT name FROM pragma_table_info(?)", [table]).fetchall()
    named = _named(insert) or [name for (name,) in info]
    if values is None or not set(columns) <= set(named):
        return ("?",)
    seen: set[tuple[str, ...]] = set()
    where = " AND ".join(f'"{column}" = ?' for column in columns)
    for row in values.expressions:
        found = tuple(row.expressions[named.index(column)].name for column in columns)
        there = view.sqlite.execute(f'SELECT 1 FROM "{table}" WHERE {where}', found).fetchone()
        if there or found in seen:
            return found
        seen.add(found)
    return ("?",)
