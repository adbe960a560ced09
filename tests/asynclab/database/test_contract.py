"""What both servers promise, seen through aiomysql."""

import asyncio
import datetime
from decimal import Decimal
from typing import Any

import aiomysql
import pymysql
import pytest

from asynclab.database import Database
from tests.asynclab.database.conftest import (
    account,
    connected,
    done,
    pooled,
    refused,
    rows,
    until,
)

ACCOUNTS = """
CREATE TABLE accounts (
    id INT AUTO_INCREMENT PRIMARY KEY,
    owner VARCHAR(20) NOT NULL UNIQUE,
    balance INT NOT NULL
)
"""
PAY = "UPDATE accounts SET balance = balance + %s WHERE owner = %s"


@pytest.fixture
def bank(database: Database) -> Database:
    """Two accounts."""

    async def fill() -> None:
        async with connected(database, autocommit=True) as connection:
            await done(connection, ACCOUNTS)
            async with connection.cursor() as cursor:
                sql = "INSERT INTO accounts (owner, balance) VALUES (%s, %s)"
                await cursor.executemany(sql, [("甲", 100), ("乙", 50)])

    asyncio.run(fill())
    return database


async def balances(connection: aiomysql.Connection) -> dict[str, int]:
    return dict(await rows(connection, "SELECT owner, balance FROM accounts ORDER BY id"))


# Connecting


def test_it_lets_the_account_in(database: Database) -> None:
    async def main() -> Any:
        async with connected(database) as connection:
            return await rows(connection, "SELECT DATABASE(), 1 + 1, '你好'")

    assert asyncio.run(main()) == [(database.name, 2, "你好")]


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"password": "wrong"}, 1045, "Access denied for user 'student'@'127.0.0.1' "
         "(using password: YES)"),
        ({"password": ""}, 1045, "Access denied for user 'student'@'127.0.0.1' "
         "(using password: NO)"),
        ({"user": "nobody"}, 1045, "Access denied for user 'nobody'@'127.0.0.1' "
         "(using password: YES)"),
        ({"db": "nothere"}, 1049, "Unknown database 'nothere'"),
    ],
)  # fmt: skip
def test_whom_it_refuses(changes: dict[str, Any], code: int, text: str, database: Database) -> None:
    async def main() -> None:
        with pytest.raises(aiomysql.OperationalError) as error:
            await aiomysql.connect(**account(database, **changes))
        assert error.value.args == (code, text)

    asyncio.run(main())


def test_where_nobody_listens_is_2003(database: Database) -> None:
    async def main() -> None:
        with pytest.raises(aiomysql.OperationalError) as error:
            await aiomysql.connect(**account(database, port=1))
        assert error.value.args == (2003, "Can't connect to MySQL server on '127.0.0.1'")

    asyncio.run(main())


def test_pymysql_is_let_in_as_well(bank: Database) -> None:
    connection = pymysql.connect(
        host=bank.host,
        port=bank.port,
        user=bank.user,
        password=bank.password,
        database=bank.name,
    )
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT owner FROM accounts WHERE balance > %s", [60])
        assert cursor.fetchall() == (("甲",),)


def test_a_check_looks_for_itself(bank: Database) -> None:
    assert bank.execute("UPDATE accounts SET balance = %s WHERE owner = %s", 7, "甲") == []
    assert bank.execute("SELECT owner, balance FROM accounts ORDER BY id") == [
        ("甲", 7),
        ("乙", 50),
    ]
    with pytest.raises(pymysql.ProgrammingError):
        bank.execute("SELECT * FROM nothing")


def test_a_hundred_connections_and_no_more(server: Database) -> None:
    async def main() -> Any:
        held: list[aiomysql.Connection] = []
        try:
            while len(held) < 200:
                held.append(await aiomysql.connect(**account(server)))
        except aiomysql.OperationalError as error:
            return error.args[0], len(held)
        finally:
            for connection in held:
                connection.close()

    code, count = asyncio.run(main())
    assert code == 1040
    assert count <= 101  # MariaDB keeps a place for somebody who may do everything


