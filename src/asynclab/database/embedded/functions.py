"""MySQL's functions, for SQLite."""

import random
import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

VERSION = "8.0.0-embedded"


class Caller(Protocol):
    """What the functions tell of the session that calls them."""

    number: int
    last_id: int
    affected: int
    username: str | None
    database: str | None


def register(connection: sqlite3.Connection, caller: Caller) -> None:
    """Make the functions known to a connection of SQLite's."""
    functions: dict[str, tuple[int, Callable[..., str | float | None]]] = {
        "now": (0, lambda: datetime.now().strftime("%Y-%m-%d %H:%M:%S")),
        "curdate": (0, lambda: datetime.now().strftime("%Y-%m-%d")),
        "mysql_database": (0, lambda: caller.database),
        "mysql_version": (0, lambda: VERSION),
        "mysql_length": (1, _length),
        "mysql_rand": (0, random.random),
        "user": (0, lambda: f"{caller.username}@127.0.0.1"),
        "mysql_current_user": (0, lambda: f"{caller.username}@%"),
        "connection_id": (0, lambda: caller.number),
        "last_insert_id": (0, lambda: caller.last_id),
        "row_count": (0, lambda: caller.affected),
        "sleep": (1, lambda seconds: 0),  # the session has waited already
    }
    for name, (arguments, function) in functions.items():
        connection.create_function(name, arguments, function)


def _length(value: object) -> int | None:
    """Bytes, as LENGTH counts them; CHAR_LENGTH counts characters."""
    if value is None:
        return None
    return len(value if isinstance(value, bytes) else str(value).encode())
