"""What Python says, in English, of a thing of the wrong kind: in Chinese, with a way out."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Misuse:
    """What is wrong, a question that leads to the reason, and the way out."""

    what: str
    nudge: str
    fix: str


# The message's pattern, its groups filled into the texts; the same words from Python 3.11 on.
_SAID = {
    r"iter\(\) returned non-iterator of type '(\w+)'": Misuse(
        "__iter__ 返回的是 {0}，它不是迭代器",
        "列表可以交给 for，为什么不能从 __iter__ 返回？",
        "把 __iter__ 写成含 yield 的函数，或者返回 iter(…)。",
    ),
    r"can't send non-None value to a just-started (?:async )?(?:generator|coroutine)": Misuse(
        "第一次只能送 None：它还没有走到第一个停下的地方",
        "送进去的值，由哪一个 yield 或 await 接住？",
        "先 send(None) 或者 next 一次，再送别的值。",
    ),
    r"'coroutine' object is not an iterator": Misuse(
        "协程对象不是迭代器，不能交给 next",
        "推一个协程走，用的是什么？",
        "在协程里写 await；自己推它，用 send(None)。",
    ),
    r"'coroutine' object is not iterable": Misuse(
        "这里的协程对象还没有结果，不能一项一项地取",
        "有没有 await？",
        "先 await 它，再用它的结果。",
    ),
    r"'coroutine' object is not callable": Misuse(
        "它已经是协程对象，不能再调用",
        "括号写了几次？",
        "去掉一对括号。",
    ),
    r"'coroutine' object is not an async iterator|requires an object with __aiter__ method, "
    r"got coroutine": Misuse(
        "这里要异步生成器，函数里却没有 yield",
        "return 和 yield 有什么不同？",
        "async for 后面的、@asynccontextmanager 下面的函数，里面要有 yield。",
    ),
    r"a coroutine was expected, got <(Task|Future)": Misuse(
        "create_task 只收协程，不收 {0}",
        "已经是任务或 Future 的，还要再变成任务吗？",
        "用 await、gather 或 asyncio.wait 等它。",
    ),
    r"expect a list of futures, not (\w+)": Misuse(
        "asyncio.wait 要的是装着任务的列表，不是一个 {0}",
        "只等一个，用得着 wait 吗？",
        "等一个，直接 await；等几个，写成列表：asyncio.wait([…])。",
    ),
    r"cannot unpack non-iterable (\w+) object": Misuse(
        "得到的是 {0}，不能拆成几样东西",
        "给出它的函数，return 了什么？",
        "函数要 return 几样东西，中间用逗号隔开；协程的结果要先 await。",
    ),
    r"__await__\(\) returned (?:non-iterator of type '(\w+)'|a coroutine)": Misuse(
        "__await__ 给出的不是迭代器",
        "它是普通的方法，还是写成了 async def？",
        "写成普通的 def，返回另一个可等待对象的 __await__()，或者在里面写 yield from。",
    ),
}


def misuse(said: str) -> Misuse | None:
    """The Chinese for what Python said of something of the wrong kind; None for other texts.

    Example:
        >>> misuse("iter() returned non-iterator of type 'list'").what
        '__iter__ 返回的是 list，它不是迭代器'
    """
    for pattern, texts in _SAID.items():
        if match := re.search(pattern, said):
            return Misuse(texts.what.format(*match.groups()), texts.nudge, texts.fix)
    return None