# Statements


def test_a_table_is_created_filled_and_read(database: Database) -> None:
    async def main() -> None:
        async with connected(database) as connection, connection.cursor() as cursor:
            assert await cursor.execute(ACCOUNTS) == 0
            sql = "INSERT INTO accounts (owner, balance) VALUES (%s, %s)"
            assert await cursor.executemany(sql, [("甲", 100), ("O'Brien", 50)]) == 2
            assert cursor.lastrowid == 1  # of the first row
            assert await cursor.execute(sql, ("雪人☃😀", 0)) == 1
            assert (cursor.rowcount, cursor.lastrowid) == (1, 3)
            assert await cursor.execute("SELECT * FROM accounts ORDER BY id") == 3
            assert [name for name, *_ in cursor.description] == ["id", "owner", "balance"]
            assert await cursor.fetchone() == (1, "甲", 100)
            assert list(await cursor.fetchmany(1)) == [(2, "O'Brien", 50)]
            assert list(await cursor.fetchall()) == [(3, "雪人☃😀", 0)]
            assert await cursor.fetchone() is None

    asyncio.run(main())


def test_rows_as_dictionaries(bank: Database) -> None:
    async def main() -> Any:
        async with connected(bank) as connection, connection.cursor(aiomysql.DictCursor) as cursor:
            await cursor.execute("SELECT owner, balance AS b, count(*) FROM accounts GROUP BY id")
            return await cursor.fetchall()

    assert asyncio.run(main()) == [
        {"owner": "甲", "b": 100, "count(*)": 1},
        {"owner": "乙", "b": 50, "count(*)": 1},
    ]


def test_rows_one_by_one(bank: Database) -> None:
    async def main() -> Any:
        async with connected(bank) as connection, connection.cursor(aiomysql.SSCursor) as cursor:
            await cursor.execute("SELECT owner FROM accounts ORDER BY id")
            return [row async for row in cursor]

    assert asyncio.run(main()) == [("甲",), ("乙",)]


def test_only_rows_that_change_are_affected(bank: Database) -> None:
    async def main() -> Any:
        async with connected(bank) as connection:
            return [
                await done(connection, "UPDATE accounts SET balance = 100"),
                await done(connection, "UPDATE accounts SET balance = 100"),
                await done(connection, "DELETE FROM accounts WHERE owner = '丁'"),
                await done(connection, "DELETE FROM accounts"),
            ]

    assert asyncio.run(main()) == [1, 0, 0, 2]


def test_values_have_the_types_that_mysql_gives_them(database: Database) -> None:
    async def main() -> Any:
        async with connected(database) as connection:
            await done(
                connection,
                "CREATE TABLE t (i INT, price DECIMAL(8, 2), f DOUBLE, day DATE, at DATETIME, "
                "text TEXT, raw BLOB, yes BOOLEAN)",
            )
            at = datetime.datetime(2024, 2, 29, 12, 30)
            values = (7, Decimal("19.90"), 0.5, at.date(), at, "字")
            # aiomysql 0.3 cannot pass bytes to PyMySQL 1.2
            sql = "INSERT INTO t VALUES (%s, %s, %s, %s, %s, %s, x'00ff', TRUE)"
            await done(connection, sql, *values)
            assert await rows(connection, "SELECT * FROM t") == [(*values, b"\x00\xff", 1)]
            await done(connection, "INSERT INTO t (i) VALUES (8)")
            return await rows(connection, "SELECT sum(i), avg(i), i / 2, sum(price), 1.5 FROM t")

    expected = [Decimal("15"), Decimal("7.5000"), Decimal("3.5000"), Decimal("19.90")]
    assert asyncio.run(main()) == [(*expected, Decimal("1.5"))]


