import asyncio
import datetime
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from asynclab.clock import VirtualLoop, virtual_time
from tests.asynclab.clock.conftest import Run

CLOCKS = ("monotonic", "perf_counter", "time", "monotonic_ns", "perf_counter_ns", "time_ns")


def world() -> list[Any]:
    """Every global thing that a run replaces."""
    clocks = [getattr(time, name) for name in (*CLOCKS, "sleep")]
    return [*clocks, datetime.datetime, ThreadPoolExecutor.submit]


@pytest.mark.parametrize("name", CLOCKS)
def test_every_clock_of_time_agrees_with_the_loop(name: str, run: Run) -> None:
    async def main() -> float:
        before = getattr(time, name)()
        await asyncio.sleep(7)
        after = getattr(time, name)()
        return (after - before) / (1e9 if name.endswith("_ns") else 1)

    assert run(main()) == pytest.approx(7, abs=1e-3)


def test_dates_agree_with_the_loop(run: Run) -> None:
    async def main() -> list[datetime.timedelta]:
        def read() -> list[datetime.datetime]:
            utc = datetime.datetime.now(datetime.UTC)
            return [datetime.datetime.now(), datetime.datetime.today(), utc]

        before = read()
        await asyncio.sleep(7)
        return [after - then for after, then in zip(read(), before, strict=True)]

    assert [round(passed.total_seconds(), 3) for passed in run(main())] == [7, 7, 7]


def test_clocks_begin_at_the_real_time(run: Run) -> None:
    async def main() -> float:
        return time.time()

    real = time.time()
    assert abs(run(main()) - real) < 60


def test_names_imported_before_the_run_follow_too(loop: VirtualLoop) -> None:
    program = "from time import sleep, monotonic\nfrom datetime import datetime\n"
    namespace: dict[str, Any] = {}
    exec(program, namespace)
    real = dict(namespace)
    exec(
        "async def main():\n"
        "    start, day = monotonic(), datetime.now()\n"
        "    sleep(3)\n"
        "    assert isinstance(day, datetime)\n"
        "    return monotonic() - start, (datetime.now() - day).total_seconds()\n",
        namespace,
    )
    with virtual_time(loop, namespace):
        passed = loop.run_until_complete(namespace["main"]())
    assert passed == pytest.approx((3, 3), abs=1e-3)
    assert {name: namespace[name] for name in real} == real


def test_a_thread_that_ran_before_keeps_the_real_clock(loop: VirtualLoop) -> None:
    ask, answered = threading.Event(), threading.Event()
    seen: list[float] = []

    def bystander() -> None:
        seen.append(time.monotonic())
        ask.wait(30)
        seen.append(time.monotonic())
        answered.set()

    thread = threading.Thread(target=bystander)
    thread.start()

    async def main() -> None:
        await asyncio.sleep(1000)
        ask.set()
        answered.wait(30)

    with virtual_time(loop):
        loop.run_until_complete(main())
    thread.join()
    assert seen[1] - seen[0] < 1000


def test_a_thread_of_the_program_sees_time_go_on_while_the_loop_stands_still(run: Run) -> None:
    seen: list[float] = []

    def work() -> None:
        until = time.monotonic() + 0.01
        while time.monotonic() < until:
            seen.append(time.monotonic())

    async def main() -> None:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()

    run(main())
    assert seen == sorted(seen)


@pytest.mark.parametrize(
    "ending", [None, ValueError, KeyboardInterrupt, SystemExit, asyncio.CancelledError]
)
def test_nothing_is_left_behind_however_a_run_ends(
    ending: type[BaseException] | None, loop: VirtualLoop
) -> None:
    async def main() -> None:
        await asyncio.sleep(1)
        time.sleep = lambda seconds: None  # what a program replaces goes as well
        if ending is not None:
            raise ending

    before = world()
    if ending is None:
        with virtual_time(loop):
            loop.run_until_complete(main())
    else:
        with pytest.raises(ending), virtual_time(loop):
            loop.run_until_complete(main())
    assert world() == before


def test_a_run_within_a_run_gives_the_outer_one_its_clock_back(loop: VirtualLoop) -> None:
    inner = VirtualLoop()

    async def main() -> float:
        start = time.monotonic()
        asyncio._set_running_loop(None)
        try:
            with virtual_time(inner):
                inner.run_until_complete(asyncio.sleep(100))
        finally:
            asyncio._set_running_loop(loop)
        await asyncio.sleep(2)
        return time.monotonic() - start

    before = world()
    with virtual_time(loop):
        assert loop.run_until_complete(main()) == pytest.approx(2, abs=1e-3)
    assert world() == before
    inner.close()


def test_sleeping_a_negative_time_is_refused_as_always(run: Run) -> None:
    async def main() -> None:
        time.sleep(-1)

    with pytest.raises(ValueError, match="non-negative"):
        run(main())
