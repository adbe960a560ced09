"""What the columns of a result are called, and their types, as MySQL would tell.

SQLite knows a type for each value, MySQL one for each column. Types are found from the table's
declarations and from what is done with a column; where that fails, from the first value.
"""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mysql_mimic.charset import CharacterSet  # type: ignore[import-untyped]
from mysql_mimic.results import ResultColumn, infer_type  # type: ignore[import-untyped]
from mysql_mimic.types import ColumnType  # type: ignore[import-untyped]
from sqlglot import exp, tokenize
from sqlglot.tokens import TokenType  # type: ignore[attr-defined]

_AVERAGE_SCALE = 4  # digits that a division or an average adds
_DECLARED = (
    (r"(decimal|numeric)(\((?P<digits>\d+)(, *(?P<scale>\d+))?\))?", "NEWDECIMAL"),
    (r"(big|small|tiny|medium)?int.*|integer", "LONGLONG"),
    (r"(double|float|real).*", "DOUBLE"),
    (r"datetime.*|timestamp.*", "DATETIME"),
    (r"date", "DATE"),
    (r"time.*", "TIME"),
    (r".*(blob|binary).*", "BLOB"),
    (r".*", "VAR_STRING"),
)
_UTF8 = CharacterSet.utf8mb4
_CHARSETS = {"BLOB": CharacterSet.binary}
_ENDS = (TokenType.FROM, TokenType.WHERE, TokenType.LIMIT, TokenType.ORDER_BY, TokenType.UNION)


@dataclass(frozen=True)
class Kind:
    """A column's type, by MySQL's name, and its digits after the point."""

    name: str
    scale: int = 0


@dataclass(frozen=True)
class Output:
    """One column of a result: its name and its kind, where they could be found."""

    name: str | None
    kind: Kind | None


def result_columns(
    statement: str, tree: exp.Expr, cursor: sqlite3.Cursor, rows: list[Sequence[Any]]
) -> tuple[list[Sequence[Any]], list[ResultColumn]]:
    """The rows with the values that MySQL would give, and what MySQL calls their columns."""
    names = [described[0] for described in cursor.description]
    outputs = list(_outputs(statement, tree, cursor.connection))
    if len(outputs) != len(names):  # something that was not understood
        outputs = [Output(None, None)] * len(names)
    kinds = [output.kind or _inferred(rows, i) for i, output in enumerate(outputs)]
    columns = [
        ResultColumn(output.name or name, ColumnType[kind.name], _CHARSETS.get(kind.name, _UTF8))
        for output, name, kind in zip(outputs, names, kinds, strict=True)
    ]
    return [tuple(map(_value, row, kinds)) for row in rows], columns


def _value(value: Any, kind: Kind) -> Any:
    if value is None:
        return None
    if kind.name == "NEWDECIMAL":
        return f"{Decimal(str(value)):.{kind.scale}f}"
    if kind.name == "LONGLONG" and not isinstance(value, int):
        number = re.match(r"-?\d+", str(value))  # what MySQL would have made of it at once
        return int(number[0]) if number else 0
    return value


def _inferred(rows: list[Sequence[Any]], index: int) -> Kind:
    value = next((row[index] for row in rows if row[index] is not None), "")
    return Kind("VAR_STRING" if isinstance(value, str) else infer_type(value).name)


def _outputs(statement: str, tree: exp.Expr, connection: sqlite3.Connection) -> Iterator[Output]:
    if not isinstance(tree, exp.Select):
        return
    tables = _tables(tree, connection)
    texts = list(_texts(statement))
    for number, selected in enumerate(tree.selects):
        if selected.is_star and not isinstance(selected, exp.Count):
            wanted = selected.text("table")
            for name, columns in tables.items():
                if wanted in ("", name):
                    yield from (Output(column, kind) for column, kind in columns.items())
            continue
        inner = selected.unalias()
        names_itself = isinstance(inner, exp.Column) or inner.is_string
        called = selected.alias or (inner.name if names_itself else None)
        if not called and len(texts) == len(tree.selects):
            called = texts[number]
        yield Output(called, _kind(inner, tables))


