import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from asynclab.database.embedded.errors import MysqlError
from asynclab.database.embedded.store import Image
from asynclab.database.embedded.view import View


@asynccontextmanager
async def two_views() -> AsyncIterator[tuple[View, View]]:
    """Two sights of one database with a table `t (a)` in it."""
    image = Image("course")
    one, other = (View(image, lambda connection: None) for _ in range(2))
    await one.write(1)
    one.sqlite.execute("CREATE TABLE t (a)")
    one.commit()
    yield one, other
    one.close()
    other.close()


def count(view: View) -> int:
    view.read(hold=False)
    return int(view.sqlite.execute("SELECT count(*) FROM t").fetchone()[0])


def test_what_is_committed_is_seen_by_others_and_nothing_else() -> None:
    async def main() -> None:
        async with two_views() as (one, other):
            await one.write(1)
            one.sqlite.execute("INSERT INTO t VALUES (1)")
            assert (count(one), count(other)) == (1, 0)
            one.rollback()
            assert (count(one), count(other)) == (0, 0)
            await one.write(1)
            one.sqlite.execute("INSERT INTO t VALUES (1)")
            one.commit()
            assert (count(one), count(other)) == (1, 1)

    asyncio.run(main())


def test_a_transaction_sees_what_it_saw_first_until_it_writes() -> None:
    async def main() -> None:
        async with two_views() as (one, other):
            other.read(hold=True)
            await one.write(1)
            one.sqlite.execute("INSERT INTO t VALUES (1)")
            one.commit()
            assert count(other) == 0
            await other.write(1)
            assert count(other) == 1

    asyncio.run(main())


def test_writers_take_turns() -> None:
    async def main() -> None:
        async with two_views() as (one, other):
            await one.write(1)
            waiting = asyncio.create_task(other.write(1000))
            await asyncio.sleep(0)
            assert not waiting.done()
            one.commit()
            await waiting
            with pytest.raises(MysqlError, match="Lock wait timeout") as error:
                await one.write(0)
            assert error.value.code == 1205

    asyncio.run(main())


def test_all_or_nothing() -> None:
    async def main() -> None:
        async with two_views() as (one, other):
            await one.write(1)
            one_too_many = "INSERT INTO t VALUES (1), (2, 3)"
            one.sqlite.execute("INSERT INTO t VALUES (1)")
            with pytest.raises(sqlite3.OperationalError), one.all_or_nothing():
                one.sqlite.execute(one_too_many)
            await other.write(1)
            with other.all_or_nothing():
                other.sqlite.execute("INSERT INTO t VALUES (1)")
            assert count(one) == 1

    asyncio.run(main())


def test_closing_gives_the_lock_back() -> None:
    async def main() -> None:
        image = Image("course")
        one, other = (View(image, lambda connection: None) for _ in range(2))
        await one.write(1)
        one.close()
        await other.write(1)
        other.close()

    asyncio.run(main())


REFRESHED = """
import asyncio
from asynclab.database.embedded.store import Image
from asynclab.database.embedded.view import View

async def main():
    image = Image("course")
    other = View(image, lambda connection: None)
    for _ in range(20):
        one = View(image, lambda connection: None)
        for number in range(20):
            await other.write(1)
            other.sqlite.execute("CREATE TABLE IF NOT EXISTS t (a INT)")
            other.commit()
            one.read(hold=False)
            for word in ("", "EXPLAIN "):
                asked = f"{word}SELECT name, type, {number} FROM pragma_table_info('t')"
                one.sqlite.execute(asked).fetchall()
        one.close()

asyncio.run(main())
"""


def test_the_columns_of_a_refreshed_copy_can_be_asked_for() -> None:
    """SQLite 3.40 used a freed schema then, which killed whoever graded."""
    done = subprocess.run([sys.executable, "-c", REFRESHED], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