@pytest.mark.parametrize(
    ("sql", "kind", "code"),
    [
        ("INSERT INTO accounts (owner, balance) VALUES ('甲', 1)", aiomysql.IntegrityError, 1062),
        ("INSERT INTO accounts (owner, balance) VALUES (NULL, 1)", aiomysql.IntegrityError, 1048),
        ("INSERT INTO accounts (owner) VALUES ('丙')", aiomysql.OperationalError, 1364),
        ("INSERT INTO accounts VALUES (1)", aiomysql.OperationalError, 1136),
        ("SELECT * FROM nothing", aiomysql.ProgrammingError, 1146),
        ("SELECT nothing FROM accounts", aiomysql.OperationalError, 1054),
        ("SELECT `nothing` FROM accounts", aiomysql.OperationalError, 1054),
        ("SELECT no_such(1)", aiomysql.OperationalError, 1305),
        ("SELEC * FROM accounts", aiomysql.ProgrammingError, 1064),
        ("SELECT * FROM accounts WHERE owner = 'O'Brien'", aiomysql.ProgrammingError, 1064),
        ("CREATE TABLE accounts (a INT)", aiomysql.OperationalError, 1050),
        ("DROP TABLE nothing", aiomysql.OperationalError, 1051),
        ("USE nothing", aiomysql.OperationalError, 1049),
        ("KILL 999999", aiomysql.OperationalError, 1094),
        (";", aiomysql.OperationalError, 1065),
    ],
)
def test_errors_have_mysqls_codes(sql: str, kind: type, code: int, bank: Database) -> None:
    async def main() -> None:
        async with connected(bank) as connection:
            with pytest.raises(kind) as error:
                await done(connection, sql)
            assert error.value.args[0] == code
            assert await rows(connection, "SELECT 1") == [(1,)]  # and the connection lives

    asyncio.run(main())


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ("(NULL, '甲', 1)", "Duplicate entry '甲' for key 'owner'"),
        ("(2, '丙', 1)", "Duplicate entry '2' for key 'PRIMARY'"),
        ("(NULL, '丙', 1), (NULL, '丙', 1)", "Duplicate entry '丙' for key 'owner'"),
    ],
)
def test_a_duplicate_is_named(row: str, text: str, bank: Database) -> None:
    async def main() -> None:
        async with connected(bank, autocommit=True) as connection:
            with pytest.raises(aiomysql.IntegrityError, match=text):
                await done(connection, f"INSERT INTO accounts VALUES {row}")
            assert await balances(connection) == {"甲": 100, "乙": 50}

    asyncio.run(main())


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("DROP TABLE IF EXISTS nothing", "Unknown table 'course.nothing'"),
        ("CREATE TABLE IF NOT EXISTS accounts (a INT)", "Table 'accounts' already exists"),
    ],
)
def test_what_need_not_be_done_is_a_warning(sql: str, text: str, bank: Database) -> None:
    async def main() -> None:
        async with connected(bank) as connection:
            with pytest.warns(aiomysql.Warning, match=text):
                await done(connection, sql)

    asyncio.run(main())


def test_several_statements_at_once(bank: Database) -> None:
    """aiomysql allows it, so that an injection may do anything."""

    async def main() -> Any:
        async with connected(bank, autocommit=True) as connection:
            async with connection.cursor() as cursor:
                await cursor.execute("SELECT 1; DELETE FROM accounts; -- the rest'")
                first = await cursor.fetchall()
            return first, await rows(connection, "SELECT count(*) FROM accounts")

    assert asyncio.run(main()) == (((1,),), [(0,)])


def test_a_parameter_is_a_value_whatever_is_in_it(bank: Database) -> None:
    async def main() -> Any:
        async with connected(bank) as connection:
            texts = ["' OR '1'='1", "\\", "'; DROP TABLE accounts; -- ", "%s", '\0\n"`']
            found = [
                await rows(connection, "SELECT * FROM accounts WHERE owner = %s", text)
                for text in texts
            ]
            return found, [await rows(connection, "SELECT %s", text) for text in texts] == [
                [(text,)] for text in texts
            ]

    assert asyncio.run(main()) == ([[]] * 5, True)