def _tables(tree: exp.Select, connection: sqlite3.Connection) -> dict[str, dict[str, Kind]]:
    """The tables that are read, by what they are called here, with their columns."""
    tables = {}
    for table in tree.find_all(exp.Table):
        described = connection.execute("SELECT name, type FROM pragma_table_info(?)", [table.name])
        tables[table.alias_or_name] = {name: declared(type_) for name, type_ in described}
    return tables


def declared(type_: str) -> Kind:
    """A column's kind by its declaration.

    Example:
        >>> declared("decimal(8, 2)")
        Kind(name='NEWDECIMAL', scale=2)
    """
    for pattern, name in _DECLARED:
        if match := re.fullmatch(pattern, type_.lower()):
            return Kind(name, int(match.groupdict().get("scale") or 0))
    raise AssertionError("the last pattern matches everything")


def _kind(node: exp.Expr, tables: dict[str, dict[str, Kind]]) -> Kind | None:
    """The kind of an expression's value, if its parts tell."""
    inner = [_kind(each, tables) for each in (node.this, node.expression) if _is_value(each)]
    first = inner[0] if inner else None
    match node:
        case exp.Column():
            found = [columns[node.name] for columns in tables.values() if node.name in columns]
            return found[0] if found else None
        case exp.Literal() if not node.is_string:
            return _number(node.name)
        case exp.Count() | exp.Boolean():
            return Kind("LONGLONG")
        case exp.Paren() | exp.Neg() | exp.Max() | exp.Min() | exp.Coalesce():
            return first
        case exp.Sum() if first is not None and first.name != "DOUBLE":
            return Kind("NEWDECIMAL", first.scale)
        case exp.Avg() | exp.Div() if first is not None and first.name != "DOUBLE":
            return Kind("NEWDECIMAL", first.scale + _AVERAGE_SCALE)
        case exp.Add() | exp.Sub() | exp.Mul() if len(inner) == 2 and all(inner):
            return _combined(node, *(kind for kind in inner if kind))
        case exp.CurrentTimestamp():
            return Kind("DATETIME")
        case exp.Anonymous() if node.name.upper() in ("NOW", "SYSDATE"):
            return Kind("DATETIME")
        case exp.CurrentDate():
            return Kind("DATE")
    return None


def _number(text: str) -> Kind:
    if "e" in text.lower():
        return Kind("DOUBLE")
    return Kind("NEWDECIMAL", len(text.partition(".")[2])) if "." in text else Kind("LONGLONG")


def _is_value(node: object) -> bool:
    return isinstance(node, exp.Expr)


def _combined(node: exp.Expr, left: Kind, right: Kind) -> Kind | None:
    names = {left.name, right.name}
    if names == {"LONGLONG"}:
        return left
    if names <= {"LONGLONG", "NEWDECIMAL"}:
        multiplied = isinstance(node, exp.Mul)
        scale = left.scale + right.scale if multiplied else max(left.scale, right.scale)
        return Kind("NEWDECIMAL", scale)
    return None


def _texts(statement: str) -> Iterator[str]:
    """What stands between SELECT and FROM, column by column: MySQL's names of expressions.

    Example:
        >>> list(_texts("SELECT count(*), now( ) FROM t"))
        ['count(*)', 'now( )']
    """
    tokens = tokenize(statement, read="mysql")[1:]
    if tokens and tokens[0].token_type == TokenType.DISTINCT:
        tokens = tokens[1:]
    begin, depth, end = None, 0, 0
    for token in tokens:
        if depth == 0 and token.token_type in _ENDS:
            break
        if depth == 0 and token.token_type == TokenType.COMMA and begin is not None:
            yield statement[begin : end + 1]
            begin = None
            continue
        depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
        begin, end = token.start if begin is None else begin, token.end
    if begin is not None:
        yield statement[begin : end + 1]
