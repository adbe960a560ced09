"""Code that takes all there is: bounded, and what is kept of its output is below two megabytes."""

from collections.abc import Callable

from tests.hostile.cases.case import Case, Notebook, cell
from tests.hostile.kitchen import ANSWERS, FULL


def _takes(name: str, about: str, source: str, says: str = "", wins: bool = False) -> Case:
    """A case whose `brew` is defined only if this cell, which takes too much, succeeds."""
    answer = f"import os, sys, threading, time\n{source}\n{ANSWERS['brew']}"
    return Case(
        name,
        about,
        cells={"brew": answer},
        gets={} if wins else {"check-brew": 0},
        says={"brew": says} if says else {},
    )


def _gives(
    name: str, about: str, value: str, finding: str = "wrong-value", first: str = ""
) -> Case:
    """A case whose `brew` gives too much."""
    return Case(
        name,
        about,
        cells={"brew": f"{first}\nasync def brew(minutes):\n    return {value}"},
        gets={"check-brew": 0},
        finds={"check-brew": finding},
    )


def _repeated(times: int) -> Callable[[Notebook], None]:
    """So many cells of the student's own."""

    def edit(notebook: Notebook) -> None:
        own = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
        notebook["cells"] += [{**own, "source": f"n = {n}"} for n in range(times)]

    return edit


def _long_answer(notebook: Notebook) -> None:
    cell(notebook, "greet")["source"] += "\n#" + "长" * 1_000_000


_NOTHING = dict.fromkeys(FULL, 0.0)

