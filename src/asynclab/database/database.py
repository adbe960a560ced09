"""The database, as a notebook or a check opens it."""

import asyncio
import os
import sys
import weakref
from types import TracebackType
from typing import Any

from asynclab.database.choice import Wish, start, wish
from asynclab.database.errors import DatabaseError
from asynclab.database.server import Account, Server


class Database:
    """A MySQL server with an empty database, open in a `with` or `async with`.

    Where MariaDB or MySQL is installed, that is a private one in a temporary folder; elsewhere it
    is the embedded server, which runs in a thread and a loop of its own and speaks enough of
    MySQL for a course. In a notebook, `open()` and `close()` span several cells. When a check is
    graded, it is the embedded server, and answers in the network of the student's code.

    Args:
        server: "mariadb" for the private server, "embedded" for the embedded one, None for the
            first of them that can be had. The environment variable ASYNCLAB_DATABASE decides
            where nothing is given.

    Raises:
        DatabaseError: there is no such kind of server.

    Example:
        >>> import pymysql
        >>> with Database(server="embedded") as db:
        ...     connection = pymysql.connect(
        ...         host=db.host, port=db.port, user=db.user, password=db.password,
        ...         database=db.name,
        ...     )
        ...     with connection, connection.cursor() as cursor:
        ...         rows = cursor.execute("SELECT '你好'"), cursor.fetchall()
        >>> rows
        (1, (('你好',),))
    """

    host = "127.0.0.1"

    def __init__(self, server: str | None = None) -> None:
        self._wish: Wish = wish(server)
        self._account = Account()
        self._server: Server | None = None
        self._end: weakref.finalize[[Server, int], Database] | None = None

    @property
    def port(self) -> int:
        """The port at which it answers."""
        return self._open_server.port

    @property
    def user(self) -> str:
        """Name of the user, who may do everything."""
        return self._account.user

    @property
    def password(self) -> str:
        """The user's password; another one for each `Database`."""
        return self._account.password

    @property
    def name(self) -> str:
        """Name of the database that is there, and empty, at the beginning."""
        return self._account.database

    @property
    def kind(self) -> str:
        """What answers: "MariaDB", "MySQL", or "内置" for the embedded server."""
        return self._open_server.kind

    @property
    def row_locks(self) -> bool:
        """Whether it locks single rows; the embedded server locks all of a database for a writer.

        With row locks two transactions can wait for each other: a deadlock, error 1213.
        """
        return self.kind != "内置"

    def open(self) -> "Database":
        """Start the server, which takes less than two seconds.

        Returns:
            Itself, open.

        Raises:
            DatabaseError: it is open already, or the wanted server cannot be started.
        """
        return self._start(asyncio._get_running_loop())

    def close(self) -> None:
        """Stop the server and delete all that it held. Closing twice does no harm."""
        if self._end is not None:
            self._end()
        self._server = self._end = None

    def execute(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Do one statement on a connection of its own, and commit it.

        It is for a check, which prepares a table and looks at it afterwards: it reaches the
        database also where the student's code has a network of its own.

        Args:
            sql: the statement, with `%s` for each value.
            values: the values.

        Returns:
            The rows that it gives.

        Example:
            >>> with Database("embedded") as db:
            ...     db.execute("SELECT %s", "O'Brien")
            [("O'Brien",)]
        """
        import pymysql  # type: ignore[import-untyped]

        who = {"user": self.user, "password": self.password, "database": self.name}
        connection = pymysql.connect(**who, autocommit=True, defer_connect=True)
        connection.connect(self._open_server.visit())
        with connection, connection.cursor() as cursor:
            cursor.execute(sql, values or None)
            return list(cursor.fetchall())

    def __enter__(self) -> "Database":
        return self.open()

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        self.close()

    async def __aenter__(self) -> "Database":
        around = asyncio.get_running_loop()
        starting = asyncio.create_task(asyncio.to_thread(self._start, around))
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            await asyncio.wait([starting])  # a thread cannot be broken off
            if not starting.cancelled() and starting.exception() is None:
                await asyncio.to_thread(self.close)
            raise

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        await asyncio.to_thread(self.close)

    def _start(self, around: asyncio.AbstractEventLoop | None) -> "Database":
        """Start; `around` is the loop that runs where the database is being opened."""
        if self._server is not None:
            raise DatabaseError("这个数据库已经开着。要同时开两个，请写两个 Database()")
        self._server = start(self._wish, self._account, around)
        # also when nobody closes it: it is collected, or the interpreter ends
        self._end = weakref.finalize(self, _end, self._server, os.getpid())
        return self

    @property
    def _open_server(self) -> Server:
        if self._server is None:
            raise DatabaseError("数据库还没有打开：请写 with Database() as db: …")
        return self._server


def _end(server: Server, owner: int) -> None:
    if os.getpid() != owner:
        return  # a forked process has the object, not the server
    server.stop()
    if not sys.is_finalizing():
        server.join()
