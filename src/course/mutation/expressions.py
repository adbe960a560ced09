"""Operators that spoil an expression: each gives what could stand in its place."""

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy

# what stands for "no limit" in place of a small number
_PLENTY = ast.Constant(1_000_000)
_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_OTHER: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
}
_SWAPPED_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any", "popleft": "pop"}
# keywords that name a thing or format it, and decide nothing
_IDLE_KEYWORDS = {"name", "end", "sep", "flush"}


def called(node: ast.AST, *names: str) -> ast.Call | None:
    """The node if it calls a function or method of one of these names."""
    if not isinstance(node, ast.Call):
        return None
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return node if name in names else None


def dropped_await(node: ast.AST) -> Iterator[ast.expr]:
    """`await x` → `x`."""
    if isinstance(node, ast.Await):
        yield node.value


def blocking(node: ast.AST) -> Iterator[ast.expr]:
    """`await asyncio.sleep(s)` → `time.sleep(s)`, `await asyncio.to_thread(f, x)` → `f(x)`."""
    if not isinstance(node, ast.Await):
        return
    if (sleep := called(node.value, "sleep")) and len(sleep.args) == 1:
        yield ast.Call(ast.parse("__import__('time').sleep", mode="eval").body, sleep.args, [])
    if (thread := called(node.value, "to_thread")) and thread.args:
        yield ast.Call(thread.args[0], thread.args[1:], thread.keywords)


def one_by_one(node: ast.AST) -> Iterator[ast.expr]:
    """`await gather(…)` → a list of one `await` after another."""
    gather = called(node.value, "gather") if isinstance(node, ast.Await) else None
    if gather is None:
        return
    each = ast.Name("each", ast.Load())
    if len(gather.args) == 1 and isinstance(star := gather.args[0], ast.Starred):
        loop = ast.comprehension(ast.Name("each", ast.Store()), star.value, [], 0)
        yield ast.ListComp(ast.Await(each), [loop])
    elif not any(isinstance(argument, ast.Starred) for argument in gather.args):
        yield ast.List([ast.Await(argument) for argument in gather.args], ast.Load())


def no_task(node: ast.AST) -> Iterator[ast.expr]:
    """`create_task(x)`, `wait_for(x, s)`, `shield(x)` → `x`."""
    if call := called(node, "create_task", "ensure_future", "wait_for", "shield"):
        yield from call.args[:1]


def no_limit(node: ast.AST) -> Iterator[ast.expr]:
    """`Semaphore(n)` → a million; `Queue(n)`, `range(n)` workers and the like are off by one."""
    if (call := called(node, "Semaphore", "BoundedSemaphore")) and call.args:
        yield ast.Call(call.func, [_PLENTY], call.keywords)


def no_keyword(node: ast.AST) -> Iterator[ast.expr]:
    """`f(x, limit=n)` → `f(x)`, for each keyword that may decide something."""
    if isinstance(node, ast.Call):
        for number, keyword in enumerate(node.keywords):
            if keyword.arg and keyword.arg not in _IDLE_KEYWORDS:
                rest = node.keywords[:number] + node.keywords[number + 1 :]
                yield ast.Call(node.func, node.args, rest)


def other_constant(node: ast.AST) -> Iterator[ast.expr]:
    """A number off by one either way; the other truth value."""
    if not isinstance(node, ast.Constant):
        return
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int | float):
        yield ast.Constant(node.value + 1)
        if node.value > 0:
            yield ast.Constant(node.value - 1)


def other_comparison(node: ast.AST) -> Iterator[ast.expr]:
    """`<` and `<=`, `==` and `!=`, `in` and `not in` change places; so do `and` and `or`."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield ast.Compare(node.left, [_OPPOSITE[type(node.ops[0])]()], node.comparators)
    if isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand


def other_operator(node: ast.AST) -> Iterator[ast.expr]:
    """`+` and `-` change places, and so on."""
    if isinstance(node, ast.BinOp) and type(node.op) in _OTHER:
        yield ast.BinOp(node.left, _OTHER[type(node.op)](), node.right)


def other_order(node: ast.AST) -> Iterator[ast.expr]:
    """Neighbours in a list change places; `append` puts in front; `popleft` takes the last."""
    if isinstance(node, ast.List | ast.Tuple) and isinstance(node.ctx, ast.Load):
        for number in range(len(node.elts) - 1):
            swapped = deepcopy(node)
            one, other = node.elts[number : number + 2]
            swapped.elts[number : number + 2] = [other, one]
            yield swapped
    if (call := called(node, "append")) and isinstance(call.func, ast.Attribute):
        insert = ast.Attribute(call.func.value, "insert", ast.Load())
        yield ast.Call(insert, [ast.Constant(0), *call.args], [])
    if (call := called(node, *_SWAPPED_CALLS)) is not None:
        function = deepcopy(call.func)
        if isinstance(function, ast.Attribute):
            function.attr = _SWAPPED_CALLS[function.attr]
        elif isinstance(function, ast.Name):
            function.id = _SWAPPED_CALLS[function.id]
        yield ast.Call(function, call.args, call.keywords)


def other_yield(node: ast.AST) -> Iterator[ast.expr]:
    """`yield x` → `yield`; `yield from x` → `yield x`."""
    if isinstance(node, ast.Yield) and node.value is not None:
        yield ast.Yield(None)
    if isinstance(node, ast.YieldFrom):
        yield ast.Yield(node.value)


Operator = Callable[[ast.AST], Iterator[ast.expr]]
OPERATORS: tuple[Operator, ...] = (
    dropped_await,
    blocking,
    one_by_one,
    no_task,
    no_limit,
    no_keyword,
    other_constant,
    other_comparison,
    other_operator,
    other_order,
    other_yield,
)