# Transactions


def test_a_rollback_undoes_all_of_it(bank: Database) -> None:
    async def main() -> Any:
        async with connected(bank) as connection, connected(bank) as other:
            await done(connection, PAY, -30, "甲")
            await done(connection, PAY, 30, "乙")
            seen = await balances(connection), await balances(other)
            await connection.rollback()
            return *seen, await balances(connection)

    before = {"甲": 100, "乙": 50}
    assert asyncio.run(main()) == ({"甲": 70, "乙": 80}, before, before)


def test_others_see_it_when_it_is_committed(bank: Database) -> None:
    async def main() -> Any:
        async with connected(bank) as connection, connected(bank, autocommit=True) as other:
            await connection.begin()
            await done(connection, PAY, -30, "甲")
            before = await balances(other)
            await connection.commit()
            return before, await balances(other)

    assert asyncio.run(main()) == ({"甲": 100, "乙": 50}, {"甲": 70, "乙": 50})


def test_a_transaction_that_reads_goes_on_seeing_the_same(bank: Database) -> None:
    async def main() -> Any:
        async with connected(bank) as reader, connected(bank, autocommit=True) as writer:
            seen = [await balances(reader)]
            await done(writer, PAY, 1, "甲")
            seen.append(await balances(reader))
            await reader.commit()
            seen.append(await balances(reader))
            return [each["甲"] for each in seen]

    assert asyncio.run(main()) == [100, 100, 101]


def test_whoever_writes_changes_the_newest_row(bank: Database) -> None:
    async def main() -> Any:
        async with connected(bank) as first, connected(bank) as second:
            await balances(second)  # an old sight
            await done(first, PAY, 1, "甲")
            await first.commit()
            await done(second, PAY, 1, "甲")
            await second.commit()
            return await balances(first)

    assert asyncio.run(main())["甲"] == 102


def test_whoever_writes_the_same_row_waits(bank: Database) -> None:
    async def main() -> Any:
        async with connected(bank) as first, connected(bank) as second:
            await done(first, PAY, 1, "甲")
            waiting = asyncio.create_task(done(second, PAY, 1, "甲"))
            # an answer to another query passes it by
            async with connected(bank) as third:
                for _ in range(20):
                    await rows(third, "SELECT 1")
            waited = not waiting.done()
            await first.commit()
            await waiting
            await second.commit()
            return waited, (await balances(first))["甲"]

    assert asyncio.run(main()) == (True, 102)


def test_select_for_update_reads_the_newest_row_and_keeps_it(bank: Database) -> None:
    async def add_one(connection: aiomysql.Connection) -> None:
        sql = "SELECT balance FROM accounts WHERE owner = '甲' FOR UPDATE"
        ((balance,),) = await rows(connection, sql)
        await asyncio.sleep(0)
        await done(connection, "UPDATE accounts SET balance = %s WHERE owner = '甲'", balance + 1)
        await connection.commit()

    async def main() -> Any:
        async with connected(bank) as first, connected(bank) as second:
            await asyncio.gather(add_one(first), add_one(second))
            return await balances(first)

    assert asyncio.run(main())["甲"] == 102


def test_waiting_for_a_lock_has_an_end(bank: Database) -> None:
    async def main() -> Any:
        async with connected(bank) as first, connected(bank) as second:
            await done(first, PAY, 1, "甲")
            await done(second, "SET SESSION innodb_lock_wait_timeout = 1")
            with pytest.raises(aiomysql.OperationalError) as error:
                await done(second, PAY, 1, "甲")
            await first.commit()
            assert await done(second, PAY, 1, "甲") == 1
            return error.value.args

    text = "Lock wait timeout exceeded; try restarting transaction"
    assert asyncio.run(main()) == (1205, text)


