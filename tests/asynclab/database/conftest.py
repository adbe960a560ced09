"""Both kinds of servers, and clients of aiomysql's that are always closed."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import aiomysql
import pytest

from asynclab.database import Database
from asynclab.database.mariadb import MissingServerError, find_server

T = TypeVar("T")


def need_mariadb() -> None:
    """Skip without MariaDB; in CI it has to be there."""
    try:
        find_server()
    except MissingServerError as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI has to have MariaDB: {missing}")
        pytest.skip(str(missing))


@pytest.fixture(scope="module", params=["mariadb", "embedded"])
def server(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A server that serves a module's tests, one after another."""
    if request.param == "mariadb":
        need_mariadb()
    with Database(request.param) as database:
        yield database


@pytest.fixture
def database(server: Database) -> Database:
    """The server with nothing in its database."""

    async def empty() -> None:
        async with connected(server) as connection:
            for (table,) in await rows(connection, "SHOW TABLES"):
                await done(connection, f"DROP TABLE `{table}`")

    asyncio.run(empty())
    return server


def account(database: Database, **changes: Any) -> dict[str, Any]:
    """What aiomysql wants to know."""
    return {
        "host": database.host,
        "port": database.port,
        "user": database.user,
        "password": database.password,
        "db": database.name,
        **changes,
    }


@asynccontextmanager
async def connected(database: Database, **changes: Any) -> AsyncIterator[aiomysql.Connection]:
    """A connection that is closed at the end, whatever has become of it."""
    connection = await aiomysql.connect(**account(database, **changes))
    try:
        yield connection
    finally:
        connection.close()


@asynccontextmanager
async def pooled(database: Database, **changes: Any) -> AsyncIterator[aiomysql.Pool]:
    """A pool that is closed at the end."""
    async with aiomysql.create_pool(**account(database, **changes)) as pool:
        yield pool


async def done(connection: aiomysql.Connection, sql: str, *values: Any) -> int:
    """How many rows a statement has changed."""
    async with connection.cursor() as cursor:
        return int(await cursor.execute(sql, values or None))


async def rows(connection: aiomysql.Connection, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """The rows that a query gives."""
    async with connection.cursor() as cursor:
        await cursor.execute(sql, values or None)
        return list(await cursor.fetchall())


async def refused(awaitable: Awaitable[Any]) -> Any:
    """The number of MySQL's error."""
    try:
        await awaitable
    except aiomysql.MySQLError as error:
        return error.args[0]
    return None


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what the server does in its own time."""
    while not await condition():
        await asyncio.sleep(0.001)
