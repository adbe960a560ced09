"""Drive a generator step by step."""

import builtins
import sys
from collections.abc import MutableMapping, Sequence
from typing import Any

from asynclab.exam.room import current_room
from asynclab.findings.places import EXPRESSION
from asynclab.trace import plain

Move = str | Sequence[Any]


def drive(
    expression: str,
    moves: Sequence[Move],
    *,
    namespace: MutableMapping[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """Make a generator of `expression` and move it; tells what each move gave.

    Args:
        expression: Python whose value is a generator, for example `"counter(3)"`.
        moves: each `"next"`, `"close"`, `["send", value]` or `["throw", "ValueError"]`.
        namespace: where names are looked up; by default the student's, as in `run`.

    Returns:
        For each move one of `{"yielded": value}`, `{"returned": value}`,
        `{"raised": "ValueError"}` or `{"closed": True}`.

    Raises:
        ValueError: an unknown move.

    Example:
        >>> drive("(n * n for n in range(2))", ["next", "next", "next"])
        [{'yielded': 0}, {'yielded': 1}, {'returned': None}]
    """
    room = current_room()
    if namespace is None and room is not None:
        return room.drive(expression, moves)
    if namespace is None:
        namespace = sys._getframe(1).f_globals
    generator = eval(compile(expression, EXPRESSION, "eval"), dict(namespace))
    return [_move(generator, [move] if isinstance(move, str) else list(move)) for move in moves]


def _move(generator: Any, move: list[Any]) -> dict[str, Any]:
    kind, *arguments = move
    if kind not in ("next", "send", "throw", "close"):
        raise ValueError(f"unknown move {kind!r}: next, send, throw or close")
    try:
        if kind == "next":
            return {"yielded": plain(next(generator))}
        if kind == "send":
            return {"yielded": plain(generator.send(*arguments))}
        if kind == "throw":
            return {"yielded": plain(generator.throw(getattr(builtins, arguments[0])))}
        generator.close()
    except StopIteration as end:
        return {"returned": plain(end.value)}
    except Exception as error:
        return {"raised": type(error).__name__}
    return {"closed": True}
