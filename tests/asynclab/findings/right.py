"""Right programs in the usual styles; nothing may be found wrong with any of them."""

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

Program = Callable[[], Coroutine[Any, Any, Any]]
RIGHT: list[Program] = []


def right(program: Program) -> Program:
    RIGHT.append(program)
    return program


async def fetch(item: Any, seconds: float = 1) -> Any:
    await asyncio.sleep(seconds)
    return item


@right
async def nothing_at_all() -> None:
    return None


@right
async def one_await() -> Any:
    return await fetch(1)


@right
async def one_after_another_on_purpose() -> Any:
    first = await fetch(1)
    return await fetch(first + 1)


@right
async def task_group() -> list[Any]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(fetch(n)) for n in range(3)]
    return [task.result() for task in tasks]


@right
async def nested_task_groups() -> None:
    async with asyncio.TaskGroup() as outer:
        outer.create_task(fetch(1))
        async with asyncio.TaskGroup() as inner:
            inner.create_task(fetch(2))


@right
async def gather() -> Any:
    return await asyncio.gather(fetch(1), fetch(2), fetch(3))


@right
async def gather_with_exceptions_as_results() -> Any:
    return await asyncio.gather(fetch(1), fails(), return_exceptions=True)


async def fails() -> None:
    await asyncio.sleep(0.5)
    raise OSError("停电了")


@right
async def as_completed() -> list[Any]:
    return [await first for first in asyncio.as_completed([fetch(1, 2), fetch(2, 1)])]


@right
async def wait_and_look_at_results() -> list[Any]:
    done, _ = await asyncio.wait([asyncio.create_task(fetch(n)) for n in range(3)])
    return sorted(task.result() for task in done)


@right
async def wait_for_the_first_and_cancel_the_rest() -> Any:
    tasks = [asyncio.create_task(fetch(n, n)) for n in (1, 2, 3)]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    return done.pop().result()


@right
async def wait_for_in_time() -> Any:
    return await asyncio.wait_for(fetch(1), 5)


@right
async def wait_for_too_late() -> str:
    try:
        await asyncio.wait_for(fetch(1, 10), 2)
    except TimeoutError:
        return "太久"
    return "及时"


@right
async def timeout_that_fires() -> str:
    try:
        async with asyncio.timeout(1):
            await fetch(1, 10)
    except TimeoutError:
        return "太久"
    return "及时"


@right
async def timeout_within_a_task() -> Any:
    return await asyncio.create_task(timeout_that_fires())


@right
async def retries_with_backoff() -> str:
    for attempt in range(3):
        try:
            async with asyncio.timeout(1):
                await fetch(1, 2 - attempt)
            return f"第 {attempt + 1} 次"
        except TimeoutError:
            await asyncio.sleep(2**attempt)
    return "没有成功"


@right
async def tasks_by_hand() -> Any:
    first, second = asyncio.create_task(fetch(1)), asyncio.create_task(fetch(2))
    return await first, await second


@right
async def shielded_and_awaited() -> Any:
    return await asyncio.shield(fetch(1))


@right
async def shielded_from_a_timeout() -> Any:
    work = asyncio.create_task(fetch("做完了", 3))
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.shield(work), 1)
    return await work


@right
async def queue_with_sentinel() -> list[int]:
    queue: asyncio.Queue[int | None] = asyncio.Queue()
    seen: list[int] = []

    async def consume() -> None:
        while (item := await queue.get()) is not None:
            await asyncio.sleep(0.1)
            seen.append(item)

    async with asyncio.TaskGroup() as group:
        group.create_task(consume())
        for item in range(5):
            await queue.put(item)
        await queue.put(None)
    return seen


@right
async def queue_with_join_and_cancelled_workers() -> list[int]:
    queue: asyncio.Queue[int] = asyncio.Queue()
    seen: list[int] = []

    async def work() -> None:
        while True:
            item = await queue.get()
            await asyncio.sleep(0.1)
            seen.append(item)
            queue.task_done()

    for item in range(6):
        queue.put_nowait(item)
    workers = [asyncio.create_task(work()) for _ in range(3)]
    await queue.join()
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    return sorted(seen)


@right
async def bounded_queue() -> int:
    queue: asyncio.Queue[int] = asyncio.Queue(maxsize=1)
    total = 0

    async def produce() -> None:
        for item in range(4):
            await queue.put(item)

    producer = asyncio.create_task(produce())
    for _ in range(4):
        total += await queue.get()
    await producer
    return total


@right
async def semaphore() -> Any:
    limit = asyncio.Semaphore(2)

    async def limited(item: int) -> Any:
        async with limit:
            return await fetch(item)

    return await asyncio.gather(*(limited(n) for n in range(5)))


@right
async def lock() -> int:
    mutex, count = asyncio.Lock(), 0

    async def add() -> None:
        nonlocal count
        async with mutex:
            before = count
            await asyncio.sleep(0.1)
            count = before + 1

    await asyncio.gather(*(add() for _ in range(5)))
    return count


