"""Operators that spoil a statement: each gives the statements that could stand in its place."""

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy

Body = list[ast.stmt]
_EFFECTS = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom)


def deleted(node: ast.stmt) -> Iterator[Body]:
    """A call, a raise, an `x += 1`, a `continue` left out."""
    call = isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)
    if call or isinstance(node, ast.Raise | ast.AugAssign | ast.Continue | ast.Break):
        yield [ast.Pass()]


def returns_nothing(node: ast.stmt) -> Iterator[Body]:
    """`return x` → `return None`."""
    if isinstance(node, ast.Return) and node.value and not _is_none(node.value):
        yield [ast.Return(ast.Constant(None))]


def other_text(node: ast.stmt) -> Iterator[Body]:
    """`fault = "B"` → another text."""
    match node:
        case ast.Assign(targets=targets, value=ast.Constant(value=str() as text)):
            yield [ast.Assign(targets, ast.Constant(f"{text}?"), lineno=node.lineno)]


def no_context(node: ast.stmt) -> Iterator[Body]:
    """`async with timeout(1): …` → its body alone: no limit, no lock, nothing closed."""
    if isinstance(node, ast.With | ast.AsyncWith):
        kept = [
            ast.Assign([item.optional_vars], item.context_expr, lineno=node.lineno)
            for item in node.items
            if item.optional_vars is not None
        ]
        yield [*kept, *node.body]


def wider_except(node: ast.stmt) -> Iterator[Body]:
    """`except ValueError` → `except BaseException`; a handler that does nothing; none at all."""
    if not isinstance(node, ast.Try):
        return
    for number, handler in enumerate(node.handlers):
        if handler.type is not None and ast.unparse(handler.type) != "BaseException":
            wider = deepcopy(node)
            wider.handlers[number].type = ast.Name("BaseException", ast.Load())
            yield [wider]
        if not all(isinstance(each, ast.Pass) for each in handler.body):
            silent = deepcopy(node)
            silent.handlers[number].body = [ast.Pass()]
            yield [silent]
        without = deepcopy(node)
        del without.handlers[number]
        if without.handlers or without.finalbody:
            without.orelse = without.orelse if without.handlers else []
            rest = [] if without.handlers else node.orelse
            yield [without, *rest]
        else:
            yield [*node.body, *node.orelse]


def no_finally(node: ast.stmt) -> Iterator[Body]:
    """`finally` → afterwards, which an error or a cancellation never reaches."""
    if isinstance(node, ast.Try) and node.finalbody:
        if not node.handlers:
            yield [*node.body, *node.finalbody]
        else:
            without = deepcopy(node)
            without.finalbody = []
            yield [without, *node.finalbody]


def other_branch(node: ast.stmt) -> Iterator[Body]:
    """`if x` → `if not x`, unless that is what another operator does."""
    if isinstance(node, ast.If) and not isinstance(node.test, ast.Compare):
        negated = deepcopy(node)
        negated.test = ast.UnaryOp(ast.Not(), node.test)
        yield [negated]


def once(node: ast.stmt) -> Iterator[Body]:
    """A loop that ends after its first round."""
    if isinstance(node, ast.For | ast.AsyncFor | ast.While):
        single = deepcopy(node)
        if not isinstance(single.body[-1], ast.Return | ast.Raise | ast.Break):
            single.body.append(ast.Break())
            yield [single]


def undecorated(node: ast.stmt) -> Iterator[Body]:
    """A function without its decorators."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.decorator_list:
        bare = deepcopy(node)
        bare.decorator_list = []
        yield [bare]


def swapped(one: ast.stmt, other: ast.stmt) -> bool:
    """Whether two neighbours can change places to some effect: both do something."""
    simple = (ast.Expr, ast.Assign, ast.AugAssign)
    return all(isinstance(each, simple) and _acts(each) for each in (one, other))


def _acts(node: ast.stmt) -> bool:
    return isinstance(node, ast.AugAssign) or any(isinstance(x, _EFFECTS) for x in ast.walk(node))


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


Operator = Callable[[ast.stmt], Iterator[Body]]
OPERATORS: tuple[Operator, ...] = (
    deleted,
    returns_nothing,
    other_text,
    no_context,
    wider_except,
    no_finally,
    other_branch,
    once,
    undecorated,
)
