import sqlite3
from contextlib import closing

import pytest

from asynclab.database.embedded.errors import MysqlError
from asynclab.database.embedded.statements import parse
from asynclab.database.embedded.translate import translate


def sqlite(statement: str) -> str:
    return translate(parse(statement), "course", lambda name: f"@{name}")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT a FROM course.t FOR UPDATE", "SELECT `a` FROM `t`"),
        ('SELECT "a" FROM `order`', "SELECT 'a' FROM `order`"),
        ("SELECT DATABASE(), VERSION()", "SELECT mysql_database(), mysql_version()"),
        ("SELECT LENGTH(a), CHAR_LENGTH(a)", "SELECT mysql_length(`a`), LENGTH(`a`)"),
        ("SELECT @@version", "SELECT '@version'"),
        ("SELECT 'a\\0b'", "SELECT CAST(X'610062' AS TEXT)"),
        ("TRUNCATE TABLE t", "DELETE FROM `t`"),
        ("REPLACE INTO t VALUES ('INSERT')", "INSERT OR REPLACE INTO `t` VALUES ('INSERT')"),
        (
            "UPDATE t SET a = a + 1, b = 2 WHERE c = 3 OR d = 4",
            "UPDATE `t` SET `a` = `a` + 1, `b` = 2 WHERE (`c` = 3 OR `d` = 4) "
            "AND (NOT `a` IS (`a` + 1) OR NOT `b` IS (2))",
        ),
        (
            "DELETE FROM t WHERE a = 1 ORDER BY b DESC LIMIT 2",
            "DELETE FROM `t` WHERE `rowid` IN "
            "(SELECT `rowid` FROM `t` WHERE `a` = 1 ORDER BY `b` DESC LIMIT 2)",
        ),
        (
            "INSERT INTO t (a, b) VALUES (1, 2) ON DUPLICATE KEY UPDATE b = b + VALUES(b)",
            "INSERT INTO `t` (`a`, `b`) VALUES (1, 2) "
            "ON CONFLICT DO UPDATE SET `b` = `b` + `excluded`.`b`",
        ),
    ],
)
def test_in_sqlites_words(statement: str, expected: str) -> None:
    assert sqlite(statement) == expected


def test_an_unknown_name_is_never_taken_for_a_text() -> None:
    unknown = pytest.raises(sqlite3.OperationalError, match="no such column: a")
    with closing(sqlite3.connect(":memory:")) as connection, unknown:
        connection.execute(sqlite("SELECT `a`"))


def test_only_the_current_database() -> None:
    with pytest.raises(MysqlError, match="USE other"):
        sqlite("SELECT * FROM other.t")


def test_the_statement_is_not_changed() -> None:
    tree = parse("UPDATE course.t SET a = 1 LIMIT 1")
    before = tree.sql("mysql")
    translate(tree, "course", str)
    assert tree.sql("mysql") == before
