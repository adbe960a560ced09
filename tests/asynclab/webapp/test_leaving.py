"""The end of the block: nothing of the server is left, whatever ended it."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from fastapi import FastAPI

from asynclab.exam import run, script
from asynclab.webapp import ShutdownError, StartupError, WebServer, serve
from tests.asynclab.webapp.conftest import application, get, served
from tests.asynclab.webapp.test_serving import refuses

ENDINGS = [ValueError, KeyboardInterrupt, SystemExit, asyncio.CancelledError]


def left() -> set[str]:
    """Names of the tasks that run, but for the one that asks."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    return {task.get_name() for task in tasks if not task.cancelling()}


@pytest.mark.parametrize("ending", ENDINGS)
def test_it_is_closed_whatever_ends_the_block(ending: type[BaseException]) -> None:
    async def main() -> None:
        async with serve(app) as server, aiohttp.ClientSession(server.url) as session:
            await get(session, "/greeting")
            addresses.append(server.url)
            raise ending

    app, addresses = application(), []
    with pytest.raises(ending):
        asyncio.run(main())
    assert refuses(addresses[0])
    assert app.state.told == ["up", "down"]


async def failed(*requests: asyncio.Task[Any]) -> list[bool]:
    """Which of them were broken off."""
    results = await asyncio.gather(*requests, return_exceptions=True)
    return [isinstance(each, aiohttp.ClientError) for each in results]


async def under_way(server: WebServer, *requests: Any) -> list[asyncio.Task[Any]]:
    """Tasks whose requests the server has begun to deal with."""
    tasks = [asyncio.create_task(request) for request in requests]
    while server.in_flight < len(tasks):
        await asyncio.sleep(0)
    return tasks


def test_a_request_that_is_under_way_may_end() -> None:
    async def main() -> tuple[int, str]:
        async with aiohttp.ClientSession() as session:
            async with serve(application(), grace=1000) as server:
                tasks = await under_way(server, get(session, server.url + "/nap?seconds=0.1"))
            assert left() == set()
            return tasks[0].result()

    assert asyncio.run(main()) == (200, "null")


