import asyncio
import re
import time
from typing import Any

import pytest

from asynclab.exam import CheckFailed, expect, run
from asynclab.findings import TABLE, finding
from tests.asynclab.findings.right import RIGHT, Program
from tests.asynclab.findings.wrong import PROGRAMS, WRONG

# Those that a check finds by comparison, because only it knows what was meant.
BY_COMPARISON = {"sequential", "wrong-value", "wrong-type", "wrong-order", "too-many-in-flight"}

# Those that an examiner finds, when the program's process gives no acceptable answer.
BY_EXAMINER = {"program-died", "no-answer", "too-much", "not-plausible"}


@pytest.mark.parametrize("program", RIGHT, ids=lambda program: program.__name__)
def test_no_false_alarm(program: Program) -> None:
    transcript = run("program()", namespace={"program": program})
    assert transcript.error is None
    assert transcript.findings == ()


def test_the_corpus_is_large() -> None:
    assert len(RIGHT) >= 40


@pytest.mark.parametrize(("code", "program"), PROGRAMS)
def test_every_wrong_program_meets_its_finding(code: str, program: str) -> None:
    namespace: dict[str, Any] = {"asyncio": asyncio, "time": time}
    exec(compile(program, "cell", "exec"), namespace)
    transcript = run("main()", namespace=namespace)
    assert code in transcript.codes(), (transcript.findings, transcript.error)


def test_every_finding_has_three_wrong_programs() -> None:
    assert WRONG.keys() == TABLE.keys() - BY_COMPARISON - BY_EXAMINER
    assert {code for code, programs in WRONG.items() if len(programs) < 3} == set()


@pytest.mark.parametrize("code", TABLE)
def test_texts_are_whole_sentences_with_everything_filled_in(code: str) -> None:
    given = finding(code, task="甲", line=3, name="f", where="", suggestion="", fix="改。",
                    kind="int", seconds=2.0, elapsed=4.0, waiting="甲 在等 乙", error="E",
                    reason="转", peak=3, version="3.11", today="x", code="y")  # fmt: skip
    for text in (given.message, *given.hints):
        assert re.search(r"[\u4e00-\u9fff]", text)
        assert not re.search(r"[{}]|None", text)
        assert text[-1] in "。？y"
    assert len(given.hints) == 2
    assert given.hints[0] != given.hints[1]


@pytest.mark.parametrize("code", TABLE)
def test_what_is_not_known_is_left_out(code: str) -> None:
    assert not re.search(r"[{}]|None|（）", finding(code).message)


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(KeyError):
        finding("no-such-thing")


def test_a_finding_names_the_line_of_the_students_code() -> None:
    namespace: dict[str, Any] = {"asyncio": asyncio, "time": time}
    exec(compile("async def main():\n    x = 1\n    time.sleep(x)\n", "cell", "exec"), namespace)
    (found,) = run("main()", namespace=namespace).findings
    assert (found.line, found.task) == (3, "程序")
    assert "第 3 行" in found.message


COMPARED = {
    "sequential": ["for n in range(3): await f(n)", "await f(0); await f(1)",
                   "for n in range(2): await asyncio.create_task(f(n))"],
    "too-many-in-flight": ["await asyncio.gather(*(f(n) for n in range(9)))",
                           "await asyncio.wait([asyncio.create_task(f(n)) for n in range(4)])",
                           "async with asyncio.TaskGroup() as g:\n"
                           "        for n in range(5): g.create_task(f(n))"],
    "wrong-order": ["return [2, 1]", "return [await f(2), await f(1)]", "return [1, 2][::-1]"],
    "wrong-value": ["return 0", "return None", "await f(1)"],
    "wrong-type": ["return (n for n in ())", "return {1: 2}", "return object()"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "body"), [(code, body) for code, bodies in COMPARED.items() for body in bodies]
)
def test_a_failed_comparison_names_the_finding_that_its_author_meant(code: str, body: str) -> None:
    namespace: dict[str, Any] = {"asyncio": asyncio}
    exec("async def f(n):\n    await asyncio.sleep(1)\n    return n", namespace)
    exec(compile(f"async def main():\n    {body}", "cell", "exec"), namespace)
    transcript = run("main()", namespace=namespace)
    met = {
        "sequential": transcript.elapsed <= 1,
        "too-many-in-flight": transcript.peak("f") <= 3,
    }.get(code, transcript.value == [1, 2])
    with pytest.raises(CheckFailed, match=rf"\[{code}\]"):
        expect(met, transcript, "应当如此", finding=code)


def test_every_finding_by_comparison_has_three_wrong_programs() -> None:
    assert {code for code, bodies in COMPARED.items() if len(bodies) >= 3} == BY_COMPARISON
