"""From an exception to a diagnosis."""

import asyncio
import difflib
import inspect
import linecache
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from asynclab.clock import BusyError, DeadlockError
from asynclab.findings.table import finding
from asynclab.trace import Failure, Finding

# The name under which a check's own expression is compiled.
EXPRESSION = "<检查>"

_LIBRARY = (
    str(Path(asyncio.__file__).parents[1]),  # the standard library
    str(Path(__file__).parents[1]),  # asynclab itself
)
_LOOP_RUNS = re.compile(r"from a running event loop|event loop is (already )?running|another loop")
_OTHER_LOOP = re.compile(r"attached to a different loop|bound to a different event loop")
# What old tutorials take from asyncio: since when it is gone, and what is written today.
_REMOVED = {
    "coroutine": ("3.11", "async def"),
    "async": ("3.7", "create_task"),
    "JoinableQueue": ("3.5", "asyncio.Queue"),
}
_NOT_AWAITABLE = re.compile(r"object (.+) can't be used in 'await' expression")


def failure_of(error: BaseException) -> Failure:
    """An exception as plain data, at the innermost line of the program's own code."""
    causes = getattr(error, "exceptions", ()) if isinstance(error, BaseExceptionGroup) else ()
    line, code = _place(error)
    message = error.message if isinstance(error, BaseExceptionGroup) else _text(error)
    return Failure(type(error).__name__, message, line, code, tuple(map(failure_of, causes)))


def explain_failure(error: BaseException, namespace: Mapping[str, Any]) -> Iterator[Finding]:
    """Diagnose an exception that ended a run; `namespace` is the notebook's."""
    if isinstance(error, BaseExceptionGroup):
        for cause in error.exceptions:
            yield from explain_failure(cause, namespace)
        return
    line, _ = _place(error)
    if isinstance(error, SyntaxError):
        text = (error.text or "").strip()
        yield finding("syntax", line=error.lineno, code=text or "（见上面的错误）")
    elif isinstance(error, NameError):
        yield from _unknown_name(error, namespace, line)
    elif isinstance(error, AttributeError) and error.name in _REMOVED and error.obj is asyncio:
        version, today = _REMOVED[error.name]
        yield finding(
            "removed", line=line, name=f"asyncio.{error.name}", version=version, today=today
        )
    elif isinstance(error, AttributeError) and error.name is not None:
        where = getattr(error.obj, "__name__", type(error.obj).__name__)
        known = [] if error.obj is None else dir(error.obj)
        yield _unknown(error.name, known, f"{where} 里", line)
    elif isinstance(error, DeadlockError):
        tasks = "；".join(map(str, error.waiting))
        first = next((w for w in error.waiting if w.line is not None), None)
        yield finding(
            "deadlock",
            task=first.task if first else None,
            line=first.line if first else None,
            waiting=tasks,
        )
    elif isinstance(error, BusyError):
        yield finding("runs-for-ever", reason=_text(error), line=line)
    elif isinstance(error, RuntimeError) and _LOOP_RUNS.search(_text(error)):
        yield finding("loop-already-running", line=line)
    elif isinstance(error, RuntimeError) and _OTHER_LOOP.search(_text(error)):
        yield finding("other-loop", line=line)
    elif isinstance(error, TypeError | ValueError):
        if function := _passed_function(error):
            yield finding("not-called", line=line, name=function)
        elif match := _NOT_AWAITABLE.search(_text(error)):
            yield finding("not-awaitable", line=line, kind=match[1])


def _unknown_name(
    error: NameError, namespace: Mapping[str, Any], line: int | None
) -> Iterator[Finding]:
    frames = list(_frames(error.__traceback__))
    innermost = frames[-1].f_code.co_filename if frames else EXPRESSION
    name = error.name or ""
    if innermost == EXPRESSION:
        # the check itself looked for what the student was to define
        yield finding("missing-definition", name=name)
    else:
        local = frames[-1].f_locals
        yield _unknown(name, [*namespace, *local, *dir(__builtins__), *sys.modules], "", line)


def _unknown(name: str, known: Iterable[str], where: str, line: int | None) -> Finding:
    public = [other for other in known if not other.startswith("_") and other != name]
    close = difflib.get_close_matches(name, public, n=1, cutoff=0.6)
    suggestion = f"，你是不是想写 {close[0]}" if close else ""
    fix = f"把 {name} 改成 {close[0]}。" if close else f"先定义 {name}，或者换成正确的名字。"
    place = f"第 {line} 行：" if line else ""
    return finding(
        "unknown-name",
        line=line,
        name=name,
        where=place + where,
        suggestion=suggestion,
        fix=fix,
    )


def _passed_function(error: BaseException) -> str | None:
    """The coroutine function that was given to asyncio, or awaited, instead of a coroutine."""
    for frame in reversed(list(_frames(error.__traceback__, own=False))):
        for name in ("coro", "coro_or_future", "main", "future"):
            value = frame.f_locals.get(name)
            if _is_library(frame.f_code.co_filename) and _is_uncalled(value):
                return str(getattr(value, "__name__", "函数"))
        if values := frame.f_locals.get("coros_or_futures") or frame.f_locals.get("fs"):
            for value in values if isinstance(values, tuple | list | set) else ():
                if _is_uncalled(value):
                    return str(getattr(value, "__name__", "函数"))
    if "object function can't be used in 'await'" in _text(error):
        _, code = _place(error)
        match = re.search(r"await\s+([\w.]+)\s*(?:$|[^\w.(])", code)
        return match[1] if match else "函数"
    return None


def _is_uncalled(value: object) -> bool:
    """Whether this is something to call (a function, a probe) where its result was wanted."""
    return callable(value) and not inspect.isawaitable(value) and not isinstance(value, type)


def _place(error: BaseException) -> tuple[int | None, str]:
    """Line and text of the innermost frame of the program's own code."""
    place: tuple[int | None, str] = (None, "")
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if not _is_library(file) and file != EXPRESSION:
            place = (trace.tb_lineno, linecache.getline(file, trace.tb_lineno).strip())
        trace = trace.tb_next
    return place


def _frames(trace: TracebackType | None, *, own: bool = True) -> Iterator[FrameType]:
    """Frames of a traceback from the outermost; with `own`, those of the program and the check."""
    while trace is not None:
        if not own or not _is_library(trace.tb_frame.f_code.co_filename):
            yield trace.tb_frame
        trace = trace.tb_next


def _is_library(file: str) -> bool:
    return file.startswith((*_LIBRARY, "<frozen")) or "site-packages" in file


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return ""
