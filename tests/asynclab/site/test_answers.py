import asyncio

import aiohttp
import pytest

from asynclab.site import Site, picture
from tests.asynclab.site.conftest import fetch


def test_pictures(site: Site) -> None:
    answers = fetch(*site.pictures(3))
    assert [(each.status, each.kind) for each in answers] == [(200, "image/png")] * 3
    assert [each.body for each in answers] == [picture(number) for number in (1, 2, 3)]


def test_pages_in_chinese(site: Site) -> None:
    paths = ("/", "/traps", "/page/1", "/page/20")
    answers = fetch(*(site.url + path for path in paths))
    assert [(each.status, each.kind) for each in answers] == [(200, "text/html")] * 4
    titles = ("只在本机的网站", "陷阱", "第 1 页", "第 20 页")
    assert all(f'<h1 id="top">{t}</h1>' in a.text for t, a in zip(titles, answers, strict=True))


def test_the_same_address_gives_the_same_bytes(site: Site) -> None:
    paths = ("/", "/page/3", "/page/3?a=1", "/page/3#top", "/picture/5.png", "/status/418")
    addresses = [site.url + path for path in paths]
    assert [a.body for a in fetch(*addresses)] == [a.body for a in fetch(*addresses)]
    page, query, fragment = fetch(*addresses[1:4])
    assert page.body == query.body == fragment.body


@pytest.mark.parametrize("path", ["/page/0", "/page/21", "/nothing", "/page/one", "/picture/1.jpg"])
def test_what_does_not_exist(site: Site, path: str) -> None:
    (answer,) = fetch(site.url + path)
    assert answer.status == 404
    assert f"这里没有 {path}。" in answer.text


def test_an_old_address_leads_to_the_new_one(site: Site) -> None:
    (answer,) = fetch(site.url + "/old/2")
    assert (answer.status, answer.address) == (200, site.url + "/page/2")
    assert [(visit.path, visit.status) for visit in site.log] == [("/old/2", 301), ("/page/2", 200)]


@pytest.mark.parametrize("status", [200, 204, 299, 304, 404, 418, 500, 503])
def test_any_status(site: Site, status: int) -> None:
    (answer,) = fetch(f"{site.url}/status/{status}")
    assert answer.status == status == site.log[0].status


@pytest.mark.parametrize("status", [0, 100, 199, 600, 999])
def test_no_status_that_is_no_answer(site: Site, status: int) -> None:
    assert fetch(f"{site.url}/status/{status}")[0].status == 404


def test_a_flaky_address_fails_at_first_each_for_itself() -> None:
    with Site(fails=3) as site:
        flaky = [site.url + "/flaky"] * 5
        assert [each.status for each in fetch(*flaky, at_once=False)] == [503, 503, 503, 200, 200]
        assert [each.status for each in fetch(site.url + "/flaky/7")] == [503]
        site.reset()
        assert [each.status for each in fetch(site.url + "/flaky")] == [503]


def test_a_slow_body_comes_in_pieces_and_tells_its_length_first(site: Site) -> None:
    async def main() -> tuple[int | None, list[bytes]]:
        async with (
            aiohttp.ClientSession() as session,
            session.get(site.url + "/slow?seconds=0.1") as response,
        ):
            return response.content_length, [part async for part in response.content.iter_any()]

    length, pieces = asyncio.run(main())
    assert len(pieces) > 1
    assert len(b"".join(pieces)) == length
    assert b"".join(pieces).decode().count("\n") == 10
    assert (site.in_flight, site.log[0].status) == (0, 200)


@pytest.mark.parametrize("seconds", ["x", "-1", "nan", "inf"])
def test_a_slow_body_takes_a_number(site: Site, seconds: str) -> None:
    (answer,) = fetch(f"{site.url}/slow?seconds={seconds}")
    assert answer.status == 400
    assert "不小于 0" in answer.text


@pytest.mark.parametrize("path", ["/picture/1.png", "/slow?seconds=0", "/page/1"])
def test_a_head_tells_the_length_and_has_no_body(site: Site, path: str) -> None:
    (whole,) = fetch(site.url + path)
    (head,) = fetch(site.url + path, method="HEAD")
    assert (head.status, head.kind, head.length) == (200, whole.kind, len(whole.body))
    assert head.body == b""
