import sqlite3

import pytest

from asynclab.database.embedded.errors import syntax_error, translated


@pytest.mark.parametrize(
    ("said", "code", "text"),
    [
        ("no such table: main.a", 1146, "Table 'course.a' doesn't exist"),
        ("table `a` already exists", 1050, "Table 'a' already exists"),
        ("no such column: a.b", 1054, "Unknown column 'a.b' in 'field list'"),
        ("table t has no column named a", 1054, "Unknown column 'a' in 'field list'"),
        ("NOT NULL constraint failed: t.a", 1048, "Column 'a' cannot be null"),
        ("FOREIGN KEY constraint failed", 1452, "Cannot add or update a child row"),
        ("1 values for 2 columns", 1136, "Column count doesn't match value count at row 1"),
        ("table t has 2 columns but 1 values were supplied", 1136, "Column count"),
        ("no such function: f", 1305, "FUNCTION course.f does not exist"),
        ("interrupted", 1317, "Query execution was interrupted"),
        ('near "FORM": syntax error', 1064, "near 'FORM' at line 1"),
        ("something else", 1105, "something else"),
    ],
)
def test_what_sqlite_says_in_mysqls_words(said: str, code: int, text: str) -> None:
    error = translated(sqlite3.OperationalError(said), "course")
    assert error.code == code
    assert text in error.msg


def test_a_syntax_error_shows_where_it_begins() -> None:
    assert syntax_error("x" * 200, 3).msg.endswith(f"near '{'x' * 80}' at line 3")
