"""What an unfinished task waits on, and where in its own code."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

from asynclab.clock.library import is_library


@dataclass(frozen=True)
class Waiting:
    """One unfinished task: its name, what it awaits (`Queue.get`, a task's name, …), its line.

    `line` is that of the innermost frame of the program's own code, counted from 1 in its file or
    cell; None when the task has not begun.
    """

    task: str
    on: str
    file: str
    line: int | None

    def __str__(self) -> str:
        where = "" if self.line is None else f"（第 {self.line} 行）"
        return f"{self.task} 在等 {self.on}{where}"


def waiting(task: asyncio.Task[Any]) -> Waiting:
    """Look into an unfinished task."""
    own: tuple[str, int] | None = None
    library: list[str] = []
    for name, code, frame in _awaits(task.get_coro()):
        if is_library(code.co_filename):
            library.append(name)
        elif frame is not None:
            own, library = (code.co_filename, frame.f_lineno), []
    file, line = own or ("", None)
    on = _public(library) or _awaited(getattr(task, "_fut_waiter", None))
    return Waiting(task.get_name(), on, file, line)


def _public(names: list[str]) -> str:
    """The name that the program itself wrote: the outermost, unless it is an internal one."""
    for name in names:
        if not any(part.startswith("_") for part in name.split(".")):
            return name
    return ""


def _awaited(future: object) -> str:
    """How to call a future that is awaited directly."""
    if isinstance(future, asyncio.Task):
        return f"任务 {future.get_name()}"
    if type(future).__name__ == "_GatheringFuture":
        return "gather"
    return "一个 Future"


def _awaits(awaitable: object) -> Iterator[tuple[str, CodeType, FrameType | None]]:
    """The chain of coroutines and generators, from the task's own to the innermost."""
    while awaitable is not None:
        for kind in ("cr", "gi", "ag"):
            code = getattr(awaitable, f"{kind}_code", None)
            if isinstance(code, CodeType):
                name = getattr(awaitable, "__qualname__", code.co_qualname)
                yield name, code, getattr(awaitable, f"{kind}_frame", None)
                inner = "gi_yieldfrom" if kind == "gi" else f"{kind}_await"
                awaitable = getattr(awaitable, inner, None)
                break
        else:
            return
