"""Forged verdicts: nothing for what was not done, and a finding that says why."""

from tests.hostile.cases import transcripts
from tests.hostile.cases.attack import CHANNEL, ONE_BY_ONE, impostor
from tests.hostile.cases.case import Case
from tests.hostile.kitchen import BESIDE

# Checks that ask the candidate.
_ASKED = (*transcripts.RUNS, "check-tickets")


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
    connection.sendall((json.dumps(reply) + "\\n").encode() * 2)"""
        },
        gets={"check-bill": 0},
        finds={"check-bill": "not-plausible"},
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
    *transcripts.CASES,
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
