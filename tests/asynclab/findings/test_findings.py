import asyncio
import linecache
import re
import time
from typing import Any

import pytest

from asynclab.exam import CheckFailed, expect, run
from asynclab.findings import TABLE, explain_failure, finding
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
                    what="不对", nudge="在哪里？",
                    kind="int", seconds=2.0, elapsed=4.0, waiting="甲 在等 乙", error="E",
                    reason="转", version="3.11", today="x", code="y")  # fmt: skip
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


def test_a_misspelt_builtin_is_recognised() -> None:
    namespace: dict[str, Any] = {}
    exec(compile("def main():\n    raise StopIterator", "cell", "exec"), namespace)
    (found,) = run("main()", namespace=namespace).findings
    assert "是不是想写 StopIteration（异步迭代器里是 StopAsyncIteration）。" in found.message


def found_in(program: str) -> str:
    namespace: dict[str, Any] = {"found_in": found_in}
    exec(compile(f"import asyncio, concurrent.futures\n{program}", "cell", "exec"), namespace)
    return run("main()", namespace=namespace).findings[0].message


def test_another_case_is_the_closest_spelling() -> None:
    assert "是不是想写 Future。" in found_in("def main(): return asyncio.future()")


def test_what_is_asked_of_a_coroutine_lacks_an_await() -> None:
    program = "async def boil(): return ''\nasync def main(): return boil().replace('', '')"
    said = found_in(program)
    assert "协程对象里没有 replace" in said
    assert "先用 await 等，再取" in said


def test_the_future_of_a_thread_is_named_as_such() -> None:
    program = "async def main(): await concurrent.futures.Future()"
    assert "concurrent.futures 的 Future 不是可等待对象" in found_in(program)


@pytest.mark.parametrize("code", [code for code, entry in TABLE.items() if entry.general])
def test_a_check_that_only_suspects_it_says_so(code: str) -> None:
    suspected = finding(code)
    assert (suspected.message, suspected.hints[0]) == TABLE[code].general
    assert "{" not in suspected.message


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("def main(): return time.time()", "time 这个名字；有一个同名的模块，还没有导入"),
        ("def main(): asyncio.create_future()", "create_future 这个名字，它是事件循环的方法"),
        ("def main():\n    n = n + 1", "变量 n 在这里还没有值"),
        ("def main(): return parent.switch()", "没有 parent 这个名字。"),
        ("def main(): return None.note", "None 里没有 note 这个名字。"),
        ("def main(): return found_in.aclose", "函数 found_in 里没有 aclose 这个名字。"),
    ],
)
def test_a_name_that_is_not_misspelt_is_not_taken_for_another(program: str, said: str) -> None:
    assert said in found_in(program)


def test_a_wait_for_ever_is_explained_by_what_was_never_begun() -> None:
    program = "async def main():\n    q = asyncio.Queue()\n    q.put(1)\n    await q.get()"
    namespace: dict[str, Any] = {"asyncio": asyncio}
    exec(compile(program, "cell", "exec"), namespace)
    found = run("main()", namespace=namespace).findings
    assert [each.code for each in found] == ["never-awaited", "deadlock"]


def test_no_line_of_the_checks_own_expression_is_shown() -> None:
    t = run("(lambda: time.sleep(2))()", namespace={"time": time})
    assert [f.message for f in t.findings] == [
        "任务「程序」用 time.sleep 占着线程 2 秒，其他任务都停着。"
    ]


@pytest.mark.parametrize("program", ["  import asyncio", "def main():\npass"])
def test_an_indentation_is_told_from_other_syntax(program: str) -> None:
    with pytest.raises(SyntaxError) as caught:
        compile(program, "cell", "exec")
    (found,) = explain_failure(caught.value, {})
    assert "的缩进不对" in found.message
    assert "开头的空格" in found.hints[0]


def test_the_line_itself_is_shown_where_its_text_is_known() -> None:
    name = "<a cell>"
    program = "async def f(): pass\nasync def main():\n    f()  # 忘了\n    await f"
    linecache.cache[name] = (len(program), None, program.splitlines(True), name)
    namespace: dict[str, Any] = {}
    exec(compile(program, name, "exec"), namespace)
    first, second = (found.message for found in run("main()", namespace=namespace).findings)
    del linecache.cache[name]
    assert "f 本身（第 4 行 await f）" in first
    assert "（第 3 行 f() # 忘了）" in second


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
