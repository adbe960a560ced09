import sqlite3
from collections.abc import Iterator

import pytest
from mysql_mimic.types import ColumnType

from asynclab.database.embedded.columns import declared, result_columns
from asynclab.database.embedded.statements import parse
from asynclab.database.embedded.translate import translate


@pytest.fixture
def sqlite() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (i int(11), d decimal(8, 2), f double, s varchar(9), x)")
    connection.execute("INSERT INTO t VALUES (7, 19.9, 0.5, '甲', NULL), (8, 1, 1.5, '乙', 3)")
    connection.execute("CREATE TABLE u (i int(11), n int(11))")
    yield connection
    connection.close()


def result(sqlite: sqlite3.Connection, statement: str) -> list[tuple[str, str, list[object]]]:
    tree = parse(statement)
    cursor = sqlite.execute(translate(tree, "course", str))
    rows, columns = result_columns(statement, tree, cursor, cursor.fetchall())
    return [
        (column.name, ColumnType(column.type).name, [row[i] for row in rows])
        for i, column in enumerate(columns)
    ]


@pytest.mark.parametrize(
    ("expression", "name", "kind", "values"),
    [
        ("i", "i", "LONGLONG", [7, 8]),
        ("t.i AS n", "n", "LONGLONG", [7, 8]),
        ("d", "d", "NEWDECIMAL", ["19.90", "1.00"]),
        ("i + 1", "i + 1", "LONGLONG", [8, 9]),
        ("d*2", "d*2", "NEWDECIMAL", ["39.80", "2.00"]),
        ("d + i", "d + i", "NEWDECIMAL", ["26.90", "9.00"]),
        ("(i)/2", "(i)/2", "NEWDECIMAL", ["3.5000", "4.0000"]),
        ("f", "f", "DOUBLE", [0.5, 1.5]),
        ("s", "s", "VAR_STRING", ["甲", "乙"]),
        ("'x'", "x", "VAR_STRING", ["x", "x"]),
        ("1.50", "1.50", "NEWDECIMAL", ["1.50", "1.50"]),
        ("-1e3", "-1e3", "DOUBLE", [-1000.0, -1000.0]),
        ("i > 7", "i > 7", "LONGLONG", [0, 1]),
        ("nullif(i, 7)", "nullif(i, 7)", "LONGLONG", [None, 8]),
    ],
)
def test_names_and_types(
    expression: str, name: str, kind: str, values: list[object], sqlite: sqlite3.Connection
) -> None:
    assert result(sqlite, f"SELECT {expression} FROM t") == [(name, kind, values)]


@pytest.mark.parametrize(
    ("expression", "kind", "value"),
    [
        ("sum(i)", "NEWDECIMAL", "15"),
        ("avg( i )", "NEWDECIMAL", "7.5000"),
        ("sum(d)", "NEWDECIMAL", "20.90"),
        ("sum(f)", "DOUBLE", 2.0),
        ("count(*)", "LONGLONG", 2),
        ("max(s)", "VAR_STRING", "甲"),
        ("min(d)", "NEWDECIMAL", "1.00"),
    ],
)
def test_aggregates(expression: str, kind: str, value: object, sqlite: sqlite3.Connection) -> None:
    assert result(sqlite, f"SELECT {expression} FROM t") == [(expression, kind, [value])]


def test_all_columns_of_some_tables(sqlite: sqlite3.Connection) -> None:
    names = ["i", "d", "f", "s", "x"]
    assert [name for name, *_ in result(sqlite, "SELECT * FROM t")] == names
    joined = result(sqlite, "SELECT u.n, t.* FROM t JOIN u ON u.i = t.i")
    assert [name for name, *_ in joined] == ["n", *names]
    assert joined[2][1] == "NEWDECIMAL"


def test_several_expressions(sqlite: sqlite3.Connection) -> None:
    names = [name for name, *_ in result(sqlite, "SELECT DISTINCT if(i, 1, 2), abs( i ) FROM u")]
    assert names == ["if(i, 1, 2)", "abs( i )"]


def test_what_is_not_understood_keeps_sqlites_names(sqlite: sqlite3.Connection) -> None:
    assert result(sqlite, "SELECT 1 UNION SELECT 2")[0][0] == "1"
    assert result(sqlite, "SELECT * FROM (SELECT 1 AS q) z") == [("q", "LONGLONG", [1])]


@pytest.mark.parametrize(
    ("type_", "name", "scale"),
    [
        ("int(11)", "LONGLONG", 0),
        ("INTEGER", "LONGLONG", 0),
        ("bigint unsigned", "LONGLONG", 0),
        ("decimal", "NEWDECIMAL", 0),
        ("numeric(5, 1)", "NEWDECIMAL", 1),
        ("datetime", "DATETIME", 0),
        ("date", "DATE", 0),
        ("time", "TIME", 0),
        ("mediumblob", "BLOB", 0),
        ("", "VAR_STRING", 0),
    ],
)
def test_declared_types(type_: str, name: str, scale: int) -> None:
    assert (declared(type_).name, declared(type_).scale) == (name, scale)
