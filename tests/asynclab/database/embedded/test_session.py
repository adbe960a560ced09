import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from asynclab.database.embedded.errors import MysqlError
from asynclab.database.embedded.session import Session
from asynclab.database.embedded.store import Store


def in_session(work: Callable[[Session], Awaitable[Any]], database: str = "course") -> Any:
    async def main() -> Any:
        session = Session(Store("course"), 7, lambda number, query: None)
        if database:
            await session.use(database)
        try:
            return await work(session)
        finally:
            await session.close()

    return asyncio.run(main())


def answers(*statements: str, database: str = "course") -> list[Any]:
    """The rows of each statement, or how many rows it changed."""

    async def work(session: Session) -> list[Any]:
        given = [await session.execute(statement) for statement in statements]
        return [list(each.rows) if each.columns else each.affected for each in given]

    return list(in_session(work, database))


TABLE = "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, a INT UNIQUE)"


def test_without_a_database() -> None:
    assert answers("SELECT 1 + 1", database="") == [[(2,)]]
    with pytest.raises(MysqlError, match="No database selected") as error:
        answers("SELECT * FROM t", database="")
    assert error.value.code == 1046


def test_databases_come_and_go() -> None:
    names = ("CREATE DATABASE other", "USE other", TABLE, "SHOW TABLES", "SELECT DATABASE()")
    assert answers(*names, "DROP DATABASE other")[3:] == [[("t",)], [("other",)], 1]
    with pytest.raises(MysqlError, match="Can't create database 'course'; database exists"):
        answers("CREATE DATABASE course")
    with pytest.raises(MysqlError, match="Can't drop database 'other'"):
        answers("DROP DATABASE other")
    there = "CREATE DATABASE IF NOT EXISTS course"
    assert answers(there, "SHOW WARNINGS") == [
        0,
        [("Note", 1007, "Can't create database 'course'; database exists")],
    ]


def test_what_is_told_of_the_last_statement() -> None:
    statements = (TABLE, "INSERT INTO t (a) VALUES (5), (6)", "SELECT LAST_INSERT_ID()")
    assert answers(*statements)[1:] == [2, [(1,)]]
    assert answers("SELECT CONNECTION_ID(), ROW_COUNT()") == [[(7, 0)]]


def test_rows_that_take_anothers_place_count_twice() -> None:
    assert answers(
        TABLE,
        "INSERT INTO t VALUES (1, 5)",
        "INSERT INTO t (a) VALUES (5) ON DUPLICATE KEY UPDATE a = VALUES(a) + 1",
        "REPLACE INTO t VALUES (1, 7), (2, 8)",
        "INSERT IGNORE INTO t VALUES (1, 9)",
        "SELECT * FROM t",
    )[1:] == [1, 2, 3, 0, [(1, 7), (2, 8)]]


def test_savepoints() -> None:
    assert answers(
        TABLE,
        "BEGIN",
        "INSERT INTO t (a) VALUES (1)",
        "SAVEPOINT here",
        "INSERT INTO t (a) VALUES (2)",
        "ROLLBACK TO SAVEPOINT here",
        "COMMIT",
        "SELECT a FROM t",
    )[-1] == [(1,)]
    with pytest.raises(MysqlError, match="SAVEPOINT there does not exist"):
        answers("BEGIN", "ROLLBACK TO SAVEPOINT there")


def test_truncate_begins_counting_anew() -> None:
    insert = "INSERT INTO t (a) VALUES (1)"
    assert answers(TABLE, insert, "TRUNCATE TABLE t", insert, "SELECT id FROM t")[-1] == [(1,)]


def test_describing_a_table() -> None:
    assert (
        answers(TABLE, "DESCRIBE t", "SHOW COLUMNS FROM t")[1:]
        == [
            [
                ("id", "int(11)", "NO", "PRI", None, "auto_increment"),
                ("a", "int(11)", "YES", "UNI", None, ""),
            ]
        ]
        * 2
    )


@pytest.mark.parametrize(
    ("statement", "code"),
    [("SHOW ENGINES", 1235), ("DESCRIBE nothing", 1146), ("SELECT @@nothing", 1193)],
)
def test_errors(statement: str, code: int) -> None:
    with pytest.raises(MysqlError) as error:
        answers(statement)
    assert error.value.code == code


def test_a_check_is_named() -> None:
    named = r"CONSTRAINT `t.a` failed for `course`.`t`"
    with pytest.raises(MysqlError, match=named) as error:
        answers("CREATE TABLE t (a INT CHECK (a > 0))", "INSERT INTO t VALUES (0)")
    assert error.value.code == 4025


def test_foreign_keys() -> None:
    tables = (TABLE, "CREATE TABLE u (t INT, FOREIGN KEY (t) REFERENCES t (id))")
    filled = ("INSERT INTO t (a) VALUES (1)", "INSERT INTO u VALUES (1)")
    for statement, code in (("INSERT INTO u VALUES (2)", 1452), ("DELETE FROM t", 1451)):
        with pytest.raises(MysqlError) as error:
            answers(*tables, *filled, statement)
        assert error.value.code == code
