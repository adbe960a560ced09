import asyncio
import gc
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import aiohttp
import pytest

from asynclab.exam import run, script
from asynclab.site import Site, SiteError, server
from tests.asynclab.site.conftest import fetch, get

ENDINGS = [ValueError, KeyboardInterrupt, SystemExit, asyncio.CancelledError]


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    """No thread after any of these tests; a socket would be an unraisable ResourceWarning."""
    yield
    gc.collect()
    assert [thread.name for thread in threading.enumerate() if thread.name == "asynclab-site"] == []


def refuses(site: Site) -> bool:
    address = urlsplit(site.url)
    try:
        socket.create_connection((address.hostname, address.port)).close()
    except ConnectionRefusedError:
        return True
    return False


def test_it_sees_how_many_requests_are_under_way_at_once() -> None:
    with Site(latency=0.05) as site:
        fetch(*site.pictures(5))
        assert site.total == 5
        assert site.peak > 1
        site.reset()
        fetch(*site.pictures(3), at_once=False)
        assert (site.total, site.peak) == (3, 1)
    assert [visit.path for visit in site.log] == [f"/picture/{number}.png" for number in (1, 2, 3)]


def test_a_body_that_was_read_is_no_longer_under_way(site: Site) -> None:
    async def main() -> list[int]:
        async with aiohttp.ClientSession() as session:
            seen = []
            for path in ("/slow?seconds=0", "/picture/1.png", "/page/1", "/status/503") * 10:
                await get(session, site.url + path)
                seen.append(site.in_flight)
            return seen

    assert asyncio.run(main()) == [0] * 40
    assert len(site.log) == 40


def test_who_goes_away_is_no_longer_under_way() -> None:
    async def main() -> None:
        async with aiohttp.ClientSession() as session:
            leaving = asyncio.create_task(get(session, site.url + "/page/1"))
            while not site.in_flight:
                await asyncio.sleep(0.001)
            leaving.cancel()
            while site.in_flight:
                await asyncio.sleep(0.001)

    with Site(latency=1000) as site:
        asyncio.run(main())
        assert [(visit.path, visit.status) for visit in site.log] == [("/page/1", None)]


def test_latency_can_be_changed_while_it_is_open() -> None:
    with Site(latency=1000) as site:
        site.latency = 0
        assert fetch(site.url)[0].status == 200


def test_the_addresses_that_it_names_exist() -> None:
    with Site(pages=6, depth=2) as site:
        assert site.pages == [f"{site.url}/page/{number}" for number in range(1, 7)]
        assert [len(level) for level in site.levels] == [1, 3, 2]
        assert {each.status for each in fetch(*site.pages, *site.pictures(2))} == {200}


def test_it_is_on_loopback_alone(site: Site) -> None:
    assert site.url.startswith("http://127.0.0.1:")
    assert not site.url.endswith("/")


def test_two_sites_at_once_know_nothing_of_each_other(site: Site) -> None:
    with Site(pages=2, depth=1) as other:
        assert other.url != site.url
        assert fetch(other.url + "/page/3", site.url + "/page/3", at_once=False)[0].status == 404
        assert (site.total, other.total) == (1, 1)


def test_it_can_be_opened_again_and_counts_anew() -> None:
    site = Site()
    for _ in range(2):
        with site:
            fetch(site.url)
            assert site.total == 1


def test_it_has_no_address_before_and_cannot_be_opened_twice() -> None:
    site = Site()
    with pytest.raises(SiteError, match="网站还没有打开"):
        _ = site.url
    with site, pytest.raises(SiteError, match="已经开着"), site:
        pass
    assert refuses(site)


def test_more_clients_than_it_lets_in_wait_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_MOST", 3)
    with Site() as site:
        assert [each.status for each in fetch(*site.pages)] == [200] * 20
        assert site.peak <= 3


# Leaving it


@pytest.mark.parametrize("ending", ENDINGS)
def test_with_closes_it_whatever_happens(ending: type[BaseException]) -> None:
    site = Site()

    def main() -> None:
        with site:
            assert fetch(site.url)[0].status == 200
            raise ending

    with pytest.raises(ending):
        main()
    assert refuses(site)


