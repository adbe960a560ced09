import asyncio
import signal
import socket
from urllib.parse import urlsplit

import aiohttp
import pytest
from fastapi import FastAPI

from asynclab.exam import run, script
from asynclab.webapp import PortError, ServeError, WebServer, serve
from tests.asynclab.webapp.conftest import TOGETHER, application, gather, get, served

Session = aiohttp.ClientSession


def refuses(url: str) -> bool:
    address = urlsplit(url)
    try:
        socket.create_connection((address.hostname, address.port)).close()
    except ConnectionRefusedError:
        return True
    return False


# What it answers, and what it saw


def test_it_serves_an_application_and_its_lifespan() -> None:
    async def use(server: WebServer, session: Session) -> None:
        assert server.url.startswith("http://127.0.0.1:")
        assert app.state.told == ["up"]
        assert await get(session, "/greeting") == (200, '"你好"')

    app = application()
    served(use, app)
    assert app.state.told == ["up", "down"]


@pytest.mark.parametrize(("path", "peak"), [("/async", 3), ("/plain", 3), ("/blocking", 1)])
def test_it_sees_how_many_requests_are_under_way_at_once(path: str, peak: int) -> None:
    async def use(server: WebServer, session: Session) -> None:
        assert {status for status, _ in await gather(session, path, TOGETHER)} == {200}
        assert (server.total, server.in_flight, server.peak) == (3, 0, peak)
        assert [(visit.path, visit.status) for visit in server.log] == [(path, 200)] * 3
        server.reset()
        assert (server.total, server.peak, server.log) == (0, 0, ())

    served(use)


def test_an_answer_that_was_read_is_no_longer_under_way() -> None:
    async def use(server: WebServer, session: Session) -> list[int]:
        seen = []
        for _ in range(20):
            await get(session, "/greeting?a=1")
            seen.append(server.in_flight)
        assert server.log[-1].path == "/greeting?a=1"
        return seen

    assert served(use) == [0] * 20


def test_websockets_are_served_and_counted() -> None:
    async def use(server: WebServer, session: Session) -> None:
        async with session.ws_connect("/echo") as one, session.ws_connect("/echo") as other:
            await one.send_str("一")
            await other.send_str("二")
            assert [await one.receive_str(), await other.receive_str()] == ["一", "二"]
            assert (server.in_flight, server.peak) == (2, 2)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect("/deaf")
        while server.in_flight:
            await asyncio.sleep(0)

    async def main() -> list[tuple[str, str, int | None]]:
        async with serve(application()) as server, Session(server.url) as session:
            await use(server, session)
        return sorted((visit.method, visit.path, visit.status) for visit in server.log)

    assert asyncio.run(main()) == [
        ("WEBSOCKET", "/deaf", 403),
        ("WEBSOCKET", "/echo", 101),
        ("WEBSOCKET", "/echo", 101),
    ]


def test_it_takes_any_asgi_application() -> None:
    async def hello(scope: object, receive: object, send: object) -> None:
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"hello"})

    assert served(lambda server, session: get(session, "/"), hello) == (200, "hello")


def test_two_servers_know_nothing_of_each_other() -> None:
    async def use(server: WebServer, session: Session) -> None:
        async with serve(application()) as other, Session(other.url) as other_session:
            await get(session, "/greeting")
            await get(other_session, "/greeting")
            assert (server.total, other.total) == (1, 1)
            assert server.url != other.url

    served(use)


def test_it_can_be_opened_again_and_counts_anew() -> None:
    async def main() -> None:
        server = serve(application())
        for _ in range(2):
            async with server, Session(server.url) as session:
                await get(session, "/greeting")
                assert server.total == 1

    asyncio.run(main())


def test_it_has_no_address_before_and_cannot_be_opened_twice() -> None:
    async def use(server: WebServer, session: Session) -> None:
        with pytest.raises(ServeError, match="已经开着"):
            await server.__aenter__()
        assert (await get(session, "/greeting"))[0] == 200

    served(use)
    with pytest.raises(ServeError, match="还没有打开"):
        _ = serve(application()).url


