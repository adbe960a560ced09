"""Serving in a notebook, where a loop runs all the time."""

import signal
from collections.abc import Iterator
from typing import Any

import pytest
from jupyter_client.manager import KernelManager, start_new_kernel

PREPARED = """
%load_ext asynclab
import asyncio, time, aiohttp
from contextlib import asynccontextmanager
from fastapi import FastAPI
from asynclab.webapp import serve
@asynccontextmanager
async def lifespan(app):
    yield
    print("down")
app = FastAPI(lifespan=lifespan)
@app.get("/")
async def home():
    return "home"
@app.get("/wait")
async def wait():
    print("waiting")
    await asyncio.Event().wait()
@app.get("/block")
async def block():
    print("waiting")
    time.sleep(1000)
@app.get("/plain")
def plain():
    return "plain"
async def get(server, path):
    async with aiohttp.ClientSession(server.url) as session:
        async with session.get(path) as response:
            return await response.text()
def left():
    names = {task.get_name() for task in asyncio.all_tasks()}
    return names & {"uvicorn", "lifespan"}
def failing(error):
    @asynccontextmanager
    async def lifespan(app):
        raise error
        yield
    return FastAPI(lifespan=lifespan)
"""
SERVE = """
async with serve(app) as server:
    print(await get(server, "/"), await get(server, "/plain"), server.total)
print(left())
"""


class Kernel:
    """A kernel that runs cells."""

    def __init__(self, manager: KernelManager, client: Any) -> None:
        self.manager, self.client = manager, client

    def run(self, source: str, interrupt_at: str = "") -> str:
        """What a cell printed, or the name of its error; interrupted when it prints this."""
        printed = []

        def hear(message: dict[str, Any]) -> None:
            content = message["content"]
            if message["msg_type"] == "stream":
                printed.append(content["text"])
                if interrupt_at and interrupt_at in content["text"]:
                    self.manager.signal_kernel(signal.SIGINT)
            elif message["msg_type"] == "error":
                printed.append(content["ename"])

        self.client.execute_interactive(
            source, timeout=60, output_hook=hear, allow_stdin=False, stop_on_error=False
        )
        return "".join(printed)


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    manager, client = start_new_kernel(extra_arguments=["--log-level=ERROR"])
    kernel = Kernel(manager, client)
    assert kernel.run(PREPARED) == ""
    yield kernel
    client.stop_channels()
    manager.shutdown_kernel(now=True)


SERVED = '"home" "plain" 2\ndown\nset()\n'


def test_it_works_in_a_cell(kernel: Kernel) -> None:
    assert kernel.run(SERVE) == SERVED
    assert kernel.run(SERVE) == SERVED


@pytest.mark.parametrize("path", ["/wait", "/block"])
def test_an_interrupt_stops_it(path: str, kernel: Kernel) -> None:
    cell = f"async with serve(app) as server:\n    await get(server, {path!r})\n    print('on')"
    told = kernel.run(cell, interrupt_at="waiting")
    assert told.endswith("down\nCancelledError")
    assert "on\n" not in told
    assert kernel.run("print(left())") == "set()\n"
    assert kernel.run(SERVE) == SERVED


def test_a_keyboard_interrupt_in_the_block_stops_it(kernel: Kernel) -> None:
    told = kernel.run("async with serve(app) as server:\n    raise KeyboardInterrupt")
    assert told == "down\nKeyboardInterrupt"
    assert kernel.run("print(left())") == "set()\n"


@pytest.mark.parametrize("error", ["ValueError('x')", "SystemExit(3)", "KeyboardInterrupt()"])
def test_a_start_that_fails_does_not_end_the_kernel(error: str, kernel: Kernel) -> None:
    told = kernel.run(f"async with serve(failing({error})):\n    print('on')")
    assert told == "StartupError"
    assert kernel.run(SERVE) == SERVED


def test_it_works_in_a_timeline(kernel: Kernel) -> None:
    told = kernel.run(
        "%%timeline\n"
        "async with serve(app) as server:\n"
        "    await asyncio.sleep(100)\n"
        "    print(await get(server, '/'))"
    )
    assert told == '"home"\ndown\n'


def test_it_works_beside_nest_asyncio(kernel: Kernel) -> None:
    kernel.run("import nest_asyncio; nest_asyncio.apply()")
    assert kernel.run(SERVE) == SERVED
