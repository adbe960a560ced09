import asyncio
import datetime
import random
import subprocess
import sys
import textwrap
import time
from typing import Any

import pytest

from asynclab.exam import Transcript, probe, run


def student(source: str) -> dict[str, Any]:
    """A notebook's namespace after a cell with this source."""
    namespace: dict[str, Any] = {"asyncio": asyncio, "time": time}
    exec(compile(textwrap.dedent(source), "cell", "exec"), namespace)
    return namespace


MAIN = student(
    """
    async def fun(name, seconds):
        print(name, "前")
        await asyncio.sleep(seconds)
        print(name, "后")
        return name

    async def main():
        async with asyncio.TaskGroup() as group:
            group.create_task(fun("甲", 20), name="甲")
            group.create_task(fun("乙", 20), name="乙")
        return ("好", 1)
    """
)


def test_a_transcript_tells_all() -> None:
    t = run("main()", namespace=MAIN)
    assert t.value == ["好", 1]
    assert t.error is None
    assert t.printed == ("甲 前", "乙 前", "甲 后", "乙 后")
    assert t.elapsed == 20
    assert [task.name for task in t.tasks] == ["程序", "甲", "乙"]
    assert t.overlap("甲", "乙") == 20
    assert t.peak("fun") == 2


def test_the_same_program_gives_the_same_transcript() -> None:
    assert run("main()", namespace=MAIN) == run("main()", namespace=MAIN)


def test_an_expression_need_not_be_awaitable() -> None:
    assert run("1 + 1", namespace={}).value == 2


def test_await_may_stand_in_the_expression() -> None:
    assert run("[await fun('丙', 1), 2]", namespace=MAIN).value == ["丙", 2]


def test_values_are_names_for_the_expression_alone() -> None:
    namespace = student("async def double(n): return n * 2")
    assert run("[await double(n) for n in numbers]", namespace=namespace, numbers=[1, 2]).value
    assert "numbers" not in namespace


def test_values_arrive_as_json() -> None:
    assert run("pair", namespace={}, pair=(1, 2)).value == [1, 2]
    with pytest.raises(TypeError, match="JSON or a probe, not object"):
        run("x", namespace={}, x=object())


def test_the_callers_globals_are_the_default() -> None:
    assert run("MAIN['fun']('丁', 3)").elapsed == 3


@pytest.mark.parametrize(
    ("body", "kind", "line"),
    [
        ("raise ValueError('不行')", "ValueError", 3),
        ("return asyncio.sheep", "AttributeError", 3),
        ("raise SystemExit(3)", "SystemExit", 3),
        ("raise asyncio.CancelledError", "CancelledError", 3),
    ],
)
def test_errors_of_the_program_are_told_not_raised(body: str, kind: str, line: int) -> None:
    t = run(
        "main()", namespace=student(f"async def main():\n    await asyncio.sleep(1)\n    {body}")
    )
    assert t.error is not None
    assert (t.error.type, t.error.line) == (kind, line)
    assert t.elapsed == 1


def test_errors_in_a_group_are_told_one_by_one() -> None:
    namespace = student(
        """
        async def bad(): raise OSError("断了")
        async def main():
            async with asyncio.TaskGroup() as group: group.create_task(bad())
        """
    )
    t = run("main()", namespace=namespace)
    assert t.error is not None
    assert [(e.type, e.message) for e in t.error.leaves()] == [("OSError", "断了")]


def test_it_works_within_a_loop_that_is_running() -> None:
    async def cell() -> Transcript:
        before = asyncio.get_running_loop()
        transcript = run("main()", namespace=MAIN)
        assert asyncio.get_running_loop() is before
        await asyncio.sleep(0)
        return transcript

    assert asyncio.run(cell()).elapsed == 20


def test_a_run_within_a_run() -> None:
    namespace = {**MAIN, "run": run}
    exec("async def outer():\n    await asyncio.sleep(3)\n    return inner()", namespace)
    exec("def inner():\n    return run('main()', namespace=globals()).elapsed", namespace)
    t = run("outer()", namespace=namespace)
    assert (t.value, t.elapsed) == (20, 3)


def test_it_works_from_a_script() -> None:
    program = (
        "import asyncio\nfrom asynclab.exam import run\n"
        "async def main(): await asyncio.sleep(9)\nprint(run('main()').elapsed)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("9.0\n", "")


def test_printing_to_standard_error_and_logging_cost_nothing() -> None:
    namespace = student(
        """
        import logging, sys
        async def main():
            print("糟", file=sys.stderr)
            logging.getLogger("x").warning("小心")
            print("好")
        """
    )
    t = run("main()", namespace=namespace)
    assert t.printed == ("好",)
    assert t.error is None
    assert t.findings == ()


def test_nothing_is_left_behind() -> None:
    def world() -> list[Any]:
        return [
            time.sleep, time.monotonic, time.time, datetime.datetime, sys.stdout, sys.stderr,
            asyncio._get_running_loop(), sys.get_coroutine_origin_tracking_depth(),
        ]  # fmt: skip

    before = world()
    for body in ("raise KeyError", "time.sleep = None", "await asyncio.Event().wait()", "1 / 0"):
        run("main()", namespace=student(f"async def main():\n    {body}"))
    assert world() == before


def test_a_keyboard_interrupt_is_the_users_own() -> None:
    with pytest.raises(KeyboardInterrupt):
        run("main()", namespace=student("async def main(): raise KeyboardInterrupt"))


def test_left_over_tasks_are_ended() -> None:
    namespace = student(
        """
        ended = []
        async def stay():
            try: await asyncio.Event().wait()
            finally: ended.append(True)
        async def main():
            asyncio.create_task(stay(), name="留下的")
            await asyncio.sleep(1)
        """
    )
    t = run("main()", namespace=namespace)
    assert namespace["ended"] == [True]
    assert t.task("留下的").state == "pending"


def test_ten_checks_of_long_sleeping_programs_take_no_time() -> None:
    """Processor time, so that a loaded machine makes no difference."""
    started = time.process_time()
    for _ in range(10):
        assert run("main()", namespace=MAIN).elapsed == 20
    assert time.process_time() - started < 0.5


def test_random_inputs_with_a_probe() -> None:
    names = random.sample("甲乙丙丁戊", 3)
    namespace = student("async def all_of(f, names): return await asyncio.gather(*map(f, names))")
    f = probe(delay=2)
    t = run("all_of(f, names)", namespace=namespace, f=f, names=names)
    assert t.value == [f.answer(name) for name in names]
    assert f.peak == 3
