"""MySQL's errors: its codes, and its texts for what sqlite3 and sqlglot say."""

import re
import sqlite3
from collections.abc import Callable

from mysql_mimic.errors import MysqlError as _MysqlError  # type: ignore[import-untyped]

TOO_MANY_CONNECTIONS = 1040
ACCESS_DENIED = 1045
NO_DATABASE = 1046
CANNOT_BE_NULL = 1048
UNKNOWN_DATABASE = 1049
DATABASE_EXISTS = 1007
DATABASE_DOES_NOT_EXIST = 1008
TABLE_EXISTS = 1050
UNKNOWN_TABLE = 1051
UNKNOWN_COLUMN = 1054
DUPLICATE = 1062
SYNTAX = 1064
EMPTY_QUERY = 1065
UNKNOWN_THREAD = 1094
UNKNOWN_ERROR = 1105
WRONG_NUMBER_OF_VALUES = 1136
NO_SUCH_TABLE = 1146
UNKNOWN_VARIABLE = 1193
LOCK_WAIT_TIMEOUT = 1205
NOT_SUPPORTED = 1235
NO_SUCH_SAVEPOINT = 1305
NO_SUCH_FUNCTION = 1305
INTERRUPTED = 1317
NO_DEFAULT = 1364
PARENT_ROW = 1451
CHILD_ROW = 1452
CHECK_FAILED = 4025


class MysqlError(_MysqlError):  # type: ignore[misc]
    """An error as the client gets it: MySQL's number and text."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text, code)


def syntax_error(near: str, line: int = 1) -> MysqlError:
    """What MySQL says to what it cannot read, from the first word that it did not expect."""
    return MysqlError(
        SYNTAX,
        "You have an error in your SQL syntax; check the manual that corresponds to your MariaDB "
        f"server version for the right syntax to use near '{near[:80]}' at line {line}",
    )


_Say = Callable[[re.Match[str], str], tuple[int, str]]

# what sqlite3 says, and what MySQL would, given that and the database's name
_SAYINGS: tuple[tuple[str, _Say], ...] = (
    (
        r"no such table: (?:\w+\.)?(.+)",
        lambda m, db: (NO_SUCH_TABLE, f"Table '{db}.{m[1]}' doesn't exist"),
    ),
    (
        r"(?:table|index) [`\"]?(.+?)[`\"]? already exists",
        lambda m, _: (TABLE_EXISTS, f"Table '{m[1]}' already exists"),
    ),
    (
        r"(?:no such column: |table .+ has no column named )(.+)",
        lambda m, _: (UNKNOWN_COLUMN, f"Unknown column '{m[1]}' in 'field list'"),
    ),
    (
        r"NOT NULL constraint failed: .+\.(.+)",
        lambda m, _: (CANNOT_BE_NULL, f"Column '{m[1]}' cannot be null"),
    ),
    (
        r"FOREIGN KEY constraint failed",
        lambda _, __: (
            CHILD_ROW,
            "Cannot add or update a child row: a foreign key constraint fails",
        ),
    ),
    (
        r".*(?:\d+ values for \d+ columns|has \d+ columns but \d+ values).*",
        lambda _, __: (
            WRONG_NUMBER_OF_VALUES,
            "Column count doesn't match value count at row 1",
        ),
    ),
    (
        r"no such function: (.+)",
        lambda m, db: (NO_SUCH_FUNCTION, f"FUNCTION {db}.{m[1]} does not exist"),
    ),
    (
        r"no such savepoint: (.+)",
        lambda m, _: (NO_SUCH_SAVEPOINT, f"SAVEPOINT {m[1]} does not exist"),
    ),
    (r"interrupted", lambda _, __: (INTERRUPTED, "Query execution was interrupted")),
)


def translated(error: sqlite3.Error, database: str) -> MysqlError:
    """MySQL's error for one of sqlite3's.

    Example:
        >>> error = sqlite3.OperationalError("no such table: accounts")
        >>> translated(error, "course").args
        ("1146: Table 'course.accounts' doesn't exist",)
    """
    said = str(error)
    if near := re.fullmatch(r'near "(.*)": syntax error', said, re.DOTALL):
        return syntax_error(near[1])
    for pattern, say in _SAYINGS:
        if match := re.fullmatch(pattern, said):
            return MysqlError(*say(match, database))
    return MysqlError(UNKNOWN_ERROR, said)