def test_an_error_undoes_only_its_own_statement(bank: Database) -> None:
    async def main() -> Any:
        async with connected(bank) as connection:
            await done(connection, PAY, 1, "甲")
            assert (
                await refused(done(connection, "INSERT INTO accounts VALUES (1, '丙', 0)")) == 1062
            )
            await connection.commit()
            return await balances(connection)

    assert asyncio.run(main()) == {"甲": 101, "乙": 50}


def test_ids_of_a_transaction_that_is_rolled_back_stay_used(bank: Database) -> None:
    async def main() -> Any:
        insert = "INSERT INTO accounts (owner, balance) VALUES (%s, 0)"
        async with connected(bank) as connection, connection.cursor() as cursor:
            await cursor.execute(insert, ("丙",))
            await connection.rollback()
            await refused(cursor.execute(insert, ("甲",)))
            await cursor.execute(insert, ("丙",))
            return cursor.lastrowid

    assert asyncio.run(main()) == 5


def test_a_client_that_goes_away_has_not_committed(bank: Database) -> None:
    async def main() -> Any:
        async with connected(bank) as leaving:
            await done(leaving, PAY, -100, "甲")
        async with connected(bank, autocommit=True) as connection:
            await done(connection, PAY, 1, "甲")  # waits until the server has noticed
            return await balances(connection)

    assert asyncio.run(main()) == {"甲": 101, "乙": 50}


def test_the_client_knows_whether_it_is_in_a_transaction(bank: Database) -> None:
    async def main() -> Any:
        states = []
        async with connected(bank) as connection:
            assert not connection.get_autocommit()
            for sql in ("SELECT 1", "DELETE FROM accounts", "COMMIT", "BEGIN", "ROLLBACK"):
                await done(connection, sql)
                states.append(connection.get_transaction_status())
            await connection.autocommit(True)
            await balances(connection)
            return states, connection.get_autocommit(), connection.get_transaction_status()

    assert asyncio.run(main()) == ([False, True, False, True, False], True, False)


def test_a_table_is_created_at_once_and_for_everybody(bank: Database) -> None:
    async def main() -> Any:
        async with connected(bank) as connection:
            await done(connection, PAY, 1, "甲")
            await done(connection, "CREATE TABLE other (a INT)")
            await connection.rollback()
            return (await balances(connection))["甲"], await rows(connection, "SHOW TABLES")

    assert asyncio.run(main()) == (101, [("accounts",), ("other",)])


# Concurrency


def test_queries_of_several_connections_wait_together(server: Database) -> None:
    async def main() -> list[str]:
        ended = []

        async def query(name: str, seconds: float) -> None:
            async with connected(server) as connection:
                await rows(connection, f"SELECT SLEEP({seconds})")
                ended.append(name)

        async with asyncio.TaskGroup() as group:
            group.create_task(query("slow", 0.5))
            group.create_task(query("quick", 0.01))
        return ended

    assert asyncio.run(main()) == ["quick", "slow"]


def test_two_tasks_on_one_connection_get_each_others_answers(server: Database) -> None:
    async def main() -> Any:
        async with connected(server) as connection:

            async def query(number: int) -> Any:
                return (await rows(connection, "SELECT SLEEP(0.05), %s", number))[0][1]

            both = await asyncio.gather(query(1), query(2), return_exceptions=True)
            return both[0], type(both[1]), await rows(connection, "SELECT 'mine'")

    assert asyncio.run(main()) == (1, RuntimeError, [(0, 2)])


def test_a_pool_lends_as_many_connections_as_it_may(server: Database) -> None:
    async def main() -> Any:
        used = set()
        async with pooled(server, minsize=1, maxsize=3) as pool:

            async def query() -> None:
                async with pool.acquire() as connection:
                    used.add(connection.thread_id())
                    await rows(connection, "SELECT SLEEP(0.02)")

            await asyncio.gather(*(query() for _ in range(9)))
            return len(used), pool.size, pool.freesize

    assert asyncio.run(main()) == (3, 3, 3)