@pytest.mark.parametrize("ending", ENDINGS)
def test_async_with_closes_it_whatever_happens(ending: type[BaseException]) -> None:
    site = Site()

    async def main() -> None:
        async with site, aiohttp.ClientSession() as session:
            assert (await get(session, site.url)).status == 200
            raise ending

    with pytest.raises(ending):
        asyncio.run(main())
    assert refuses(site)


def test_leaving_breaks_off_what_is_under_way() -> None:
    async def main(site: Site) -> list[BaseException | object]:
        async with aiohttp.ClientSession() as session:
            async with site:
                paths = ("/page/1", "/slow?seconds=1000")
                tasks = [asyncio.create_task(get(session, site.url + path)) for path in paths]
                while site.in_flight < 2:
                    await asyncio.sleep(0.001)
            return await asyncio.gather(*tasks, return_exceptions=True)

    site = Site(latency=1000)
    failed = asyncio.run(main(site))
    assert all(isinstance(each, aiohttp.ClientError | OSError) for each in failed)
    assert (site.in_flight, [visit.status for visit in site.log]) == (0, [None, None])


def test_leaving_while_clients_are_still_coming() -> None:
    for _ in range(20):
        with Site() as site:
            address = urlsplit(site.url)
            clients = [
                socket.create_connection((address.hostname, address.port)) for _ in range(20)
            ]
            for client in clients:
                client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        for client in clients:
            client.close()


SCRIPT = """
import asyncio, threading, aiohttp
from asynclab.site import Site
async def main():
    async with Site(latency=0.01) as site, aiohttp.ClientSession() as session:
        async def get(address):
            async with session.get(address) as response:
                return len(await response.read())
        await asyncio.gather(*map(get, site.pictures(3)))
        print(site.total)
asyncio.run(main())
with Site() as site:
    pass
print([thread.name for thread in threading.enumerate()])
"""


def test_a_script_in_development_mode_has_nothing_to_complain_about() -> None:
    result = script(SCRIPT, timeout=60)
    assert [each for each in result.errors if not each.startswith("Executing")] == []
    assert result.printed == ("3", "['MainThread']")


APPLIED = """
import asyncio, nest_asyncio
async def apply():
    nest_asyncio.apply()
asyncio.run(apply())
"""
NESTED = """
async def nested():
    with Site():
        asyncio.run(main())
asyncio.run(nested())
print("nested")
"""


def test_it_works_beside_nest_asyncio() -> None:
    result = script(APPLIED + SCRIPT + NESTED, timeout=60)
    assert [line for line in result.printed if "Thread" not in line] == ["3", "3", "nested"]
    assert result.status == 0


# On the virtual clock


async def download(addresses: list[str]) -> int:
    async with aiohttp.ClientSession() as session:
        return len([await get(session, address) for address in addresses])


def test_a_virtual_run_does_not_change_its_time() -> None:
    async def long(addresses: list[str]) -> int:
        await asyncio.sleep(1_000_000)
        return await download(addresses)

    with Site(latency=0.02) as site:
        t = run("long(addresses)", namespace={"long": long}, addresses=site.pictures(2))
    assert t.value == 2
    assert t.elapsed > 1_000_000
    assert [visit.ended < 1000 for visit in site.log] == [True, True]


def test_a_site_that_the_program_opens_keeps_real_time_and_lets_time_jump() -> None:
    async def main() -> float:
        async with Site(latency=0.02) as site:
            await asyncio.sleep(1000)
            await download(site.pictures(2))
            return site.log[-1].ended

    t = run("main()", namespace={"main": main})
    assert t.error is None
    assert t.value < 1000 < t.elapsed
    assert t.findings == ()


def test_a_deadlock_beside_an_open_site_is_noticed() -> None:
    async def main() -> None:
        async with Site():
            await asyncio.Event().wait()

    t = run("main()", namespace={"main": main})
    assert [finding.code for finding in t.findings] == ["deadlock"]
