"""Honest but noisy, or unlucky: full marks."""

from pathlib import Path

from tests.hostile.cases.case import Case
from tests.hostile.kitchen import ANSWERS, ESSAY


def _after(grade_id: str, *lines: str) -> str:
    """The reference answer with these lines at the beginning of its function."""
    head, *rest = ANSWERS[grade_id].splitlines()
    return "\n".join([head, *(f"    {line}" for line in lines), *rest])


def _everywhere(*lines: str) -> dict[str, str]:
    return {name: _after(name, *lines) for name in ("bill", "tickets", "serve", "brew", "greet")}


def _many_files(folder: Path) -> None:
    for number in range(4):
        (folder / f"data-{number}.bin").write_bytes(b"\0" * (4 << 20))


def _helper(folder: Path) -> None:
    (folder / "helper.py").write_text("def due(menu, dish, number): return menu[dish] * number\n")


CASES = [
    Case("reference", "the course's own answers"),
    Case(
        "essay",
        "the essay is written, which nobody has read yet",
        cells={ESSAY: "因为 `await` 时\n让出了控制权。<b>所以</b>"},
    ),
    Case(
        "stderr",
        "writes to standard error in cells and in checks",
        first="import sys\nprint('慢', file=sys.stderr)",
        cells=_everywhere("import sys", "print('在这里', file=sys.stderr)"),
    ),
    Case(
        "logging",
        "logs everything",
        first="import logging\nlogging.basicConfig(level=logging.DEBUG)",
        cells=_everywhere("logging.warning('到了这里')"),
    ),
    Case(
        "warnings",
        "warns, also of what it uses",
        first="import warnings\nwarnings.simplefilter('always')",
        cells=_everywhere("warnings.warn('旧了', DeprecationWarning)"),
    ),
    Case(
        "lost-exception",
        "leaves a task's exception unretrieved, and a coroutine unawaited",
        first=[
            "import asyncio\nasync def fail(): raise ValueError('没人看')\n"
            "task = asyncio.create_task(fail())\nawait asyncio.sleep(1)\ndel task\nfail()",
            "1 / 0",
        ],
    ),
    Case(
        "ticker",
        "starts a task that runs for ever beside the cells",
        first="import asyncio\nasync def tick():\n    while True:\n        await asyncio.sleep(1)\n"
        "ticker = asyncio.create_task(tick())",
    ),
    Case(
        "thread",
        "leaves a thread running",
        first="import threading, time\n"
        "threading.Thread(target=lambda: threading.Event().wait(), daemon=True).start()",
    ),
    Case(
        "plots",
        "draws and displays",
        first="%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);\nplt.show()\n"
        "from IPython.display import HTML\ndisplay(HTML('<b>图</b>'))\nHTML('<table></table>')",
    ),
    Case(
        "magics",
        "uses magics and the shell",
        first=["%time 1 + 1", "!echo 好", "%%capture said\nprint(1)", "%load_ext asynclab"],
    ),
    Case(
        "chatty",
        "prints a hundred thousand lines",
        first="for number in range(100_000): print(number)",
    ),
    Case(
        "nest-asyncio",
        "patches asyncio as old tutorials do",
        first="import nest_asyncio\nnest_asyncio.apply()",
    ),
    Case("uvloop", "installs another loop", first="import uvloop\nuvloop.install()"),
    Case(
        "asyncio-run",
        "runs a loop in a cell, which fails there, and in a thread",
        first=[
            "import asyncio\nasyncio.run(asyncio.sleep(1))",
            "import asyncio\nawait asyncio.to_thread(asyncio.run, asyncio.sleep(0))",
        ],
    ),
    Case(
        "shadows",
        "calls its own things by names of Python's",
        first="id, type, input, dict, str, max = 1, 2, 3, 4, 5, 6\ntask, run, expect = 7, 8, 9",
    ),
    Case(
        "gather",
        "does it otherwise",
        cells={
            "serve": "async def serve(cook, dishes):\n"
            "    return await asyncio.gather(*map(cook, dishes))",
            "brew": "async def brew(minutes):\n"
            "    def slow(): return f'泡了 {minutes} 分钟'\n"
            "    for _ in range(minutes): await asyncio.sleep(1)\n"
            "    return await asyncio.to_thread(slow)",
        },
    ),
    Case(
        "names",
        "names its tasks as it likes",
        cells={
            "serve": "async def serve(cook, dishes):\n"
            "    names = ['<script>', '\\0', '😀', '茶' * 300]\n"
            "    tasks = [asyncio.create_task(cook(d), name=n) for d, n in zip(dishes, names)]\n"
            "    return [await task for task in tasks]",
        },
    ),
    Case(
        "helper",
        "brings a module of its own",
        put=_helper,
        cells={
            "bill": "from helper import due\ndef bill(order):\n"
            "    menu = json.loads(Path('menu.json').read_text(encoding='utf-8'))\n"
            "    return sum(due(menu, *item) for item in order.items())"
        },
    ),
    Case("heavy", "hands in sixteen megabytes of data", put=_many_files),
    Case(
        "keeps-notes",
        "writes files beside its notebook",
        first="%%writefile notes.txt\n笔记",
        cells={"greet": ANSWERS["greet"] + "\nwith open('notes.txt', 'a') as f: f.write('完')"},
    ),
]