def test_a_pool_does_not_keep_a_connection_in_a_transaction(bank: Database) -> None:
    async def main() -> Any:
        async with pooled(bank, minsize=1, maxsize=1) as pool:
            async with pool.acquire() as connection:
                await done(connection, PAY, -100, "甲")
            async with pool.acquire() as connection:
                return await balances(connection)

    assert asyncio.run(main()) == {"甲": 100, "乙": 50}


def test_a_pool_does_keep_a_connection_that_has_only_read(bank: Database) -> None:
    """aiomysql learns of a transaction only from statements that change something."""

    async def main() -> Any:
        async with pooled(bank, minsize=1, maxsize=1) as pool:
            async with pool.acquire() as connection:
                await balances(connection)
            async with connected(bank, autocommit=True) as other:
                await done(other, PAY, 1, "甲")
            async with pool.acquire() as connection:
                return await balances(connection)

    assert asyncio.run(main())["甲"] == 100


# What goes wrong


async def kill(database: Database, connection: aiomysql.Connection, what: str = "") -> None:
    """End another connection from the server's side."""
    async with connected(database) as killer:
        number = connection.thread_id()
        await done(killer, f"KILL {what} {number}")


def test_a_connection_that_is_lost_between_queries(server: Database) -> None:
    async def main() -> Any:
        async with connected(server) as connection:
            await kill(server, connection)
            codes = [await refused(rows(connection, "SELECT 1"))]
            with pytest.raises(aiomysql.InterfaceError, match="Not connected"):
                await rows(connection, "SELECT 1")
            return codes, connection.closed

    assert asyncio.run(main()) == ([2013], True)


def test_a_connection_that_is_lost_in_mid_query(server: Database) -> None:
    async def main() -> Any:
        async with connected(server) as connection:
            waiting = asyncio.create_task(refused(rows(connection, "SELECT SLEEP(1000)")))
            await kill_when_it_sleeps(server, connection)
            return await waiting, connection.closed

    assert asyncio.run(main()) == (2013, True)


async def kill_when_it_sleeps(
    database: Database, connection: aiomysql.Connection, what: str = ""
) -> None:
    await asyncio.sleep(0.05)  # sent at once; should the kill come first, the result is the same
    await kill(database, connection, what)


def test_a_query_that_is_broken_off(server: Database) -> None:
    async def main() -> Any:
        async with connected(server) as connection:
            waiting = asyncio.create_task(refused(rows(connection, "SELECT SLEEP(1000)")))

            async def broken_off() -> bool:
                await kill(server, connection, "QUERY")
                return waiting.done()

            await until(broken_off)
            return await waiting, await rows(connection, "SELECT 1")

    assert asyncio.run(main()) == (1317, [(1,)])


def test_a_timeout_in_mid_query_closes_the_connection(server: Database) -> None:
    async def main() -> Any:
        async with connected(server) as connection:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await rows(connection, "SELECT SLEEP(1000)")
            with pytest.raises(aiomysql.InterfaceError, match="Cancelled during execution"):
                await rows(connection, "SELECT 1")
            await kill(server, connection)
            return connection.closed

    assert asyncio.run(main())


def test_a_pool_replaces_a_lost_connection(server: Database) -> None:
    async def main() -> Any:
        async with pooled(server, minsize=1, maxsize=1) as pool:
            async with pool.acquire() as connection:
                first = connection.thread_id()
            await kill(server, connection)

            async def noticed() -> bool:
                return bool(connection._reader is None or connection._reader.at_eof())

            await until(noticed)
            async with pool.acquire() as connection:
                answer = await rows(connection, "SELECT 1")
                return connection.thread_id() != first, answer, pool.size

    assert asyncio.run(main()) == (True, [(1,)], 1)
