"""An application, and a client."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from fastapi import FastAPI, Request, WebSocket

from asynclab.webapp import WebServer, serve

TOGETHER = 3


def application() -> FastAPI:
    """One with an endpoint of every kind; `app.state.told` is what its lifespan did."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        app.state.told.append("up")
        yield {"greeting": "你好"}
        app.state.told.append("down")

    app = FastAPI(lifespan=lifespan)
    app.state.told = []
    meeting, plain_meeting = asyncio.Barrier(TOGETHER), threading.Barrier(TOGETHER)

    @app.get("/greeting")
    async def greeting(request: Request) -> str:
        return str(request.state.greeting)

    @app.get("/async")
    async def answer_together() -> None:
        await meeting.wait()

    @app.get("/plain")
    def answer_together_in_threads() -> None:
        plain_meeting.wait(timeout=30)

    @app.get("/blocking")
    async def block() -> None:
        time.sleep(0.2)

    @app.get("/nap")
    async def nap(seconds: float) -> None:
        await asyncio.sleep(seconds)

    @app.get("/broken")
    async def broken() -> float:
        return 1 / 0

    @app.get("/interrupted")
    async def interrupted() -> None:
        raise KeyboardInterrupt

    @app.get("/leaves")
    async def leave() -> None:
        raise SystemExit(3)

    @app.websocket("/echo")
    async def echo(socket: WebSocket) -> None:
        await socket.accept()
        async for text in socket.iter_text():
            await socket.send_text(text)

    @app.websocket("/deaf")
    async def deaf(socket: WebSocket) -> None:
        await socket.close()

    @app.websocket("/clumsy")
    async def clumsy(socket: WebSocket) -> None:
        await socket.accept()
        raise ValueError("哎呀")

    return app


async def get(session: aiohttp.ClientSession, path: str) -> tuple[int, str]:
    """Status and body."""
    async with session.get(path) as response:
        return response.status, await response.text()


async def gather(session: aiohttp.ClientSession, path: str, count: int) -> list[tuple[int, str]]:
    """The same request, several times at once."""
    return await asyncio.gather(*(get(session, path) for _ in range(count)))


Use = Callable[[WebServer, aiohttp.ClientSession], Coroutine[Any, Any, Any]]


def served(use: Use, app: Any = None, **options: Any) -> Any:
    """What `use` returns when it is given a server and a client, on a loop of its own."""

    async def main() -> Any:
        server = serve(app or application(), **options)
        async with server, aiohttp.ClientSession(server.url) as session:
            used = await use(server, session)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        assert {task.get_name() for task in others} & {"uvicorn", "lifespan"} == set()
        return used

    return asyncio.run(main())
