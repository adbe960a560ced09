"""From an exception to a diagnosis."""

import asyncio
import concurrent.futures
import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any

from asynclab.clock import BusyError, DeadlockError, is_library
from asynclab.findings.kinds import misuse
from asynclab.findings.names import explain_attribute, explain_name
from asynclab.findings.places import frames, place_of
from asynclab.findings.table import finding
from asynclab.trace import Failure, Finding

# What asyncio and Python say, in all versions from 3.11.
_RUNTIME_ERRORS = {
    r"from a running event loop|event loop is (already )?running|another loop": (
        "loop-already-running"
    ),
    r"attached to a different loop|bound to a different event loop": "other-loop",
    r"no running event loop|no current event loop": "no-running-loop",
    r"raised StopIteration": "stop-iteration",
}
_NOT_AWAITABLE = re.compile(r"object (.+) can't be used in 'await' expression")


def failure_of(error: BaseException) -> Failure:
    """An exception as plain data, at the innermost line of the program's own code."""
    causes = getattr(error, "exceptions", ()) if isinstance(error, BaseExceptionGroup) else ()
    line, code = place_of(error)
    message = error.message if isinstance(error, BaseExceptionGroup) else _text(error)
    return Failure(type(error).__name__, message, line, code, tuple(map(failure_of, causes)))


def explain_failure(error: BaseException, namespace: Mapping[str, Any]) -> Iterator[Finding]:
    """Diagnose an exception that ended a run; `namespace` is the notebook's."""
    match error:
        case BaseExceptionGroup():
            for cause in error.exceptions:
                yield from explain_failure(cause, namespace)
        case SyntaxError():
            yield _syntax(error)
        case NameError():
            yield from explain_name(error, namespace)
        case AttributeError():
            yield from explain_attribute(error)
        case DeadlockError():
            first = next((w for w in error.waiting if w.line is not None), None)
            yield finding(
                "deadlock",
                task=first.task if first else None,
                line=first.line if first else None,
                waiting="；".join(map(str, error.waiting)),
            )
        case BusyError():
            yield finding("runs-for-ever", reason=_text(error), line=place_of(error)[0])
        case RuntimeError():
            yield from _runtime(error)
        case asyncio.InvalidStateError() | concurrent.futures.InvalidStateError():
            code = "no-result-yet" if "is not set" in _text(error) else "result-set-twice"
            line, source = place_of(error)
            yield finding(code, line=line, source=source)
        case TypeError() | ValueError():
            yield from _argument(error)


def _runtime(error: RuntimeError) -> Iterator[Finding]:
    code = next((c for said, c in _RUNTIME_ERRORS.items() if re.search(said, _text(error))), None)
    if code is not None:
        # where a generator's end was turned into this error, its beginning is in the cause
        line, source = place_of(error.__cause__ or error)
        yield finding(code, line=line, source=source)


def _argument(error: TypeError | ValueError) -> Iterator[Finding]:
    """What was given to asyncio, or awaited, and cannot be."""
    line, source = place_of(error)
    if wrong := misuse(_text(error)):
        yield finding("wrong-kind", line=line, source=source, **vars(wrong))
    elif "Passing coroutines is forbidden" in _text(error):
        yield finding("needs-task", line=line, source=source)
    elif "unhashable type: 'list'" in _text(error) and _gathers_a_list(error):
        yield finding("not-unpacked", line=line, source=source)
    elif function := _passed_function(error):
        yield finding("not-called", line=line, source=source, name=function)
    elif match := _NOT_AWAITABLE.search(_text(error)):
        # a Future that cannot be awaited is the one of threads and processes
        kind = {"Future": "concurrent.futures 的 Future"}.get(match[1], match[1])
        # a probe stands for a function
        kind = "函数" if kind.endswith("Probe") else kind
        yield finding("not-awaitable", line=line, source=source, kind=kind)


def _syntax(error: SyntaxError) -> Finding:
    if isinstance(error, IndentationError):
        what = "的缩进不对"
        nudge = "这一行开头的空格，和上下几行比一比：多了、少了，还是混着制表符？"
        fix = "同一层的语句，开头的空格要一样多；冒号下面的一层，多四个空格。"
    else:
        what = "不合语法"
        nudge = "Python 指出的位置附近，有没有拼错的关键字，或者少了的括号、冒号？"
        fix = "把那一行和章节里的写法逐字对照，例如 await、async def、async with。"
    code = (error.text or "").strip() or "（见上面的错误）"
    return finding("syntax", line=error.lineno, what=what, code=code, nudge=nudge, fix=fix)


def _passed_function(error: BaseException) -> str | None:
    """The coroutine function that was given to asyncio, or awaited, instead of a coroutine."""
    for frame in reversed(list(frames(error, own=False))):
        for name in ("coro", "coro_or_future", "main", "future"):
            value = frame.f_locals.get(name)
            if is_library(frame.f_code.co_filename) and _is_uncalled(value):
                return str(getattr(value, "__name__", "函数"))
        if values := frame.f_locals.get("coros_or_futures") or frame.f_locals.get("fs"):
            for value in values if isinstance(values, tuple | list | set) else ():
                if _is_uncalled(value):
                    return str(getattr(value, "__name__", "函数"))
    if "object function can't be used in 'await'" in _text(error):
        _, code = place_of(error)
        match = re.search(r"await\s+([\w.]+)\s*(?:$|[^\w.(])", code)
        return match[1] if match else "函数"
    return None


def _gathers_a_list(error: BaseException) -> bool:
    called = [frame.f_locals.get("coros_or_futures") for frame in frames(error, own=False)]
    return any(isinstance(each, list) for values in called if values for each in values)


def _is_uncalled(value: object) -> bool:
    """Whether this is something to call (a function, a probe) where its result was wanted."""
    return callable(value) and not inspect.isawaitable(value) and not isinstance(value, type)


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return ""
