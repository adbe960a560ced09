"""All diagnoses, with what they say to a student.

A message has `{task}`, `{line}` and other names filled in; a hint is a nudge (the first) or nearly
the answer (the second).
"""

from dataclasses import dataclass
from string import Formatter

from asynclab.trace import Finding

_SOURCE = 60  # letters of a line that are shown


@dataclass(frozen=True)
class Diagnosis:
    """One entry of the table: a message to fill in, and two hints from gentle to strong.

    Where only a check suspects it and nobody saw it happen, the details are missing: `general` is
    what may then be said, a message and a first hint.
    """

    message: str
    hints: tuple[str, str]
    general: tuple[str, str] | None = None


TABLE: dict[str, Diagnosis] = {
    "missing-definition": Diagnosis(
        "没有找到 {name}：定义它的单元没有运行成功，或者里面写的是别的名字{suggestion}。",
        (
            "往上看，定义 {name} 的单元报错了吗？它里面写的是 {name} 吗？",
            "名字要和题目里的一模一样，大小写也要一样：def {name} 或 async def {name}。",
        ),
    ),
    "syntax": Diagnosis(
        "第 {line} 行{what}，整个单元一行也没有运行：{code}",
        ("{nudge}", "{fix}"),
    ),
    "unknown-name": Diagnosis(
        "{where}没有 {name} 这个名字{suggestion}。",
        ("{nudge}", "{fix}"),
    ),
    "no-value-yet": Diagnosis(
        "变量 {name} 在这里还没有值{at}。",
        (
            "给它赋值的那一行，运行到了吗？",
            "在 try 或 if 以前先给它一个值，或者把用到它的几行移到赋值以后。",
        ),
    ),
    "stop-iteration": Diagnosis(
        "StopIteration 冒到了外面，Python 把它换成了 RuntimeError{at}。",
        (
            "它从哪里来：一个走完了的生成器，还是自己写的 raise？",
            "走完的生成器，用 except StopIteration 接住；异步迭代器的「没有了」是 "
            "StopAsyncIteration。",
        ),
    ),
    "no-running-loop": Diagnosis(
        "运行到这里的线程里，没有正在运行的事件循环{at}。",
        (
            "这一行由哪个线程运行？是在协程里面，还是在外面？",
            "在协程里先取好循环，再交给线程；要用循环的东西，也在协程里面建。",
        ),
    ),
    "no-result-yet": Diagnosis(
        "还没有结果，就去取了{at}。",
        (
            "result() 和 exception() 会停下来等吗？",
            "先 await 它，等完了结果就在手上；只想看一眼，先问 done()。",
        ),
    ),
    "result-set-twice": Diagnosis(
        "Future 已经有了结果，或者已经被取消，又往里放了一次{at}。",
        (
            "放以前，怎样知道它还空着？",
            "放以前先看 done()：已经完成的，就不再放。",
        ),
    ),
    "needs-task": Diagnosis(
        "这里只收任务，不收协程{at}。",
        ("谁能把协程变成任务？", "先用 create_task 建任务，再交给 asyncio.wait；或者改用 gather。"),
    ),
    "loop-already-running": Diagnosis(
        "这里已经有一个事件循环在运行，不能再启动一个{at}。",
        (
            "单元本来就运行在事件循环上，脚本才需要自己启动它。",
            "在单元里直接写 await main()；在协程里面也用 await，不要用 asyncio.run。",
        ),
    ),
    "other-loop": Diagnosis(
        "这个任务（或者锁、队列）是在别的事件循环上建的，不能在这里等{at}。",
        (
            "它是在哪里建出来的？在 main() 里面，还是在外面？",
            "把 create_task、Queue()、Lock() 这些都移到 main() 里面。",
        ),
    ),
    "wrong-kind": Diagnosis("{what}{at}。", ("{nudge}", "{fix}")),
    "not-unpacked": Diagnosis(
        "gather 要的是一个一个的可等待对象，不是一个列表{at}。",
        ("一个列表，怎样拆成一个一个的参数？", "在列表前面加一个星号：gather(*列表)。"),
    ),
    "thread-error": Diagnosis(
        "线程里出了错{error}，没有传到别处，所以谁也没有看见。",
        (
            "先看看它是什么错，是哪一行。",
            "在线程的函数里用 try 接住它，再交给事件循环；用 to_thread 的话，它会自己传出来。",
        ),
    ),
    "removed": Diagnosis(
        "{name} 在 Python {version} 里已经删掉了{at}。",
        ("这是旧教程里的写法，今天写什么？", "今天写 {today}。"),
    ),
    "never-awaited": Diagnosis(
        "协程 {name} 建了出来，却没有人等它，所以它一行也没有运行{at}。",
        (
            "调用协程函数只得到协程对象。谁来等它？",
            "在 {name}(...) 前面加上 await，或者用 create_task 把它变成任务。",
        ),
        ("可能有一个协程建了出来，却没有人等它。", "调用协程函数只得到协程对象。谁来等它？"),
    ),
    "not-called": Diagnosis(
        "这里要的是协程对象，给的却是协程函数 {name} 本身{at}。",
        (
            "函数和调用函数的结果是两回事，少了什么？",
            "在 {name} 后面加上括号：{name}()。",
        ),
        ("可能把协程函数本身当成了协程对象。", "函数和调用函数的结果是两回事，少了什么？"),
    ),
    "not-awaitable": Diagnosis(
        "await 后面的 {kind} 不是可等待对象{at}。",
        (
            "await 只能等可等待对象，例如协程、任务和 Future；普通函数的结果不能等。",
            "去掉 await；如果本来想等，换成异步的版本，例如 asyncio.sleep 而不是 time.sleep。",
        ),
        (
            "可能有一个 await，后面的东西不是可等待对象。",
            "await 只能等可等待对象，例如协程、任务和 Future；普通函数的结果不能等。",
        ),
    ),
    "blocking-call": Diagnosis(
        "任务「{task}」用 time.sleep 占着线程 {seconds:g} 秒{at}，其他任务都停着。",
        (
            "等待的时候，要让事件循环有机会去运行别的任务。",
            "把 time.sleep 换成 await asyncio.sleep；真要调用阻塞的函数，用 asyncio.to_thread。",
        ),
        (
            "可能有一段代码占着线程不放，其他任务都停着。",
            "等待的时候，要让事件循环有机会去运行别的任务。",
        ),
    ),
    "sequential": Diagnosis(
        "应当同时进行的事情一件接着一件，一共用了 {elapsed:g} 秒。",
        (
            "第二件事是什么时候开始的：在第一件做完以前，还是以后？",
            "先把所有的任务都建好（TaskGroup 或 gather），再一起等，不要建一个等一个。",
        ),
        (
            "应当同时进行的事情，看起来是一件接着一件做的。",
            "第二件事是什么时候开始的：在第一件做完以前，还是以后？",
        ),
    ),
    "deadlock": Diagnosis(
        "程序永远等下去了：{waiting}。",
        (
            "每个任务在等什么？谁应当唤醒它？那个谁又在等什么？",
            "检查有没有没人放东西的队列、没人 set 的事件、互相等待的锁或任务。",
        ),
        ("可能在等永远不会来的东西。", "每个任务在等什么？谁应当唤醒它？那个谁又在等什么？"),
    ),
    "leaked-task": Diagnosis(
        "程序结束的时候，任务「{task}」还没有做完，被丢下了。",
        (
            "每个任务都要有人等，或者由你取消。",
            "用 TaskGroup，它会等所有任务；或者在结束以前 await 那个任务。",
        ),
        ("可能有任务没有做完，就被丢下了。", "每个任务都要有人等，或者由你取消。"),
    ),
    "lost-exception": Diagnosis(
        "任务里出了错{error}，却没有人来取，所以谁也没有看见。",
        (
            "任务的异常要等到有人 await 它，或者调用 result() 才会出现。",
            "用 TaskGroup 或 gather 来等；用 asyncio.wait 时，逐个检查 done 里的任务。",
        ),
        (
            "应当看见的错误没有出来：可能没有检查，可能被 except 接住了，也可能没有人去等。",
            "出错的地方在哪里？从那里出来以后，错误到了谁的手里？",
        ),
    ),
    "swallowed-cancellation": Diagnosis(
        "任务「{task}」被取消了，却把取消咽了下去，像没事一样结束。",
        (
            "CancelledError 是别人在请你停下。",
            "清理完以后用 raise 把它继续抛出去，或者用 try … finally 代替 except。",
        ),
        ("可能有一个任务被取消了，却把取消咽了下去。", "CancelledError 是别人在请你停下。"),
    ),
    "runs-for-ever": Diagnosis(
        "程序停不下来：{reason}。",
        (
            "循环的结束条件什么时候会成立？",
            "检查 while 的条件，确认循环里有东西会改变它；后台任务要在最后取消。",
        ),
    ),
    "program-died": Diagnosis(
        "运行这段程序的进程中途没有了，没有给出结果。",
        (
            "程序里有没有让整个进程退出，或者耗尽内存的地方？",
            "去掉 os._exit、exit、kill；用 return 或者抛出异常来结束。",
        ),
    ),
    "no-answer": Diagnosis(
        "等了 {seconds:g} 秒，程序还没有给出结果，已经被终止。",
        (
            "程序在等什么？有没有真正地（不是用 await）停在某处？",
            "检查线程的 join、Event.wait、没有超时的网络请求；在协程里等，要用 await。",
        ),
    ),
    "too-much": Diagnosis(
        "程序给出的结果太大，没有接受。",
        ("返回或者打印的东西有多少？", "只返回题目要的；循环里不要打印。"),
    ),
    "not-plausible": Diagnosis(
        "程序报告的经过不可信{reason}，这项检查不算通过。",
        (
            "检查要的是真正运行出来的经过。",
            "不要替换 asyncio、计时和检查用的东西；把题目要的真正做一遍。",
        ),
    ),
    "wrong-value": Diagnosis(
        "结果不对。",
        ("实际得到的，和题目里的哪一句不一样？", "把中间结果打印出来，看从哪一步开始不对。"),
    ),
    "wrong-type": Diagnosis(
        "结果的类型不对。",
        (
            "题目要的是什么样的东西？实际得到的是什么？",
            "打印 type(结果) 看看：有没有 return？忘了 await 时，得到的会是协程对象。",
        ),
    ),
    "wrong-order": Diagnosis(
        "顺序不对。",
        (
            "先后是由哪里决定的？有时间线就看时间线，没有就看打印的先后。",
            "结果要按输入的顺序，就按建任务的顺序去取；打印的顺序由哪里 await 决定。",
        ),
    ),
    "too-many-in-flight": Diagnosis(
        "同时进行的太多，超过了允许的数目。",
        (
            "限制的是建任务，还是真正做那件事？钥匙要做完才还。",
            "用 asyncio.Semaphore(n)，在 async with 里面做那件事；或者只开 n 个工人取队列。",
        ),
    ),
}


