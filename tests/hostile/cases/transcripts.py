"""Transcripts that are made up, or changed on their way to the examiner."""

from collections.abc import Callable, Sequence

from tests.hostile.cases.attack import impostor
from tests.hostile.cases.case import Case, Notebook

# Checks that get a transcript of the candidate's.
RUNS = ("check-bill", "check-serve", "check-brew", "check-program")


def _transcript(
    name: str,
    about: str,
    body: str,
    why: str = "",
    loses: Sequence[str] = RUNS,
    shows: Callable[[Notebook], bool] = lambda _: True,
) -> Case:
    """A case whose transcripts, in `t`, are changed on their way; `why` they are not believed."""
    indented = "\n".join(f"    {line}" for line in body.strip().splitlines())
    return Case(
        name,
        about,
        first=impostor(f"if 'transcript' in message:\n    t = message['transcript']\n{indented}"),
        gets=dict.fromkeys(loses, 0.0),
        finds=dict.fromkeys(loses, "not-plausible") if why else {},
        says={"check-brew": why or "泡", "check-serve": why},
        shows=shows,
    )


def _escaped(notebook: Notebook) -> bool:
    """Names of a student's stand in the picture as text."""
    pictures = [
        text
        for cell in notebook["cells"]
        for output in cell.get("outputs", ())
        for kind, text in output.get("data", {}).items()
        if kind == "text/html"
    ]
    whole = "".join("".join(text) for text in pictures)
    return "&lt;script&gt;alert" in whole and "<script" not in whole and "<img" not in whole


# Everything a student's process could say of a run that it did not do: it tells the truth of a
# `serve` that was called, but not with what.
_PLAUSIBLE = """\
task = dict(made=0.0, state="done")
main = dict(task, id=0, name="程序", coroutine="_evaluate", parent=None, ended=3.0)
cook = [dict(task, id=n, name=d, coroutine="cook", parent=0, ended=float(4 - n))
        for n, d in enumerate("面汤茶", 1)]
step = dict(ready=0.0, start=0.0, stop=0.0, end="waits")
steps = [{**step, "task": n} for n in range(4)]
steps += [dict(task=n, ready=4.0 - n, start=4.0 - n, stop=4.0 - n, end="done") for n in (3, 2, 1)]
steps.append(dict(task=0, ready=3.0, start=3.0, stop=3.0, end="done"))
t.update(value=["a1b2c3d4"] * 3, error=None, elapsed=3.0, findings=[], warnings=[], printed=[],
         tasks=[main, *cook], steps=steps)
"""

CASES = [
    _transcript("empty-transcript", "without tasks", "t.update(tasks=[], steps=[])", "没有任务"),
    _transcript("no-steps", "without steps", "t['steps'] = []", "没有一个步骤"),
    _transcript("other-fields", "with a field too many", "t['passed'] = True", "格式不对"),
    _transcript("negative", "with negative times", "t['elapsed'] = -1.0", "格式不对"),
    _transcript(
        "other-finding",
        "with a finding that does not exist",
        "t['findings'] = [dict(code='all-right', message='', hints=['a'], task=None, line=None)]",
        "格式不对",
    ),
    _transcript(
        "unfinished",
        "with a program that did not end",
        "t['tasks'][0].update(state='pending', ended=None)",
        "程序没有结束",
    ),
    _transcript(
        "late", "that ends later", "t['elapsed'] += 1", loses=("check-serve", "check-brew")
    ),
    _transcript(
        "never-waited",
        "in which time has passed for nobody",
        "t['value'] = True\nt['tasks'][0]['ended'] = t['elapsed'] = 0.0\n"
        "t['steps'] = [dict(task=0, ready=0.0, start=0.0, stop=0.0, end='done')] * 2",
        "不可信",
    ),
    _transcript("plausible", "made up with care", _PLAUSIBLE),
    _transcript(
        "many-tasks",
        "with more tasks and steps than a recorder keeps",
        "t['tasks'] = [dict(t['tasks'][0], id=n, coroutine=f'c{n}') for n in range(20_001)]\n"
        "t['steps'] = [dict(t['steps'][0], task=n % 20_001) for n in range(30_000)]",
        "格式不对",
    ),
    _transcript(
        "large-names",
        "with names of a hundred thousand letters in a thousand steps",
        "t['value'] = None\nn = 'x' * 100_000\nt['elapsed'] = 9.0\n"
        "task = dict(name=n, parent=None, made=0.0, ended=9.0, state='done')\n"
        "t['tasks'] = [dict(task, id=i, coroutine=f'{i}{n}') for i in range(10)]\n"
        "t['steps'] = [dict(task=i % 9 + 1, ready=0.0, start=0.0, stop=0.0, end='waits')"
        " for i in range(1500)]",
    ),
    _transcript(
        "markup",
        "with names that are markup",
        "t['value'] = None\n"
        "for n, each in enumerate(t['tasks']):\n"
        "    each['name'] = f'<script>alert({n})</script><img src=x onerror=alert(1)>]]>'\n"
        "    each['coroutine'] = '</svg></div><script>alert(1)</script>'\n"
        "t['steps'] = [dict(t['steps'][0], end='waits'), *t['steps']]\n"
        "for s in t['steps'][:-1]: s['end'] = 'waits'",
        shows=_escaped,
    ),
    _transcript(
        "odd-letters",
        "with letters that no file takes",
        "t['value'] = '\\ud800'\nt['tasks'][0]['name'] = '\\ud800\\0\\x1b[31m\\u202e'\n"
        "t['error'] = dict(type='\\udfff', message='\\0' * 9, line=None, code='', causes=[])",
    ),
    _transcript(
        "nested",
        "with an error of errors of errors",
        "e = dict(type='E', message='', line=None, code='', causes=[])\n"
        "for _ in range(150): e = dict(e, causes=[e])\n"
        "t.update(error=e, value=None)",
    ),
    _transcript(
        "nested-value",
        "with a value nested nine hundred deep",
        "v = 0\nfor _ in range(900): v = [v]\nt['value'] = v",
    ),
    _transcript("huge-number", "too long to count", "t['elapsed'] = 10 ** 4000", "格式不对"),
]
