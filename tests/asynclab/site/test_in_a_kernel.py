"""The site in a notebook, where a loop runs all the time."""

from collections.abc import Iterator
from typing import Any

import pytest
from jupyter_client.manager import KernelManager, start_new_kernel

PREPARED = """
%load_ext asynclab
import asyncio, threading, aiohttp
from asynclab.site import Site
async def download(site):
    async with aiohttp.ClientSession() as session:
        async def get(address):
            async with session.get(address) as response:
                return response.status
        return await asyncio.gather(*map(get, site.pictures(3)))
def sites():
    return [thread.name for thread in threading.enumerate()].count("asynclab-site")
"""
WITH = "with Site(latency=0.02) as site:\n    print(await download(site), sites())\nprint(sites())"
NESTED = "with Site() as site:\n    print(asyncio.run(download(site)), sites())\nprint(sites())"


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
                    self.manager.interrupt_kernel()
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


def test_with_and_async_with_work_in_a_cell(kernel: Kernel) -> None:
    assert kernel.run(WITH) == "[200, 200, 200] 1\n0\n"
    assert kernel.run(f"async {WITH}") == "[200, 200, 200] 1\n0\n"


def test_an_interrupt_closes_it(kernel: Kernel) -> None:
    waiting = "as site:\n    print('waiting')\n    await download(site)"
    for kind in ("with", "async with"):
        told = kernel.run(f"{kind} Site(latency=1000) {waiting}", interrupt_at="waiting")
        assert told in ("waiting\nCancelledError", "waiting\nKeyboardInterrupt")
        assert kernel.run("sites()\nprint(sites())") == "0\n"


def test_it_works_beside_nest_asyncio(kernel: Kernel) -> None:
    kernel.run("import nest_asyncio; nest_asyncio.apply()")
    assert kernel.run(WITH) == "[200, 200, 200] 1\n0\n"
    assert kernel.run(f"async {WITH}") == "[200, 200, 200] 1\n0\n"
    assert kernel.run(NESTED) == "[200, 200, 200] 1\n0\n"
