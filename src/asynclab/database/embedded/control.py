"""Statements about the session itself, which need no tree: BEGIN, COMMIT, SET, USE, KILL, …."""

import re
from dataclasses import dataclass

_WORDS = (
    ("begin", r"begin(?: work)?|start transaction(?: .*)?"),
    ("commit", r"commit(?: work)?"),
    ("rollback", r"rollback(?: work)?"),
    ("savepoint", r"(?:savepoint|release savepoint|rollback (?:work )?to(?: savepoint)?) `?\w+`?"),
    ("autocommit", r"set (?:session |@@session\.|@@|local )?autocommit ?= ?(?P<value>\w+)"),
    (
        "patience",
        r"set (?:session |@@session\.|@@|local )?innodb_lock_wait_timeout ?= ?(?P<value>\d+)",
    ),
    ("set", r"set .*"),
    ("use", r"use `?(?P<value>\w+)`?"),
    ("kill", r"kill (?:connection |hard |soft )*(?P<query>query )?(?:id )?(?P<value>\d+)"),
    ("do", r"do sleep ?\((?P<value>[\d.]+)\)"),
    (
        "databases",
        r"(?P<value>create|drop) (?:database|schema) (?P<if>if (?:not )?exists )?"
        r"`?(?P<name>\w+)`?(?: .*)?",
    ),
    ("show", r"show (?P<value>.*)"),
    ("describe", r"(?:describe|desc|explain) `?(?P<value>\w+)`?"),
)


@dataclass(frozen=True)
class Control:
    """What is to be done, and with what."""

    word: str
    value: str = ""
    name: str = ""
    condition: bool = False  # IF EXISTS, IF NOT EXISTS
    query: bool = False  # only the statement is to be killed, not the connection


def control(statement: str) -> Control | None:
    """The statement as a Control, None for any other statement.

    Example:
        >>> control("SET autocommit = 0")
        Control(word='autocommit', value='0', name='', condition=False, query=False)
        >>> control("SELECT 1") is None
        True
    """
    text = " ".join(statement.split())
    for word, pattern in _WORDS:
        if match := re.fullmatch(pattern, text, re.IGNORECASE | re.DOTALL):
            found = match.groupdict()
            return Control(
                word,
                found.get("value") or "",
                found.get("name") or "",
                condition=bool(found.get("if")),
                query=bool(found.get("query")),
            )
    return None
