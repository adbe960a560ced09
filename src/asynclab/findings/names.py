"""From a name that is not there, to what was probably meant."""

import asyncio
import builtins
import difflib
import inspect
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from asynclab.findings.places import EXPRESSION, frames, place_of
from asynclab.findings.table import finding, place
from asynclab.trace import Finding

# What old tutorials take from asyncio: since when it is gone, and what is written today.
_REMOVED = {
    "coroutine": ("3.11", "async def"),
    "async": ("3.7", "create_task"),
    "JoinableQueue": ("3.5", "asyncio.Queue"),
}
_UNBOUND = re.compile(r"local variable '(\w+)'")
# What a suggestion is easily confused with.
_BESIDE = {"StopIteration": "（异步迭代器里是 StopAsyncIteration）"}
# Closer than this, one name is taken for a misspelling of the other (difflib's ratio).
_ALIKE = 0.75


def explain_name(error: NameError, namespace: Mapping[str, Any]) -> Iterator[Finding]:
    """Diagnose a name that is defined nowhere; `namespace` is the notebook's."""
    line, source = place_of(error)
    own = list(frames(error))
    name = error.name or ""
    if isinstance(error, UnboundLocalError):
        unbound = _UNBOUND.search(str(error))
        yield finding("no-value-yet", line=line, source=source, name=unbound[1] if unbound else "")
    elif not own or own[-1].f_code.co_filename == EXPRESSION:
        # the check itself looked for what the student was to define
        close = _closest(name, namespace)
        suggestion = f"，例如 {close}" if close else ""
        yield finding("missing-definition", name=name, suggestion=suggestion)
    elif name in sys.stdlib_module_names or name in sys.modules:
        yield _unknown(
            error,
            suggestion="；有一个同名的模块，还没有导入",
            nudge="想用那个模块吗？单元开头的 import 里，有没有它？",
            fix=f"在单元的开头写 import {name}。",
        )
    else:
        known = [*namespace, *own[-1].f_locals, *dir(builtins), *sys.modules]
        yield _misspelt(error, known, "", "名字拼对了吗？它属于哪个模块，前面要写上吗？")


def explain_attribute(error: AttributeError) -> Iterator[Finding]:
    """Diagnose a name that an object does not have."""
    name = error.name
    if name is None:
        return
    if error.obj is asyncio and name in _REMOVED:
        line, source = place_of(error)
        version, today = _REMOVED[name]
        called = f"asyncio.{name}"
        yield finding(
            "removed", line=line, source=source, name=called, version=version, today=today
        )
    elif error.obj is asyncio and hasattr(asyncio.AbstractEventLoop, name):
        yield _unknown(
            error,
            where="asyncio 里",
            suggestion="，它是事件循环的方法",
            nudge="先拿到正在运行的事件循环，再向它要。",
            fix=f"写 asyncio.get_running_loop().{name}(…)。",
        )
    elif inspect.iscoroutine(error.obj):
        yield _unknown(
            error,
            where="协程对象里",
            suggestion="，它还没有结果：要先用 await 等，再取",
            nudge="有没有 await？有的话，它等的是哪一部分？",
            fix=f"写 (await …).{name}，或者分成两行：先等，再用结果的 {name}。",
        )
    elif error.obj is None:
        yield _unknown(
            error,
            where="None 里",
            nudge="点号左边是 None：给出它的那个函数，是不是忘了 return？",
            fix=f"打印点号左边的东西；让它成为你想要的、有 {name} 的东西。",
        )
    elif inspect.isroutine(error.obj):
        called = error.obj.__name__
        yield _unknown(
            error,
            where=f"函数 {called} 里",
            nudge=f"{called} 是函数：是不是忘了调用它？",
            fix=f"写 {called}(…)，后面有括号。",
        )
    else:
        owner = getattr(error.obj, "__name__", type(error.obj).__name__)
        nudge = "名字要是没有拼错，看看点号左边是不是你以为的那样东西。"
        if f"self.{name}" in place_of(error)[1]:
            nudge = "__init__ 里存进 self 的时候，用的是哪个名字？"
        yield _misspelt(error, dir(error.obj), f"{owner} 里", nudge)


def _misspelt(
    error: NameError | AttributeError, known: Iterable[str], where: str, nudge: str
) -> Finding:
    name = error.name or ""
    close = _closest(name, known)
    return _unknown(
        error,
        where=where,
        suggestion=f"，你是不是想写 {close}{_BESIDE.get(close, '')}" if close else "",
        nudge="名字拼对了吗？一个字母一个字母地看。" if close else nudge,
        fix=f"把 {name} 改成 {close}。" if close else f"先定义 {name}，或者换成正确的名字。",
    )


def _closest(name: str, known: Iterable[str]) -> str | None:
    """The one of the known names that this is most likely a misspelling of."""
    public = [other for other in known if not other.startswith("_") and other != name]
    # the same letters in another case are closest of all
    close = [other for other in public if other.lower() == name.lower()]
    close = close or difflib.get_close_matches(name, public, n=1, cutoff=_ALIKE)
    return close[0] if close else None


def _unknown(error: NameError | AttributeError, where: str = "", **texts: str) -> Finding:
    line, source = place_of(error)
    at = f"{place(line, source)}：" if line else ""
    return finding("unknown-name", line=line, where=at + where, name=error.name, **texts)
