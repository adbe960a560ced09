import pytest

from asynclab.database.embedded.control import Control, control


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("begin", Control("begin")),
        ("START  TRANSACTION\nWITH CONSISTENT SNAPSHOT", Control("begin")),
        ("COMMIT", Control("commit")),
        ("ROLLBACK", Control("rollback")),
        ("ROLLBACK TO a", Control("savepoint")),
        ("RELEASE SAVEPOINT a", Control("savepoint")),
        ("SET AUTOCOMMIT = 0", Control("autocommit", "0")),
        ("SET SESSION autocommit=ON", Control("autocommit", "ON")),
        ("SET innodb_lock_wait_timeout = 3", Control("patience", "3")),
        ("SET NAMES utf8mb4", Control("set")),
        ("USE `other`", Control("use", "other")),
        ("KILL 7", Control("kill", "7")),
        ("KILL CONNECTION 7", Control("kill", "7")),
        ("KILL QUERY 7", Control("kill", "7", query=True)),
        ("DO SLEEP(0.5)", Control("do", "0.5")),
        ("CREATE DATABASE a", Control("databases", "CREATE", "a")),
        ("DROP SCHEMA IF EXISTS a", Control("databases", "DROP", "a", condition=True)),
        ("SHOW TABLES", Control("show", "TABLES")),
        ("DESC accounts", Control("describe", "accounts")),
        ("SELECT 1", None),
        ("CREATE TABLE t (a INT)", None),
        ("EXPLAIN SELECT 1", None),
        ("KILL CONNECTION_ID()", None),
    ],
)
def test_what_is_about_the_session(statement: str, expected: Control | None) -> None:
    assert control(statement) == expected
