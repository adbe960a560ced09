"""The assignment that the hostile submissions answer: one task for each way of checking."""

import json
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from examroom import CourseFolder, generate
from tests.conftest import check_cell, solution_cell

ASSIGNMENT = "kitchen"
NOTEBOOK = f"{ASSIGNMENT}.ipynb"
MENU = {"面": 12, "汤": 5, "茶": 3}
# Stands in a hidden test and nowhere else: whoever finds it has seen the tests.
SECRET = "仙鹤飞过灶台"

# the reference answers, by the grade id of their cells
ANSWERS = {
    "bill": """\
def bill(order):
    menu = json.loads(Path("menu.json").read_text(encoding="utf-8"))
    return sum(menu[dish] * number for dish, number in order.items())""",
    "tickets": """\
def tickets(first):
    number = first
    while True:
        skipped = yield number
        number += skipped or 1""",
    "serve": """\
async def serve(cook, dishes):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(cook(dish)) for dish in dishes]
    return [task.result() for task in tasks]""",
    "brew": """\
async def brew(minutes):
    await asyncio.sleep(minutes)
    return f"泡了 {minutes} 分钟\"""",
    "program": """\
program = "for number in range(3): print(number)\"""",
    "greet": """\
def greet(name):
    return f"{name}，吃了吗\"""",
}

CHECKS = {
    "check-bill": f"""\
order = {{dish: secrets.randbelow(100) for dish in {list(MENU)}}}
menu = {MENU}
due = sum(menu[dish] * number for dish, number in order.items())
t = run("bill(order)", order=order)
expect(t.value == due, t, "账单等于各道菜的价钱乘以份数之和", finding="wrong-value")""",
    "check-tickets": """\
first = secrets.randbelow(1000)
moves = drive(f"tickets({first})", ["next", "next", ["send", 5], "close"])
assert moves == [
    {"yielded": first}, {"yielded": first + 1}, {"yielded": first + 6}, {"closed": True},
], "号码从 first 开始，送进去几就跳过几"
""",
    "check-serve": f"""\
cook = probe(delay={{"面": 3, "汤": 2, "茶": 1}})
t = run("serve(cook, dishes)", cook=cook, dishes={list(MENU)})
expect(t.value == cook.answers != [], t, "按点菜的顺序上菜", finding="wrong-order")
expect((cook.peak, t.elapsed) == (3, 3), t, "三道菜同时做，3 秒上齐", finding="sequential")
### BEGIN HIDDEN TESTS
# {SECRET}
cook = probe()
t = run("serve(cook, dishes)", cook=cook, dishes=["豆腐", "豆腐"])
expect(t.value == cook.answers != [], t, "别的菜也一样")
### END HIDDEN TESTS""",
    "check-brew": """\
minutes = 4 + secrets.randbelow(60)
t = run("brew(minutes)", minutes=minutes)
expect(t.value == f"泡了 {minutes} 分钟", t, "茶说得出泡了多久", finding="wrong-value")
as_long = t.elapsed == minutes and not t.codes()
expect(as_long, t, "泡几分钟就等几分钟", finding="wrong-value")""",
    "check-program": """\
source = run("program").value
assert isinstance(source, str), "program 是一段程序的文字"
result = script(source, timeout=5)
assert result.printed == ("0", "1", "2"), "程序应当打印 0、1、2"
""",
    # beside the student's code: the report says that it is not protected
    "check-greet": """\
for name in ("甲", "乙"):
    assert greet(name) == f"{name}，吃了吗", "招呼不对"
""",
}
POINTS = {name: 2.0 if name == "check-serve" else 1.0 for name in CHECKS}
BESIDE = "check-greet"
ESSAY, ESSAY_POINTS = "essay", 2.0
FULL = {**POINTS, ESSAY: 0.0}  # nobody has read the essays yet

TOOLS = """\
import asyncio
import json
import secrets
from pathlib import Path

from asynclab.exam import drive, expect, probe, run, script"""

_CONFIG = """\
from pathlib import Path

import examroom

c = get_config()
here = Path(__file__).resolve().parent
c.CourseDirectory.course_id = "hostile"
c.CourseDirectory.root = str(here)
exchange = here / "exchange"
exchange.mkdir(exist_ok=True)
c.Exchange.root = str(exchange)
examroom.install()
"""


def build(root: Path) -> CourseFolder:
    """A course of this one assignment, released."""
    source = root / "source" / ASSIGNMENT
    source.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(_CONFIG, encoding="utf-8")
    (source / "menu.json").write_text(json.dumps(MENU), encoding="utf-8")
    nbformat.write(_source(), source / NOTEBOOK)
    folder = CourseFolder(root)
    generate(folder, ASSIGNMENT)
    return folder


def _source() -> NotebookNode:
    given = {"grade": False, "solution": False, "locked": True, "task": False}
    essay = {"grade": True, "solution": True, "locked": False, "points": ESSAY_POINTS}
    cells = [new_markdown_cell("# 厨房"), _cell(new_code_cell(TOOLS), "tools", **given)]
    for name, answer in ANSWERS.items():
        check = f"check-{name}"
        cells.append(solution_cell(name, f"### BEGIN SOLUTION\n{answer}\n### END SOLUTION"))
        cells.append(check_cell(check, CHECKS[check], points=POINTS[check]))
    cells.append(_cell(new_markdown_cell("为什么三道菜可以同时做？"), ESSAY, **essay))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def _cell(cell: NotebookNode, grade_id: str, **grade: object) -> NotebookNode:
    cell.metadata.nbgrader = {"schema_version": 3, "grade_id": grade_id, "task": False, **grade}
    return cell