CASES = [
    # memory
    _takes("list", "a list of eight gigabytes", "x = [0] * 10**9", "MemoryError"),
    _takes("growing", "more and more memory", "x = []\nwhile True: x.append(bytes(1 << 28))",
           "MemoryError"),
    _takes("text", "a text of ten gigabytes", "x = 'x' * 10**10", "MemoryError"),
    _takes("number", "a number that takes an age to compute", "x = 7 ** 7 ** 9", "BusyError"),
    # processes and threads
    _takes("forks", "three hundred processes", "import signal\n"
           "usual = signal.signal(signal.SIGCHLD, signal.SIG_IGN)\ntry:\n"
           "    for n in range(300): os.fork() or signal.pause()\n"
           "finally:\n    os.kill(-1, signal.SIGKILL)\n"
           "    signal.signal(signal.SIGCHLD, usual)", "BlockingIOError"),
    _takes("fork-bomb", "processes that make processes",
           "try:\n    while True: os.fork()\nfinally:\n    os._exit(0)", "program-died"),
    _takes("daemons", "processes that get away from their parents", "import signal\n"
           "def away():\n    os.setsid()\n    os.fork() or signal.pause()\n"
           "try:\n    while True:\n        if os.fork() == 0:\n"
           "            try: away()\n            finally: os._exit(0)\n"
           "finally: os.kill(-1, signal.SIGKILL)", "BlockingIOError"),
    _takes("spinning", "sixty processes that compute for ever", "for n in range(60):\n"
           "    if os.fork() == 0:\n        os.setsid()\n        while True: pass\n"
           "os._exit(0)", "program-died"),
    _takes("threads", "fifteen hundred threads", "stop = threading.Event()\ntry:\n"
           "    for n in range(1500): threading.Thread(target=stop.wait, daemon=True).start()\n"
           "finally: stop.set()", "can't start new thread"),
    # files
    _takes("file", "a file of 150 MB", "with open('big', 'wb') as file:\n"
           "    for n in range(150): file.write(bytes(1 << 20))", "File too large"),
    _takes("sparse", "a file of a terabyte with nothing in it",
           "with open('big', 'wb') as file: file.truncate(1 << 40)", "File too large"),
    _takes("disk", "files until there is no room", "for n in range(10):\n"
           "    with open(f'/tmp/{n}', 'wb') as file: file.write(bytes(20 << 20))",
           "No space left"),
    _takes("shared", "shared memory until there is no room", "for n in range(10):\n"
           "    with open(f'/dev/shm/{n}', 'wb') as file: file.write(bytes(20 << 20))",
           "No space left"),
    _takes("inodes", "fifty thousand empty files",
           "for n in range(50_000): os.mknod(f'/tmp/{n}')", "No space left"),
    _takes("folders", "folders in folders, three thousand deep", "os.chdir('/tmp')\n"
           "for n in range(3000):\n    os.mkdir('d')\n    os.chdir('d')\nos.chdir('/home/student')",
           wins=True),
    Case(
        "descriptors",
        "keeps so many files open that nothing can be run beside them",
        cells={"brew": "import os\nfor n in range(2000): os.open('/dev/null', os.O_RDONLY)"},
        gets={"check-brew": 0, "check-program": 0},
        finds={"check-brew": "program-died"},
        says={"brew": "Too many open files"},
    ),
    _takes("sockets", "more sockets than there may be", "import socket\n"
           "x = [socket.socketpair() for n in range(2000)]", "Too many open files"),
    _takes("memory-files", "memory files of 150 MB",
           "x = os.memfd_create('x')\nos.truncate(x, 150 << 20)", "File too large"),
    # outputs
    _takes("prints", "prints without end", "while True: print('x' * 1000)", "BusyError"),
    _takes("writes", "a child that writes without end", "import subprocess\n"
           "subprocess.run(['yes'])\nos.write(1, b'x' * 100_000)", "File too large"),
    _takes("lines", "two million empty lines", "print('\\n' * 2_000_000)", wins=True),
    _takes("displays", "a hundred displays of a hundred thousand letters",
           "from IPython.display import HTML\n"
           "for n in range(100): display(HTML('<b>&amp;\"</b>' * 10_000))", wins=True),
    _takes("not-mime", "displays that are no display", "from IPython.display import display\n"
           "deep = []\nfor _ in range(900): deep = [deep]\n"
           "for each in ({'text/plain': 5}, {5: 5}, {'': ''}, {'a/b': object()}, {'a/json': {}},\n"
           "             {'application/json': deep}, {'application/json': float('nan')}, {},\n"
           "             {'text/html': None}, {'image/png': '<b>'}, {'text/plain': '\\ud800'}):\n"
           "    try: display(each, raw=True)\n    except Exception: pass", wins=True),
    _takes("error", "an error with a message of thirty megabytes",
           "raise ValueError('x' * 30_000_000)", "ValueError"),
    _takes("group", "an error of a thousand errors",
           "raise ExceptionGroup('x' * 9999, [ValueError('y' * 9999)] * 1000)", "ExceptionGroup"),
    # what a check is given
    _gives("value", "twenty megabytes", "'x' * (20 << 20)", "too-much"),
    _gives("values", "a million numbers", "list(range(1_000_000))"),
    _gives("digits", "a number of a hundred thousand digits", "10 ** 100_000"),
    _gives("nested", "a list that holds itself", "loop", first="loop = []\nloop.append(loop)"),
    Case(
        "printed-in-check",
        "prints ten megabytes while it is checked",
        cells={"brew": "async def brew(minutes):\n    for _ in range(10): print('x' * (1 << 20))"},
        gets={"check-brew": 0},
        finds={"check-brew": "wrong-value"},
    ),
    Case(
        "printed-beside",
        "prints ten megabytes in the check beside it",
        cells={"greet": "def greet(name):\n    for _ in range(10): print('x' * (1 << 20))\n"
               "    return f'{name}，吃了吗'"},
    ),
    Case(
        "message",
        "fails with a hundred messages of ten thousand letters",
        cells={"brew": "async def brew(minutes):\n"
               "    raise ExceptionGroup('很多', [ValueError('错' * 10_000)] * 100)"},
        gets={"check-brew": 0},
        finds={"check-brew": "wrong-value"},
    ),
    Case(
        "task-names",
        "tasks with names of a million letters",
        cells={"serve": "async def serve(cook, dishes):\n"
               "    for n in range(10):\n"
               "        await asyncio.create_task(asyncio.sleep(1), name='x' * 10**6)"},
        gets={"check-serve": 0},
    ),
    Case(
        "tasks",
        "thirty thousand tasks",
        cells={"brew": "async def brew(minutes):\n    async def one(): await asyncio.sleep(1)\n"
               "    await asyncio.gather(*(one() for _ in range(30_000)))"},
        gets={"check-brew": 0},
        finds={"check-brew": "wrong-value"},
    ),
    Case(
        "steps",
        "forty thousand steps, in which time passes",
        cells={"brew": "async def brew(minutes):\n"
               "    for _ in range(40_000): await asyncio.sleep(0.001)"},
        gets={"check-brew": 0},
        finds={"check-brew": "wrong-value"},
    ),
    Case(
        "kinds",
        "four thousand tasks of as many kinds",
        cells={"brew": "async def one(): await asyncio.sleep(1)\nasync def brew(minutes):\n"
               "    tasks = []\n"
               "    for n in range(4000):\n"
               "        each = one()\n        each.__name__ = f'kind{n}'\n"
               "        tasks.append(asyncio.create_task(each))\n"
               "    await asyncio.gather(*tasks)"},
        gets={"check-brew": 0},
        finds={"check-brew": "wrong-value"},
    ),
    Case(
        "script",
        "a script that prints without end",
        cells={"program": "program = 'import sys\\nfor n in range(10**6): print(n * 1000)'"},
        gets={"check-program": 0},
    ),
    # the notebook itself
    Case("cells", "two thousand cells of its own", edit=_repeated(2100), gets=_NOTHING,
         rejects={"kitchen.ipynb": "单元超过 2000 个"}),
    Case("extra", "three hundred cells of its own", edit=_repeated(300), gets=_NOTHING,
         rejects={"kitchen.ipynb": "自己加的单元超过"}),
    Case("answer", "an answer of a million letters", edit=_long_answer, gets=_NOTHING,
         rejects={"kitchen.ipynb": "超过 2 MiB"}),
]  # fmt: skip
