"""Forged verdicts: nothing for what was not done, and a finding that says why."""

from collections.abc import Callable, Sequence

from tests.hostile.cases.attack import CHANNEL, ONE_BY_ONE, impostor
from tests.hostile.cases.case import Case, Notebook
from tests.hostile.kitchen import BESIDE

# Checks that get a transcript of the candidate's, and all that ask the candidate at all.
_RUNS = ("check-bill", "check-serve", "check-brew", "check-program")
_ASKED = (*_RUNS, "check-tickets")


def _transcript(
    name: str,
    about: str,
    body: str,
    why: str = "",
    loses: Sequence[str] = _RUNS,
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


def _reply(name: str, about: str, body: str, cause: str, why: str = "") -> Case:
    """A case whose answers to a check's questions are others than an honest candidate's."""
    indented = "\n".join(f"    {line}" for line in body.strip().splitlines())
    return Case(
        name,
        about,
        first=impostor(f"if 'transcript' in message or 'moves' in message:\n{indented}"),
        gets=dict.fromkeys(_ASKED, 0.0),
        finds=dict.fromkeys(("check-bill", "check-serve", "check-brew", "check-tickets"), cause),
        says={"check-bill": why},
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
    Case(
        "displayhook",
        "shows points where a check shows them",
        blank=True,
        first="get_ipython().displayhook(3.0)\n3.0",
        cells={
            "greet": "def greet(name):\n    get_ipython().displayhook(3.0)\n    raise SystemExit",
            "brew": "async def brew(minutes):\n    get_ipython().displayhook(1.0)",
        },
        says={BESIDE: "不在 0 和满分 1 之间"},
    ),
    Case(
        "displayhook-nan",
        "shows points that are no number",
        blank=True,
        cells={"greet": "greet = lambda name: get_ipython().displayhook(float('nan'))"},
        says={BESIDE: "不在 0 和满分 1 之间"},
    ),
    Case(
        "printed-reply",
        "prints what an answer looks like",
        blank=True,
        cells={
            "bill": """\
def bill(order):
    import os
    for number in range(1, 4):
        os.write(number, b'{"id": 1, "transcript": {"value": true}}\\n')
    print('{"succeeded": true, "score": 100}')"""
        },
    ),
    Case(
        "stolen-id",
        "answers a cell's question itself, with the right number",
        blank=True,
        first=f"{CHANNEL}\n"
        "reply = {'id': request()['id'], 'succeeded': True, 'outputs': []}\n"
        "connection.sendall(json.dumps(reply).encode() + b'\\n')",
    ),
    Case(
        "stolen-id-in-call",
        "answers a check's question itself, before the answer",
        cells={
            "bill": f"""\
{CHANNEL}
def bill(order):
    reply = {{"id": request()["id"], "transcript": {{"value": 1}}}}
    connection.sendall(json.dumps(reply).encode() + b"\\n")"""
        },
        # its true answer then comes unasked, which costs it the cell that follows
        gets={"check-bill": 0, "check-tickets": 0},
        finds={"check-bill": "not-plausible"},
        says={"tickets": "not-plausible"},
    ),
    Case(
        "unasked",
        "leaves a child that speaks when nobody has asked",
        first=f"{CHANNEL}\n"
        "import os, ctypes\n"
        "if os.fork() == 0:\n"
        "    while True:\n"
        "        connection.send(b'{}\\n')\n"
        "        ctypes.CDLL(None).usleep(1000)",
        blank=True,
    ),
    Case(
        "no-transcript",
        "an answer in which there is nothing",
        first=impostor("message.pop('transcript', 0)\nmessage.pop('moves', 0)"),
        gets=dict.fromkeys(_ASKED, 0.0),
        finds={"check-bill": "not-plausible", "check-tickets": "not-plausible"},
    ),
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
    _reply(
        "fast-forward",
        "a NaN among the times",
        "self._connection.sendall(b'{\"id\": %d, \"transcript\": NaN}\\n' % message['id'])\nreturn",
        "not-plausible",
        "不是 JSON",
    ),
    _reply(
        "infinite",
        "a number beyond all numbers",
        "self._connection.sendall(b'{\"id\": %d, \"moves\": 1e999}\\n' % message['id'])\nreturn",
        "not-plausible",
        "不是 JSON",
    ),
    _reply(
        "digits",
        "a number of five thousand digits",
        "self._connection.sendall(b'{\"id\": ' + b'1' * 5000 + b'}\\n')\nreturn",
        "not-plausible",
        "不是 JSON",
    ),
    _reply(
        "deep",
        "JSON nested a million deep",
        "self._connection.sendall(b'[' * 1_000_000 + b'\\n')\nreturn",
        "not-plausible",
        "不是 JSON",
    ),
    _reply(
        "bytes",
        "no text at all",
        "self._connection.sendall(bytes(range(256)) + b'\\n')\nreturn",
        "not-plausible",
        "不是 JSON",
    ),
    _reply(
        "list",
        "JSON that is no object",
        "self._connection.sendall(b'[1]\\n')\nreturn",
        "not-plausible",
        "不是 JSON 对象",
    ),
    _reply("other-id", "an answer to another question", "message['id'] += 1", "not-plausible"),
    _reply(
        "two-replies",
        "two answers to one question",
        "self._connection.sendall((json.dumps(message) + '\\n').encode() * 2)\nreturn",
        "not-plausible",
    ),
    _reply(
        "too-much",
        "an answer of twenty megabytes",
        "message['transcript'] = message['moves'] = 'x' * (20 << 20)",
        "too-much",
    ),
    _reply("hung-up", "hangs up instead of answering", "self._connection.close()", "program-died"),
    _reply(
        "descriptors",
        "sends open files along",
        "import socket\n"
        "socket.send_fds(self._connection, [b' '], [0] * 200)\n"
        "message.update(transcript={}, moves=[])",
        "not-plausible",
    ),
    Case(
        "early-answer",
        "asks for a probe's answer before its time",
        first=impostor("if 'settle' in message: message['now'] = 0.0"),
        gets={"check-serve": 0},
        finds={"check-serve": "not-plausible"},
        says={"check-serve": "还没有到时候"},
    ),
    Case(
        "hurry",
        "does one after another and says that no time has passed",
        cells={"serve": ONE_BY_ONE},
        first=impostor(
            "if 'transcript' in message:\n"
            "    t = message['transcript']\n"
            "    t['elapsed'] = min(t['elapsed'], 3.0)\n"
            "    for each in t['tasks']: each['ended'] = min(each['ended'], 3.0)\n"
            "    for each in t['steps']:\n"
            "        for key in ('ready', 'start', 'stop'): each[key] = min(each[key], 3.0)"
        ),
        gets={"check-serve": 0, "check-brew": 0},
        finds={"check-serve": "not-plausible"},
        says={"check-serve": "用时比检查者看到的短"},
    ),
    Case(
        "answered-twice",
        "asks for one answer twice",
        first=impostor("if 'settle' in message:\n    sent(self, message)\n    self.receive()"),
        gets={"check-serve": 0},
        finds={"check-serve": "not-plausible"},
    ),
    Case(
        "other-probe",
        "asks for a probe that nobody gave it",
        first=impostor("if 'probe' in message: message['probe'] = ['cook']"),
        gets={"check-serve": 0},
        finds={"check-serve": "not-plausible"},
    ),
    Case(
        "huge-clock",
        "tells a time of four thousand digits",
        first=impostor("if 'now' in message: message['now'] = 10 ** 4000"),
        gets={"check-serve": 0},
        finds={"check-serve": "not-plausible"},
        says={"check-serve": "时钟不对"},
    ),
    Case(
        "deep-argument",
        "calls a probe with something nested nine hundred deep",
        first=impostor(
            "if 'begin' in message:\n"
            "    v = 0\n"
            "    for _ in range(900): v = [v]\n"
            "    message['begin'] = [v]"
        ),
        gets={"check-serve": 0},
        says={"check-serve": "同时做"},
    ),
    Case(
        "flood",
        "calls a probe without end",
        cells={
            "serve": """\
async def serve(cook, dishes):
    for _ in range(25_000): asyncio.ensure_future(cook("x" * 1000))
    await asyncio.sleep(0)"""
        },
        gets={"check-serve": 0},
    ),
    Case(
        "slow-listener",
        "asks a thousand things at once and takes its time over each answer",
        cells={
            "serve": f"""\
{CHANNEL}
async def serve(cook, dishes):
    question = {{"id": request()["id"], "probe": "cook", "now": 0.0, "begin": []}}
    connection.setblocking(False)
    try:
        while True: connection.send(json.dumps(question).encode() + b"\\n")
    except BlockingIOError:
        pass
    connection.setblocking(True)
    import ctypes
    while True:
        connection.recv(100)
        ctypes.CDLL(None).usleep(500_000)"""
        },
        gets={"check-serve": 0},
        finds={"check-serve": "no-answer"},
    ),
]
