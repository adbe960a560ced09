import asyncio
import multiprocessing
import signal
import socket
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import pytest

from asynclab.clock import BusyError, DeadlockError, VirtualLoop, virtual_time
from tests.asynclab.clock.conftest import Run

HOUR = 3600


def test_waiting_costs_no_time(run: Run, loop: VirtualLoop) -> None:
    started = time.monotonic()
    assert run(asyncio.sleep(24 * HOUR, result="醒了")) == "醒了"
    assert loop.now == pytest.approx(24 * HOUR)
    assert time.monotonic() - started < HOUR


def test_waits_overlap_as_they_do_in_real_time(run: Run, loop: VirtualLoop) -> None:
    run(_gather(asyncio.sleep(3), asyncio.sleep(5), asyncio.sleep(4)))
    assert loop.now == pytest.approx(5)


async def _gather(*awaitables: Awaitable[object]) -> list[object]:
    return await asyncio.gather(*awaitables)


@pytest.mark.parametrize("count", [2, 8, 100])
def test_timers_of_equal_delay_fire_in_the_order_in_which_they_were_made(
    count: int, run: Run
) -> None:
    fired: list[int] = []

    async def one(number: int) -> None:
        await asyncio.sleep(0.1)
        fired.append(number)

    run(_gather(*(one(number) for number in range(count))))
    assert fired == list(range(count))


def test_two_short_waits_end_after_one_long_wait_that_began_with_them(run: Run) -> None:
    ended: list[str] = []

    async def twice() -> None:
        await asyncio.sleep(0.7)
        await asyncio.sleep(0.1)
        ended.append("two")

    async def once() -> None:
        await asyncio.sleep(0.8)
        ended.append("one")

    run(_gather(twice(), once()))
    assert ended == ["one", "two"]


def test_a_timeout_fires_before_what_it_limits(run: Run, loop: VirtualLoop) -> None:
    async def impatient() -> None:
        async with asyncio.timeout(2):
            await asyncio.sleep(10)

    with pytest.raises(TimeoutError):
        run(impatient())
    assert loop.now == pytest.approx(2)


def test_a_deadlock_is_named_at_once_with_every_task_and_its_line(run: Run) -> None:
    queue: asyncio.Queue[int] = asyncio.Queue()

    async def consume() -> None:
        await queue.get()

    async def main() -> None:
        consumer = asyncio.create_task(consume(), name="甲")
        await asyncio.create_task(_waits_on(consumer), name="乙")

    with pytest.raises(DeadlockError) as deadlock:
        run(main())
    waiting = {w.task: w for w in deadlock.value.waiting}
    assert waiting["甲"].on == "Queue.get"
    assert waiting["甲"].line == consume.__code__.co_firstlineno + 1
    assert waiting["甲"].file == __file__
    assert waiting["乙"].on == "任务 甲"
    assert "甲 在等 Queue.get" in str(deadlock.value)


async def _waits_on(task: asyncio.Task[None]) -> None:
    await task


def test_two_tasks_that_hold_each_others_lock_are_a_deadlock(run: Run) -> None:
    first, second = asyncio.Lock(), asyncio.Lock()

    async def take(one: asyncio.Lock, other: asyncio.Lock) -> None:
        async with one:
            await asyncio.sleep(1)
            async with other:
                pass

    with pytest.raises(DeadlockError, match=r"Lock.acquire.*Lock.acquire"):
        run(_gather(take(first, second), take(second, first)))


def test_a_program_that_is_busy_for_ever_is_ended(run: Run) -> None:
    async def spin() -> None:
        while True:
            await asyncio.sleep(0)

    with pytest.raises(BusyError):
        run(spin())


def test_a_heartbeat_without_end_is_ended(run: Run) -> None:
    async def beat() -> None:
        while True:
            await asyncio.sleep(1)

    with pytest.raises(BusyError):
        run(beat())


def test_after_an_ended_program_its_cleaning_up_still_runs(loop: VirtualLoop) -> None:
    cleaned = []

    async def spin() -> None:
        try:
            while True:
                await asyncio.sleep(0)
        finally:
            await asyncio.sleep(0)
            cleaned.append("yes")

    task = loop.create_task(spin())
    with pytest.raises(BusyError):
        loop.run_until_complete(task)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(task)
    assert cleaned == ["yes"]


