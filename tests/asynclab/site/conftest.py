"""A site that is open, and a client."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import aiohttp
import pytest

from asynclab.site import Site


@dataclass
class Got:
    """One answer, read to its end."""

    status: int
    kind: str
    length: int | None
    body: bytes
    address: str

    @property
    def text(self) -> str:
        return self.body.decode()


async def get(session: aiohttp.ClientSession, address: str, method: str = "GET") -> Got:
    async with session.request(method, address) as response:
        body = await response.read()
        length = response.content_length
        return Got(response.status, response.content_type, length, body, str(response.url))


def fetch(*addresses: str, at_once: bool = True, method: str = "GET") -> list[Got]:
    """Get all of these, on as many connections as it takes."""

    async def main() -> list[Got]:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            if at_once:
                return await asyncio.gather(*(get(session, each, method) for each in addresses))
            return [await get(session, each, method) for each in addresses]

    return asyncio.run(main())


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        yield site
