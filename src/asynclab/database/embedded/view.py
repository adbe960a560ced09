"""A session's own copy of a database, and its transaction on it.

A transaction that only reads sees the copy that it began with. One that writes takes the lock of
the whole database first, and the newest copy with it, so that nobody's changes are lost; others
see its changes when it is committed.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from asynclab.database.embedded.errors import LOCK_WAIT_TIMEOUT, MysqlError
from asynclab.database.embedded.store import Image


class View:
    """One session's sight of one database.

    Args:
        image: what is committed to the database.
        prepare: registers functions with the copy.
    """

    def __init__(self, image: Image, prepare: Callable[[sqlite3.Connection], None]) -> None:
        self.image, self._prepare = image, prepare
        self.reading = False  # inside a transaction: the copy stays as it is
        self.writing = False  # the same, and the database is locked
        self.sqlite = self._copy()

    def read(self, *, hold: bool) -> None:
        """Get ready for a statement that reads; `hold` begins a transaction."""
        if not self.reading and not self.writing:
            self._refresh()
        self.reading = self.reading or hold

    async def write(self, patience: float) -> None:
        """Get ready for a statement that writes: lock the database.

        Args:
            patience: seconds to wait for another session's transaction.

        Raises:
            MysqlError: 1205, it took longer.
        """
        if self.writing:
            return
        try:
            async with asyncio.timeout(patience):
                await self.image.lock.acquire()
        except TimeoutError:
            raise MysqlError(
                LOCK_WAIT_TIMEOUT, "Lock wait timeout exceeded; try restarting transaction"
            ) from None
        self._refresh()
        self.sqlite.execute("BEGIN")
        self.writing = True

    def commit(self) -> None:
        """End the transaction; everybody sees what it changed."""
        if self.writing:
            self.sqlite.execute("COMMIT")
            self._version = self.image.publish(self.sqlite.serialize())
        self._end()

    def rollback(self) -> None:
        """End the transaction as if it had not been."""
        if self.writing:
            self.sqlite.execute("ROLLBACK")
        self._end()

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """A transaction that is as long as this lasts: rolled back when an error gets out."""
        try:
            yield
        except BaseException:
            self.rollback()
            raise
        self.commit()

    def close(self) -> None:
        """Roll back and forget the copy."""
        self.rollback()
        self.sqlite.close()

    def _end(self) -> None:
        if self.writing:
            self.image.lock.release()
        self.reading = self.writing = False

    def _refresh(self) -> None:
        if self._version != self.image.version:
            self.sqlite.close()
            self.sqlite = self._copy()

    def _copy(self) -> sqlite3.Connection:
        """The newest copy, in a connection of its own.

        A connection that has read a table of pragmas (`pragma_table_info`) must not be deserialized
        again: SQLite 3.40 goes on using the schema that it has freed, and dies of it.
        """
        connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._prepare(connection)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.deserialize(self.image.content)
        self._version = self.image.version
        return connection