def test_what_takes_longer_is_broken_off(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with aiohttp.ClientSession() as session:
            async with serve(application(), grace=0) as server:
                nap = f"{server.url}/nap?seconds=1000"
                tasks = await under_way(server, get(session, nap), get(session, nap))
            assert await failed(*tasks) == [True, True]
            assert (server.in_flight, left()) == (0, set())

    asyncio.run(main())
    assert caplog.messages == []


def test_an_error_in_the_block_breaks_off_at_once(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with aiohttp.ClientSession() as session:

            async def block() -> None:
                async with serve(application(), grace=1000) as server:
                    nap = get(session, server.url + "/nap?seconds=1000")
                    requests.extend(await under_way(server, nap))
                    raise ZeroDivisionError

            requests: list[asyncio.Task[Any]] = []
            with pytest.raises(ZeroDivisionError):
                await block()
            assert await failed(*requests) == [True]

    asyncio.run(main())
    assert caplog.messages == []


def test_a_thread_that_does_not_end_does_not_hold_it_up() -> None:
    release = threading.Event()
    app = FastAPI()

    @app.get("/")
    def hold() -> None:
        release.wait(60)

    async def main() -> None:
        async with aiohttp.ClientSession() as session:
            async with serve(app, grace=0) as server:
                tasks = await under_way(server, get(session, server.url))
            assert await failed(*tasks) == [True]
            assert left() == set()
        release.set()

    asyncio.run(main())


def test_open_websockets_are_told() -> None:
    async def main() -> aiohttp.WSMessage:
        async with aiohttp.ClientSession() as session:
            async with serve(application()) as server:
                socket = await session.ws_connect(server.url + "/echo")
            message = await socket.receive()
            assert server.in_flight == 0
            return message

    assert asyncio.run(main())[:2] == (aiohttp.WSMsgType.CLOSE, 1012)


def test_who_is_interrupted_again_need_not_wait() -> None:
    async def main() -> None:
        async def block() -> None:
            async with serve(application(), grace=1000) as server:
                addresses.append(server.url)
                requests.extend(
                    await under_way(server, get(session, server.url + "/nap?seconds=9999"))
                )
            addresses.append("not reached")

        addresses: list[str] = []
        requests: list[asyncio.Task[Any]] = []
        async with aiohttp.ClientSession() as session:
            task = asyncio.create_task(block())
            while not requests:
                await asyncio.sleep(0)
            await asyncio.sleep(0)  # now it waits for the request
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await failed(*requests) == [True]
            assert left() == set()
        assert len(addresses) == 1
        assert refuses(addresses[0])

    asyncio.run(main())


def test_an_interrupt_that_meets_an_endpoint_ends_the_block() -> None:
    async def use(server: WebServer, session: aiohttp.ClientSession) -> None:
        await get(session, "/interrupted")

    with pytest.raises(asyncio.CancelledError, match="被中断"):
        served(use)


def test_a_server_that_dies_ends_the_block() -> None:
    async def use(server: WebServer, session: aiohttp.ClientSession) -> None:
        for task in asyncio.all_tasks():
            if task.get_name() == "uvicorn":
                task.cancel()
        addresses.append(server.url)
        await asyncio.Event().wait()

    addresses: list[str] = []
    with pytest.raises(asyncio.CancelledError, match="被中断"):
        served(use)
    assert refuses(addresses[0])


# Lifespans that fail


def with_lifespan(before: Any = None, after: Any = None) -> FastAPI:
    """An application whose lifespan does this before and after its yield."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        for each, then in ((before, True), (after, False)):
            if isinstance(each, BaseException):
                raise each
            if each is not None:
                await each()
            if then:
                yield

    return FastAPI(lifespan=lifespan)


async def nothing(server: WebServer, session: aiohttp.ClientSession) -> None:
    """Use nothing."""


@pytest.mark.parametrize("error", [ValueError("没有数据库"), SystemExit("没有数据库")])
def test_a_lifespan_that_fails_at_the_beginning(
    error: BaseException, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = f"应用没有启动起来：{type(error).__name__}: 没有数据库"
    with pytest.raises(StartupError, match=expected) as caught:
        served(nothing, with_lifespan(before=error))
    assert caught.value.__cause__ is error
    assert (caplog.messages, capsys.readouterr().err) == ([], "")


def test_a_lifespan_that_fails_at_the_end() -> None:
    error = ValueError("关不上")
    with pytest.raises(ShutdownError, match="应用收尾的时候出错：ValueError: 关不上") as caught:
        served(nothing, with_lifespan(after=error))
    assert caught.value.__cause__ is error


def test_an_error_of_the_block_comes_before_one_of_the_lifespan(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail(server: WebServer, session: aiohttp.ClientSession) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        served(fail, with_lifespan(after=ValueError("关不上")))
    assert caplog.messages == ["应用收尾的时候出错：ValueError: 关不上"]


async def wait_for_ever() -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("hangs", "kind", "told"),
    [
        ("before", "StartupError", "应用过了 10 秒还没有准备好"),
        ("after", "ShutdownError", "应用过了 10 秒还没有收尾"),
    ],
)
def test_a_lifespan_that_hangs_is_given_up(hangs: str, kind: str, told: str) -> None:
    async def main() -> None:
        async with serve(with_lifespan(**{hangs: wait_for_ever})):
            pass

    t = run("main()", namespace={"main": main})  # on the virtual clock
    assert t.error is not None
    assert t.error.type == kind
    assert t.error.message.startswith(told)
    assert t.elapsed >= 10


def test_opening_can_be_cancelled() -> None:
    async def main() -> None:
        reached = asyncio.Event()

        async def wait() -> None:
            reached.set()
            await asyncio.Event().wait()

        async def block() -> None:
            async with serve(with_lifespan(before=wait)):
                pass

        task = asyncio.create_task(block())
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert left() == set()

    asyncio.run(main())


SCRIPT = """
import asyncio, os, signal, sys, threading, aiohttp, fastapi
from asynclab.webapp import serve
app = fastapi.FastAPI()
@app.get("/")
def thread():
    return 1
async def main():
    async with serve(app) as server, aiohttp.ClientSession(server.url) as session:
        async with session.get("/") as response:
            print(await response.text())
        if "interrupt" in NAME:
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.Event().wait()
try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted")
print([thread.name for thread in threading.enumerate() if "AnyIO" not in thread.name])
"""


def test_a_script_in_development_mode_has_nothing_to_complain_about() -> None:
    result = script("NAME = 'quiet'" + SCRIPT, timeout=60)
    assert [each for each in result.errors if not each.startswith("Executing")] == []
    assert result.printed == ("1", "['MainThread']")


def test_a_script_can_be_interrupted() -> None:
    result = script("NAME = 'interrupt'" + SCRIPT, timeout=60)
    assert result.printed == ("1", "interrupted", "['MainThread']")