@right
async def event() -> str:
    ready = asyncio.Event()

    async def wait() -> str:
        await ready.wait()
        return "开始"

    waiter = asyncio.create_task(wait())
    await asyncio.sleep(1)
    ready.set()
    return await waiter


@right
async def condition() -> int:
    changed, value = asyncio.Condition(), 0

    async def wait() -> int:
        async with changed:
            await changed.wait_for(lambda: value == 2)
            return value

    waiter = asyncio.create_task(wait())
    for _ in range(2):
        await asyncio.sleep(1)
        async with changed:
            value += 1
            changed.notify_all()
    return await waiter


@right
async def barrier() -> int:
    meeting = asyncio.Barrier(3)

    async def arrive(seconds: float) -> None:
        await asyncio.sleep(seconds)
        await meeting.wait()

    await asyncio.gather(*(arrive(n) for n in range(3)))
    return meeting.parties


async def countdown(start: int) -> AsyncIterator[int]:
    try:
        for number in range(start, 0, -1):
            await asyncio.sleep(0.1)
            yield number
    finally:
        await asyncio.sleep(0)


@right
async def async_generator_to_its_end() -> list[int]:
    return [number async for number in countdown(3)]


@right
async def async_generator_closed_early() -> int:
    async with contextlib.aclosing(countdown(5)) as numbers:
        async for number in numbers:
            return number
    return 0


@right
async def async_generator_left_to_the_loop() -> int:
    async for number in countdown(5):
        return number
    return 0


@right
async def async_context_manager() -> list[str]:
    log: list[str] = []

    @contextlib.asynccontextmanager
    async def opened() -> AsyncIterator[str]:
        await asyncio.sleep(0.1)
        try:
            yield "门"
        finally:
            await asyncio.sleep(0.1)
            log.append("关好了")

    async with opened() as door:
        log.append(door)
    return log


@right
async def exit_stack() -> int:
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(asyncio.sleep, 0.1)
        return 1


@right
async def background_task_held_and_cancelled() -> str:
    async def heartbeat() -> None:
        while True:
            await asyncio.sleep(0.5)

    beat = asyncio.create_task(heartbeat())
    result = await fetch("做完了", 2)
    beat.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await beat
    return str(result)


@right
async def cancelled_task_that_cleans_up() -> list[str]:
    log: list[str] = []

    async def work() -> None:
        try:
            await asyncio.sleep(100)
        finally:
            await asyncio.sleep(0.1)
            log.append("清理")

    task = asyncio.create_task(work())
    await asyncio.sleep(1)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    return log


@right
async def cancelled_task_that_raises_again() -> str:
    async def work() -> None:
        try:
            await asyncio.sleep(100)
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            raise

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return "停了"
    return "没停"


@right
async def cancelled_before_it_began() -> bool:
    task = asyncio.create_task(fetch(1))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return task.cancelled()


@right
async def group_whose_error_is_handled() -> str:
    handled = "没有错"
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails())
            group.create_task(fetch(1, 10))
    except* OSError:
        handled = "处理了"
    return handled


@right
async def error_looked_at_with_exception() -> str:
    task = asyncio.create_task(fails())
    await asyncio.wait([task])
    return str(task.exception())


@right
async def to_thread() -> int:
    return await asyncio.to_thread(sum, [1, 2, 3])


@right
async def blocking_call_in_a_thread() -> None:
    await asyncio.gather(asyncio.to_thread(time.sleep, 0.02), fetch(1))


@right
async def executor() -> list[int]:
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(2) as pool:
        return list(await asyncio.gather(*(loop.run_in_executor(pool, abs, -n) for n in range(3))))


@right
async def a_thread_calls_back() -> str:
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[str] = loop.create_future()

    def work() -> None:
        loop.call_soon_threadsafe(answer.set_result, "好")

    thread = threading.Thread(target=work)
    thread.start()
    try:
        return await answer
    finally:
        await asyncio.to_thread(thread.join)


@right
async def futures_by_hand() -> int:
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[int] = loop.create_future()
    loop.call_later(1, answer.set_result, 42)
    return await answer


@right
async def an_object_with_await() -> int:
    class Ticket:
        def __await__(self) -> Any:
            yield from asyncio.sleep(0.1).__await__()
            return 7

    return await Ticket()


@right
async def a_coroutine_closed_on_purpose() -> None:
    unused = fetch(1)
    unused.close()


@right
async def many_small_tasks() -> int:
    return sum(await asyncio.gather(*(fetch(n, 0.01 * n) for n in range(200))))


@right
async def sleeping_zero_to_be_polite() -> None:
    for _ in range(100):
        await asyncio.sleep(0)


@right
async def streams() -> bytes:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"hi\n")
        answer = await reader.readline()
        writer.close()
        await writer.wait_closed()
    return answer


@right
async def a_set_of_background_tasks() -> list[int]:
    background: set[asyncio.Task[None]] = set()
    seen: list[int] = []

    async def note(number: int) -> None:
        await asyncio.sleep(number)
        seen.append(number)

    for number in (2, 1):
        task = asyncio.create_task(note(number))
        background.add(task)
        task.add_done_callback(background.discard)
    await asyncio.gather(*background)
    return seen
