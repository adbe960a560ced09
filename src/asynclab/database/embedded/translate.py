"""MySQL's statements in SQLite's words."""

from collections.abc import Callable
from typing import Any, ClassVar

from sqlglot import ErrorLevel, exp
from sqlglot.dialects.sqlite import SQLite

from asynclab.database.embedded.errors import UNKNOWN_DATABASE, MysqlError
from asynclab.database.embedded.tables import create_table

# functions of MySQL's that sqlglot would give other meanings in SQLite: see functions.py
_FUNCTIONS: dict[type[exp.Expr], str] = {
    exp.CurrentTimestamp: "now",
    exp.CurrentDate: "curdate",
    exp.CurrentSchema: "mysql_database",
    exp.CurrentVersion: "mysql_version",
    exp.CurrentUser: "mysql_current_user",
    exp.Rand: "mysql_rand",
}


def translate(tree: exp.Expr, database: str, variable: Callable[[str], Any]) -> str:
    r"""One statement in SQLite's words, with the effect that MySQL's has.

    Args:
        tree: the statement; it is not changed.
        database: name of the database in use.
        variable: value of a variable of the server's, `@@name`.

    Example:
        >>> from asynclab.database.embedded.statements import parse
        >>> translate(parse("SELECT `a` FROM t WHERE b = 'O\\'Brien' FOR UPDATE"), "course", str)
        "SELECT `a` FROM `t` WHERE `b` = 'O''Brien'"
    """
    tree = tree.copy()
    for table in tree.find_all(exp.Table):
        if table.db and table.db != database:
            raise MysqlError(
                UNKNOWN_DATABASE,
                f"Unknown database '{table.db}'（内置的数据库只能用当前的那一个：USE {table.db}）",
            )
        table.set("db", None)
    tree = tree.transform(lambda node: _replaced(node, variable))
    if isinstance(tree, exp.Update):
        _only_what_changes(tree)
    if isinstance(tree, exp.Update | exp.Delete):
        _limit(tree)
    if isinstance(tree, exp.Insert):
        _on_duplicate(tree)
    if isinstance(tree, exp.Create):
        tree = create_table(tree)
    if isinstance(tree, exp.TruncateTable):
        return f"DELETE FROM {_sqlite(tree.expressions[0])}"
    replace = tree.args.pop("replace", False) if isinstance(tree, exp.Insert) else False
    text = _sqlite(tree)
    return text.replace("INSERT", "INSERT OR REPLACE", 1) if replace else text


class _Quoting(SQLite):
    """SQLite takes an unknown name in double quotes for a text; not so one in these."""

    class Tokenizer(SQLite.Tokenizer):
        IDENTIFIERS: ClassVar = ["`"]


def _sqlite(tree: exp.Expr) -> str:
    return tree.sql(
        _Quoting, identify=True, normalize_functions=False, unsupported_level=ErrorLevel.IGNORE
    )


def _replaced(node: exp.Expr, variable: Callable[[str], Any]) -> exp.Expr:
    if name := _FUNCTIONS.get(type(node)):
        return exp.Anonymous(this=name, expressions=[])
    if isinstance(node, exp.Length) and node.args.get("binary"):
        return exp.Anonymous(this="mysql_length", expressions=[node.this])
    if node.is_string and "\0" in node.name:
        # SQLite's statements end there
        return exp.var(f"CAST(X'{node.name.encode().hex()}' AS TEXT)")
    if isinstance(node, exp.SessionParameter):
        return exp.convert(variable(node.name))
    return node


def _only_what_changes(update: exp.Update) -> None:
    """MySQL counts as affected, and touches, only rows that get another value."""
    changes = [
        exp.Not(this=exp.Is(this=each.this.copy(), expression=exp.paren(each.expression.copy())))
        for each in update.expressions
    ]
    update.where(exp.paren(exp.or_(*changes)), copy=False)


def _limit(change: exp.Update | exp.Delete) -> None:
    """SQLite changes all or none: choose the rows first."""
    if change.args.get("limit") is None:
        change.set("order", None)
        return
    chosen = exp.select("rowid").from_(change.this.copy())
    for part in ("where", "order", "limit"):
        chosen.set(part, change.args.pop(part, None))
    change.where(exp.column("rowid").isin(chosen), copy=False)


def _on_duplicate(insert: exp.Insert) -> None:
    """ON DUPLICATE KEY UPDATE, and the values of the new row in it."""
    conflict = insert.args.get("conflict")
    if conflict is None:
        return

    def new_value(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Anonymous) and node.name.upper() == "VALUES":
            return exp.column(node.expressions[0].name, table="excluded")
        return node

    conflict.set("duplicate", False)
    conflict.set("action", exp.var("DO UPDATE"))
    conflict.set("expressions", [each.transform(new_value) for each in conflict.expressions])