def test_signals_stay_as_they_are() -> None:
    async def main() -> None:
        before = signal.getsignal(signal.SIGINT)
        async with serve(application()):
            assert signal.getsignal(signal.SIGINT) is before
        assert signal.getsignal(signal.SIGINT) is before

    asyncio.run(main())


# What it refuses


@pytest.mark.parametrize("wrong", [None, "app:app", FastAPI])
def test_what_is_no_application_is_refused(wrong: object) -> None:
    with pytest.raises(TypeError, match="应用对象"):
        serve(wrong)


def test_a_port_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="0 到 65535"):
        serve(application(), port=70_000)


def test_a_port_can_be_asked_for_and_is_refused_when_taken() -> None:
    async def main() -> None:
        async with serve(application()) as server:
            port = urlsplit(server.url).port
            with pytest.raises(PortError, match=f"端口 {port} 已经被占用"):
                async with serve(application(), port=port):
                    pass
        async with serve(application(), port=port) as server:
            assert urlsplit(server.url).port == port

    asyncio.run(main())


# Errors of endpoints


def test_an_error_of_an_endpoint_is_an_answer_and_one_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def use(server: WebServer, session: Session) -> None:
        assert await get(session, "/broken") == (500, "Internal Server Error")
        assert await get(session, "/leaves") == (500, "Internal Server Error")
        assert (await get(session, "/greeting"))[0] == 200

    served(use)
    first, second = caplog.messages
    assert first.startswith("GET /broken 出错：ZeroDivisionError: division by zero（第 ")
    assert first.endswith(" 行：return 1 / 0）")
    assert second.startswith("GET /leaves 出错：SystemExit: 3")


def test_an_error_of_a_websocket_closes_it_with_that_code(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def use(server: WebServer, session: Session) -> int | None:
        async with session.ws_connect("/clumsy") as clumsy:
            await clumsy.receive()
            return clumsy.close_code

    assert served(use) == 1011
    assert caplog.messages[0].startswith("WEBSOCKET /clumsy 出错：ValueError: 哎呀")


def test_an_error_in_mid_answer_breaks_the_connection(caplog: pytest.LogCaptureFixture) -> None:
    async def half(scope: object, receive: object, send: object) -> None:
        assert scope["type"] == "http"
        headers = [(b"content-length", b"10")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"12345", "more_body": True})
        raise ValueError("没有后一半")

    async def use(server: WebServer, session: Session) -> None:
        with pytest.raises(aiohttp.ClientPayloadError):
            await get(session, "/")

    served(use, half)
    assert caplog.messages[0].startswith("GET / 出错：ValueError: 没有后一半")


# On the virtual clock


@pytest.mark.parametrize(
    ("path", "ends"), [("/nap?seconds=100", [100.0] * 3), ("/blocking", [0.2, 0.4, 0.6])]
)
def test_on_the_virtual_clock_its_times_are_virtual(path: str, ends: list[float]) -> None:
    async def main() -> list[float]:
        async with serve(application()) as server, Session(server.url) as session:
            await gather(session, path, 3)
            return [visit.ended for visit in server.log]

    t = run("main()", namespace={"main": main})
    assert t.value == ends
    assert {finding.code for finding in t.findings} <= {"blocking-call"}


def test_an_answer_on_a_used_connection_does_not_wait_for_an_acknowledgement() -> None:
    async def main() -> float:
        async with serve(application()) as server, Session(server.url) as session:
            for _ in range(3):
                await get(session, "/nap?seconds=1")
            return round(asyncio.get_running_loop().time(), 3)

    assert run("main()", namespace={"main": main}).value == 3.0


# Importing


def test_asynclab_does_not_import_uvicorn() -> None:
    told = script("import sys, asynclab; print('uvicorn' in sys.modules, 'fastapi' in sys.modules)")
    assert told.printed == ("False False",)
    told = script("import sys, asynclab.webapp; print('fastapi' in sys.modules)", timeout=60)
    assert told.printed == ("False",)
