"""One notebook through an examination, and the marks that nbgrader reads from it."""

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.utils import determine_grade

from examroom.examiner import Examined, Pool, examine
from examroom.examiner.dialogue import Dialogue
from examroom.sandbox import Sandbox
from tests.conftest import check_cell, solution_cell

EXAM = "from asynclab.exam import expect, probe, run\n"
BOTH = """\
import asyncio
async def both(fetch):
    return await asyncio.gather(fetch("甲"), fetch("乙"))
"""
TOGETHER = """\
fetch = probe(delay=2)
t = run("both(fetch)", fetch=fetch)
expect(t.value == fetch.answers, t, "应当返回两个结果", finding="wrong-value")
expect(fetch.peak == 2, t, "应当同时进行", finding="sequential")
"""


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    pool = Pool(Sandbox)
    yield pool
    pool.close()


def notebook(*cells: NotebookNode) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(new_notebook(cells=list(cells))))
    return made


def marks(examined: Examined) -> dict[str, float]:
    """Points by grade id, as nbgrader reads them."""
    node = nbformat.from_dict(examined.notebook)
    nbformat.validate(node)
    graded = [cell for cell in node.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    return {cell.metadata.nbgrader.grade_id: determine_grade(cell)[0] for cell in graded}


def outputs(examined: Examined, number: int) -> list[dict[str, Any]]:
    """Outputs of the cell at this place."""
    found: list[dict[str, Any]] = examined.notebook["cells"][number]["outputs"]
    return found


def test_a_right_solution_gets_all_points(pool: Pool) -> None:
    examined = examine(
        notebook(
            new_markdown_cell("# 题目"),
            solution_cell("both", BOTH),
            check_cell("together", EXAM + TOGETHER, points=2),
            check_cell("beside", "assert len(await both(asyncio.sleep)) == 2"),
        ),
        {},
        pool,
    )
    assert marks(examined)["together"] == 2
    assert examined.unprotected == ("beside",)
    assert (examined.findings, examined.lost, examined.left) == ({}, (), ())


def test_a_wrong_one_is_told_why(pool: Pool) -> None:
    in_turn = "async def both(fetch): return [await fetch('甲'), await fetch('乙')]"
    examined = examine(
        notebook(solution_cell("both", in_turn), check_cell("together", EXAM + TOGETHER)), {}, pool
    )
    assert marks(examined) == {"together": 0}
    assert examined.findings == {"together": "sequential"}
    picture, error = outputs(examined, 1)
    assert "<svg" in picture["data"]["text/html"]
    assert "应当同时进行" in error["traceback"][0]


def test_the_notebook_that_came_in_is_not_changed_and_cells_are_numbered(pool: Pool) -> None:
    original = notebook(
        new_code_cell(""), new_code_cell("1 + 1"), new_code_cell("1 / 0"), new_markdown_cell("x")
    )
    before = copy.deepcopy(original)
    examined = examine(original, {}, pool)
    assert original == before
    assert [cell.get("execution_count") for cell in examined.notebook["cells"]] == [
        None,
        2,
        3,
        None,
    ]
    assert outputs(examined, 1)[0]["execution_count"] == 2
    assert outputs(examined, 2)[0]["ename"] == "ZeroDivisionError"


def test_files_of_the_submission_are_there(pool: Pool) -> None:
    examined = examine(
        notebook(new_code_cell("print(open('data/a.txt').read())")), {"data/a.txt": b"yes"}, pool
    )
    assert outputs(examined, 0)[0]["text"] == "yes\n"


def test_a_check_uses_what_given_cells_define_and_not_what_the_student_does(pool: Pool) -> None:
    given = "NAMES = ['甲']\ndef expected(n): return n + 1\nimport math"
    students = "NAMES = []\ndef expected(n): return 0\ndef answer(): return 3"
    check = "assert NAMES == ['甲'] and math\nassert run('answer()').value == expected(2)"
    cells = new_code_cell(given), solution_cell("x", students), check_cell("it", EXAM + check)
    assert marks(examine(notebook(*cells), {}, pool)) == {"it": 1}


def test_a_candidate_never_receives_the_source_of_a_check_that_runs_here(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    real = Dialogue.ask

    def ask(self: Dialogue, question: Mapping[str, Any], *rest: Any) -> Any:
        sent.append(json.dumps(question, ensure_ascii=False))
        return real(self, dict(question), *rest)

    monkeypatch.setattr(Dialogue, "ask", ask)
    secret = "SECRET = 'the answer is 42'\n"
    examine(
        notebook(
            solution_cell("both", BOTH),
            check_cell("together", EXAM + secret + TOGETHER),
            check_cell("again", "assert run('1').value == 1, SECRET"),
        ),
        {},
        pool,
    )
    assert len(sent) == 3  # the solution cell, and two runs
    assert not any("SECRET" in each or "expect" in each or "应当" in each for each in sent)


# Points of checks beside the student's code


@pytest.mark.parametrize(
    ("check", "points"),
    [("pass", 2), ("assert True", 2), ("1.5", 1.5), ("0", 0), ("2", 2), ("True", 2), ("None", 2),
     ("'text'", 2), ("2.5", 0), ("-1", 0), ("float('nan')", 0), ("float('inf')", 0),
     ("assert False", 0), ("1 / 0", 0), ("import os; os._exit(0)", 0), ("exit", 0)],
)  # fmt: skip
def test_points_of_a_check_beside_the_students_code(pool: Pool, check: str, points: float) -> None:
    examined = examine(notebook(check_cell("it", check, points=2)), {}, pool)
    assert marks(examined) == {"it": points}
    assert examined.unprotected == ("it",)


@pytest.mark.parametrize(
    "noise",
    ["import sys; print('糟', file=sys.stderr)", "import logging; logging.warning('x')",
     "import warnings; warnings.warn('x')", "!echo x >&2", "print('x' * 100_000)"],
)  # fmt: skip
def test_honest_noise_costs_nothing(pool: Pool, noise: str) -> None:
    examined = examine(
        notebook(solution_cell("x", noise), check_cell("it", f"{noise}\nassert True", points=2)),
        {},
        pool,
    )
    assert marks(examined) == {"it": 2}


def test_what_was_printed_in_vain_does_not_hide_that_points_were_lost(pool: Pool) -> None:
    noise = "for _ in range(20): print('x' * 100_000)"
    examined = examine(
        notebook(
            solution_cell("x", noise), solution_cell("y", noise),
            check_cell("some", f"{noise}\n0.5"), check_cell("none", f"{noise}\nassert False"),
        ),
        {},
        pool,
    )  # fmt: skip
    assert marks(examined) == {"some": 0.5, "none": 0}
    assert len(json.dumps(examined.notebook)) < 2_000_000


# Losses


def test_after_a_loss_the_rest_is_still_marked(pool: Pool) -> None:
    dies = "def dies():\n    import os\n    os._exit(1)"
    examined = examine(
        notebook(
            solution_cell("both", BOTH),
            solution_cell("dies", dies),
            check_cell("first", EXAM + TOGETHER),
            check_cell("fatal", EXAM + "run('dies()')"),
            check_cell("last", TOGETHER),
            check_cell("beside", "dies()"),
            check_cell("after", "assert asyncio.iscoroutinefunction(both)"),
        ),
        {},
        pool,
    )
    assert marks(examined) == {"first": 1, "fatal": 0, "last": 1, "beside": 0, "after": 1}
    assert examined.findings == {"fatal": "program-died", "beside": "program-died"}
    assert examined.lost == ("program-died", "program-died")


def test_a_solution_cell_that_kills_is_lost_alone(pool: Pool) -> None:
    examined = examine(
        notebook(
            solution_cell("both", BOTH),
            solution_cell("fatal", "import os\nos._exit(1)"),
            check_cell("together", EXAM + TOGETHER),
        ),
        {},
        pool,
    )
    assert marks(examined) == {"together": 1}
    assert outputs(examined, 1)[0]["ename"] == "CandidateLost"


def test_nothing_is_left_of_one_submission_for_the_next(pool: Pool) -> None:
    leaves = notebook(solution_cell("x", "import os\nopen('/tmp/left', 'w').close()\nleft = 1"))
    looks = notebook(new_code_cell("import os\nprint(os.listdir('/tmp'), 'left' in globals())"))
    assert examine(leaves, {}, pool).left == ()
    assert outputs(examine(looks, {}, pool), 0)[0]["text"] == "[] False\n"


def test_one_seed_asks_the_same_again(pool: Pool) -> None:
    """Each check draws its own: what one draws changes nothing for the others."""
    draw = "from asynclab.exam import chance, run\nrun('1')\nprint(chance().random())\n{}"

    def drawn(first: str, seed: bytes | None) -> list[str]:
        cells = (check_cell("one", draw.format(first)), check_cell("two", draw.format("")))
        examined = examine(notebook(*cells), {}, pool, seed)
        return [outputs(examined, number)[0]["text"] for number in range(2)]

    once, again = drawn("", b"a"), drawn("chance().random()", b"a")
    assert once == again
    assert once[0] != once[1]
    assert drawn("", b"b") != once
    assert drawn("", None) != drawn("", None)
