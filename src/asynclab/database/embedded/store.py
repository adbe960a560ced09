"""The databases, each as it is for everybody: what has been committed."""

import asyncio
import sqlite3

from asynclab.database.embedded.errors import (
    DATABASE_DOES_NOT_EXIST,
    DATABASE_EXISTS,
    UNKNOWN_DATABASE,
    MysqlError,
)

# sqlite3 keeps its table of the last ids only where there has been a column that counts
_EMPTY = "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT); DROP TABLE t;"


class Image:
    """What has been committed to one database, as the bytes of an SQLite database.

    Sessions work on copies; only the one that holds `lock` may publish its copy. Ids that were
    given out are remembered here, since those of a transaction that is rolled back stay used.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.lock = asyncio.Lock()
        self.version = 0
        self.last_ids: dict[str, int] = {}
        connection = sqlite3.connect(":memory:")
        connection.executescript(_EMPTY)
        self.content = connection.serialize()
        connection.close()

    def publish(self, content: bytes) -> int:
        """Replace what is committed.

        Returns:
            The new version.
        """
        self.content = content
        self.version += 1
        return self.version


class Store:
    """All databases by name.

    Example:
        >>> store = Store("course")
        >>> store["course"].version
        0
    """

    def __init__(self, name: str) -> None:
        self.images = {name: Image(name)}

    def __getitem__(self, name: str) -> Image:
        try:
            return self.images[name]
        except KeyError:
            raise MysqlError(UNKNOWN_DATABASE, f"Unknown database '{name}'") from None

    def create(self, name: str) -> None:
        """Make an empty database.

        Raises:
            MysqlError: 1007, it is there already.
        """
        if name in self.images:
            raise MysqlError(DATABASE_EXISTS, f"Can't create database '{name}'; database exists")
        self.images[name] = Image(name)

    def drop(self, name: str) -> None:
        """Delete a database; who uses it keeps a copy.

        Raises:
            MysqlError: 1008, there is none.
        """
        if name not in self.images:
            missing = f"Can't drop database '{name}'; database doesn't exist"
            raise MysqlError(DATABASE_DOES_NOT_EXIST, missing)
        del self.images[name]
