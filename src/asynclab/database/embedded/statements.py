"""The text of a query, as single statements, and a statement as a tree."""

import logging
import re
from collections.abc import Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from asynclab.database.embedded.errors import NOT_SUPPORTED, MysqlError, syntax_error

# what cannot be read is an error that the client is told; nothing is said behind his back
logging.getLogger("sqlglot").addHandler(logging.NullHandler())

_PIECE = re.compile(
    r"""
    (?P<comment> --(?=\s|$)[^\n]* | \#[^\n]* | /\*.*?\*/ )
  | (?P<text> '(?:[^'\\]|\\.|'')*' | "(?:[^"\\]|\\.|"")*" | `[^`]*` | [^;] )
  | (?P<end> ; )
    """,
    re.VERBOSE | re.DOTALL,
)
_VERBS = re.compile(
    r"(?i)\(*(select|with|insert|replace|update|delete|create|drop|alter|truncate|table|grant|"
    r"revoke|lock|unlock|call|load|rename|optimize|analyze|prepare|execute|flush|set)\b"
)


def split(query: str) -> Iterator[str]:
    r"""The statements of a query, without comments.

    Example:
        >>> list(split("SELECT ';' ; -- nothing\n SELECT 2"))
        ["SELECT ';'", 'SELECT 2']
    """
    statement = ""
    for piece in _PIECE.finditer(query + ";"):
        if piece["text"]:
            statement += piece["text"]
        elif piece["comment"]:
            statement += " "
        else:
            if statement := statement.strip():
                yield statement
            statement = ""


def parse(statement: str) -> exp.Expr:
    """A statement as a tree.

    Raises:
        MysqlError: 1064, it is no SQL; 1235, it is SQL that the embedded server does not know.
    """
    text = re.sub(r"(?i)^replace\b", "INSERT", statement)
    if not _VERBS.match(statement):
        raise syntax_error(statement)
    try:
        tree = sqlglot.parse_one(text, read="mysql")
    except ParseError as error:
        first = error.errors[0]
        raise syntax_error(f"{first['highlight']}{first['end_context']}", first["line"]) from None
    except SqlglotError:
        raise syntax_error(statement) from None  # a quote that is not closed
    if isinstance(tree, exp.Command):
        raise MysqlError(
            NOT_SUPPORTED,
            "This version of MySQL doesn't yet support "
            f"'{' '.join(statement.split()[:2])}'（内置的数据库没有这个语句）",
        )
    known = (exp.Query, exp.DML, exp.DDL, exp.Drop, exp.Alter, exp.TruncateTable)
    if not isinstance(tree, known) or (isinstance(tree, exp.Select) and not tree.selects):
        raise syntax_error(statement)
    if text != statement:
        tree.set("replace", True)
    return tree
