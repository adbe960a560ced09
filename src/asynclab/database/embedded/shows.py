"""SHOW and DESCRIBE."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from asynclab.database.embedded.errors import NOT_SUPPORTED, MysqlError

Table = tuple[list[Sequence[Any]], list[str]]

_SYSTEM = ("information_schema", "mysql", "performance_schema", "sys")
_COLUMNS = ["Field", "Type", "Null", "Key", "Default", "Extra"]


def show(
    what: str,
    *,
    databases: Iterable[str],
    warnings: Sequence[tuple[str, int, str]],
    database: str | None,
    connection: sqlite3.Connection | None,
) -> Table:
    """The answer to `SHOW what`.

    Raises:
        MysqlError: 1235, the embedded server does not show this.
    """
    words = what.lower().rstrip(";").split()
    if words[:1] == ["warnings"]:
        return list(warnings), ["Level", "Code", "Message"]
    if words[:1] in (["databases"], ["schemas"]):
        return [(name,) for name in sorted([*databases, *_SYSTEM])], ["Database"]
    if connection is not None and words[:1] == ["tables"]:
        names = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' "
            "AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
        return [*names], [f"Tables_in_{database}"]
    if connection is not None and words[:2] in (["columns", "from"], ["fields", "from"]):
        return describe(words[2].strip("`"), connection)
    if words[:1] in (["status"], ["variables"]) or words[1:2] in (["status"], ["variables"]):
        return [], ["Variable_name", "Value"]
    raise MysqlError(
        NOT_SUPPORTED,
        f"This version of MySQL doesn't yet support 'SHOW {what}'（内置的数据库没有这个语句）",
    )


def describe(table: str, connection: sqlite3.Connection) -> Table:
    """The columns of a table as MySQL describes them.

    Raises:
        sqlite3.OperationalError: there is no such table.
    """
    connection.execute(f'SELECT 1 FROM "{table}" LIMIT 0')
    unique = set(_unique(table, connection))
    rows: list[Sequence[Any]] = []
    for _, name, type_, not_null, default, key in connection.execute(
        "SELECT * FROM pragma_table_info(?)", [table]
    ):
        counts = type_ == "INTEGER"  # only a column that counts is declared so
        kind = "int(11)" if counts else type_.lower().replace(", ", ",")
        marked = "PRI" if key else "UNI" if name in unique else ""
        extra = "auto_increment" if counts else ""
        rows.append((name, kind, "NO" if not_null or key else "YES", marked, default, extra))
    return rows, _COLUMNS


def _unique(table: str, connection: sqlite3.Connection) -> Iterable[str]:
    for name, origin in connection.execute(
        'SELECT name, origin FROM pragma_index_list(?) WHERE "unique"', [table]
    ).fetchall():
        columns = connection.execute("SELECT name FROM pragma_index_info(?)", [name]).fetchall()
        if origin == "u" and len(columns) == 1:
            yield columns[0][0]