def test_a_blocking_sleep_moves_the_clock_while_nothing_else_runs(
    run: Run, loop: VirtualLoop
) -> None:
    heard: list[float] = []

    async def listen() -> None:
        for _ in range(3):
            await asyncio.sleep(1)
            heard.append(round(loop.now, 3))

    async def block() -> None:
        await asyncio.sleep(0.5)
        time.sleep(10)

    run(_gather(listen(), block()))
    assert heard == [10.5, 11.5, 12.5]


def test_a_blocking_sleep_is_recorded_with_its_task_and_line(run: Run, loop: VirtualLoop) -> None:
    async def block() -> None:
        time.sleep(2)

    async def main() -> None:
        await asyncio.create_task(block(), name="甲")

    run(main())
    (blocked,) = loop.blocked
    assert (blocked.task, blocked.seconds, blocked.file) == ("甲", 2, __file__)
    assert blocked.line == block.__code__.co_firstlineno + 1


def test_a_thread_is_really_waited_for(run: Run, loop: VirtualLoop) -> None:
    gate = threading.Event()

    async def main() -> int:
        work = asyncio.create_task(asyncio.to_thread(lambda: gate.wait(30) and 42))
        async with asyncio.timeout(1000):  # would fire at once if time jumped past the thread
            await asyncio.sleep(0)
            threading.Timer(0.05, gate.set).start()
            return await work

    assert run(main()) == 42
    assert loop.now < 1000


def test_a_job_that_ends_while_the_loop_looks_is_heard_of(loop: VirtualLoop) -> None:
    with loop.outside.watching(), ThreadPoolExecutor(1) as pool:
        gate = threading.Event()
        pool.submit(gate.wait)

        def poll(seconds: float | None) -> list[str]:
            if seconds:
                return ["its message"]
            gate.set()  # it ends after the selector has looked
            while loop.outside._jobs:
                pass
            return []

        assert loop._wait(1000, poll) == ["its message"]
    assert loop.now < 1000


def test_an_idle_pool_is_not_waited_for(run: Run, loop: VirtualLoop) -> None:
    async def main() -> None:
        await asyncio.to_thread(lambda: None)
        await asyncio.sleep(24 * HOUR)

    run(main())
    assert loop.now > 24 * HOUR


def test_a_thread_that_somebody_else_starts_meanwhile_is_not_waited_for(run: Run) -> None:
    """As another check does in an examiner, and the notebook's own server."""
    ask, asked, over = threading.Event(), threading.Event(), threading.Event()
    in_time: list[bool] = []

    def bystander() -> None:
        ask.wait()
        other = threading.Thread(target=lambda: in_time.append(over.wait(30)))
        other.start()
        asked.set()
        other.join()

    thread = threading.Thread(target=bystander)
    thread.start()

    async def main() -> None:
        ask.set()
        asked.wait()
        await asyncio.sleep(24 * HOUR)

    run(main())
    over.set()
    thread.join()
    assert in_time == [True]


def test_a_thread_that_hands_in_its_result_late_is_no_deadlock(run: Run) -> None:
    async def main() -> str:
        loop = asyncio.get_running_loop()
        result = loop.create_future()
        timer = threading.Timer(0.1, loop.call_soon_threadsafe, [result.set_result, "到了"])
        timer.start()
        return str(await result)

    assert run(main()) == "到了"


@pytest.mark.skipif(sys.platform == "win32", reason="a selector loop has no child processes there")
def test_a_child_process_is_really_waited_for(run: Run) -> None:
    async def main() -> bytes:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            "import time; time.sleep(0.1); print('好')",
            stdout=asyncio.subprocess.PIPE,
            env={"PYTHONIOENCODING": "utf-8"},
        )
        async with asyncio.timeout(1000):
            out, _ = await child.communicate()
        return out

    assert run(main()).decode().strip() == "好"


@pytest.mark.skipif(sys.platform == "win32", reason="no alarm there")
def test_a_signal_is_really_waited_for(run: Run) -> None:
    async def main() -> str:
        loop = asyncio.get_running_loop()
        rung = loop.create_future()
        loop.add_signal_handler(signal.SIGALRM, rung.set_result, "响了")
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        try:
            async with asyncio.timeout(1000):
                return str(await rung)
        finally:
            loop.remove_signal_handler(signal.SIGALRM)

    assert run(main()) == "响了"