class _Blank(dict[str, object]):
    """Names that a message mentions and nobody filled in are left out."""

    def __missing__(self, name: str) -> "_Empty":
        return _Empty()


class _Empty:
    def __format__(self, _: str) -> str:
        return ""


def finding(
    code: str,
    /,
    *,
    task: str | None = None,
    line: int | None = None,
    source: str = "",
    **details: object,
) -> Finding:
    """A finding of the table with its texts filled in; KeyError for an unknown code.

    `source` is the text of the line, which tells a reader what no cell's number can. Details that
    are missing, or None, are left out of the texts.

    Example:
        >>> finding("blocking-call", task="甲", line=3, seconds=2.0).message
        '任务「甲」用 time.sleep 占着线程 2 秒（第 3 行），其他任务都停着。'
    """
    diagnosis = TABLE[code]
    at = f"（{place(line, source)}）" if line else ""
    names = _Blank({name: value for name, value in details.items() if value is not None}, at=at)
    if task is not None:
        names["task"] = task
    if line is not None:
        names["line"] = line
    known = {name for _, name, _, _ in Formatter().parse(diagnosis.message) if name} <= names.keys()
    said, nudge, fix = diagnosis.message, *diagnosis.hints
    if diagnosis.general and not known:
        said, nudge = diagnosis.general
    message, *hints = (text.format_map(names) for text in (said, nudge, fix))
    return Finding(code, message, tuple(hints), task, line)


def place(line: int, source: str = "") -> str:
    """Where in a cell: its line's number, and the text of that line, cut to a reader's measure."""
    source = " ".join(source.split())
    if len(source) > _SOURCE:
        source = source[: _SOURCE - 1] + "…"
    return f"第 {line} 行 {source}".rstrip()
