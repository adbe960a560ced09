"""Evaluate an expression in the student's namespace, in virtual time."""

import ast
import asyncio
import json
import sys
from collections.abc import MutableMapping
from typing import Any

from asynclab.exam.bench import Bench
from asynclab.exam.probe import Probe
from asynclab.exam.room import current_room, here
from asynclab.findings.places import EXPRESSION
from asynclab.trace import Transcript


def run(
    expression: str, *, namespace: MutableMapping[str, Any] | None = None, **values: Any
) -> Transcript:
    """Evaluate `expression`, await what it gives if that can be awaited, and tell what happened.

    It runs on a virtual clock: however long it sleeps, it takes no time. The loop that may be
    running around it (a notebook's) stands still meanwhile.

    Args:
        expression: Python, for example `"main()"` or `"brew_all(brew, names)"`.
        namespace: where its names are looked up; by default the student's, which in a notebook are
            the caller's globals. Pass `globals()` to run what the check itself defines.
        values: JSON, or probes, visible to the expression under these names.

    Returns:
        The transcript; an error of the student's code is in it, not raised.

    Raises:
        TypeError: a value is neither JSON nor a probe.

    Example:
        >>> async def double(number):
        ...     await asyncio.sleep(3)
        ...     return number * 2
        >>> t = run("double(n)", n=21)
        >>> t.value, t.elapsed
        (42, 3.0)
    """
    given = {
        name: value if isinstance(value, Probe) else _copied(name, value)
        for name, value in values.items()
    }
    room = current_room()
    if namespace is None and room is not None:
        return room.run(expression, given)
    if namespace is None:
        namespace = sys._getframe(1).f_globals
    return evaluate(expression, namespace, given)


def evaluate(
    expression: str, namespace: MutableMapping[str, Any], values: dict[str, Any]
) -> Transcript:
    """Evaluate here and now, with further names for the expression alone."""
    code = compile(expression, EXPRESSION, "eval", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    outer = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        with here():
            return Bench(namespace, values).run(code)
    finally:
        asyncio._set_running_loop(outer)


def _copied(name: str, value: Any) -> Any:
    """A value as it arrives after crossing as JSON."""
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"run(…, {name}=…) takes JSON or a probe, not {type(value).__name__}: {error}"
        ) from error