def test_both_ends_of_a_connection_in_one_loop_need_no_waiting(run: Run, loop: VirtualLoop) -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(HOUR)  # a slow server, in virtual time
        writer.write(await reader.readline())
        writer.close()

    async def main() -> bytes:
        async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write("你好\n".encode())
            answer = await reader.readline()
            writer.close()
            await writer.wait_closed()
            return answer

    assert run(main()).decode() == "你好\n"
    assert HOUR <= loop.now < 2 * HOUR


def test_a_server_outside_is_really_waited_for(run: Run, loop: VirtualLoop) -> None:
    """A server in a thread of an earlier cell answers when it likes; no timeout fires before."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    begin = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(100)
            begin.wait(30)
            connection.sendall("慢慢来\n".encode())

    server = threading.Thread(target=serve)
    server.start()

    async def main() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"?\n")
        threading.Timer(0.05, begin.set).start()
        async with asyncio.timeout(1000):
            answer = await reader.readline()
        writer.close()
        await writer.wait_closed()
        return answer

    try:
        assert run(main()).decode() == "慢慢来\n"
        assert loop.now < 1000
    finally:
        server.join()
        listener.close()


def test_aiohttp_against_a_server_outside(run: Run, loop: VirtualLoop) -> None:
    """Its own time-outs are minutes of virtual time, which must not pass while it waits."""
    import aiohttp
    from aiohttp import web

    ready, port = threading.Event(), [0]
    stop: list[Callable[[], object]] = []

    async def serve() -> None:
        async def answer(request: web.Request) -> web.Response:
            return web.Response(text=f"你好 {request.path}")

        application = web.Application()
        application.router.add_get("/{name}", answer)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port[0] = runner.addresses[0][1]
        over, server = asyncio.Event(), asyncio.get_running_loop()
        stop.append(lambda: server.call_soon_threadsafe(over.set))
        ready.set()
        await over.wait()
        await runner.cleanup()

    async def main() -> list[str]:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port[0]}") as session:

            async def fetch(path: str) -> str:
                async with session.get(path) as response:
                    return await response.text()

            return await asyncio.gather(*(fetch(f"/{n}") for n in range(3)))

    server = threading.Thread(target=asyncio.run, args=(serve(),))
    server.start()
    ready.wait(30)
    try:
        assert run(main()) == ["你好 /0", "你好 /1", "你好 /2"]
        assert loop.now < 60
    finally:
        stop[0]()
        server.join()


def test_a_pool_of_processes_is_really_waited_for(run: Run) -> None:
    async def main() -> list[int]:
        loop = asyncio.get_running_loop()
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            async with asyncio.timeout(1000):
                return list(
                    await asyncio.gather(*(loop.run_in_executor(pool, abs, -n) for n in (1, 2)))
                )

    assert run(main()) == [1, 2]


def test_waiting_is_cheap(run: Run) -> None:
    """Processor time, so that a loaded machine makes no difference."""

    async def one_after_another() -> None:
        for _ in range(1000):
            await asyncio.sleep(1)

    async def together() -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(10_000):
                group.create_task(asyncio.sleep(1))

    def cost(program: Callable[[], Coroutine[Any, Any, None]]) -> float:
        begun = time.process_time()
        run(program())
        return time.process_time() - begun

    assert min(cost(one_after_another) for _ in range(5)) <= 0.05
    assert min(cost(together) for _ in range(3)) <= 1.0


def test_it_runs_inside_another_loop_that_stands_still(loop: VirtualLoop) -> None:
    """As a test cell does: the kernel's own loop is running in this very thread."""

    async def cell() -> float:
        outer = asyncio.get_running_loop()
        asyncio._set_running_loop(None)
        try:
            with virtual_time(loop):
                loop.run_until_complete(asyncio.sleep(5))
        finally:
            asyncio._set_running_loop(outer)
        await asyncio.sleep(0)
        return loop.now

    assert asyncio.run(cell()) == pytest.approx(5)
