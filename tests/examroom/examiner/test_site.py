"""A check's web site: it runs with the examiner and answers in the student's network."""

from collections.abc import Iterator
from typing import Any

import pytest

from examroom.examiner import Examined, Pool, examine
from examroom.sandbox import Sandbox


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    pool = Pool(Sandbox)
    yield pool
    pool.close()


def cell(source: str, **nbgrader: Any) -> dict[str, Any]:
    metadata = {"nbgrader": {"schema_version": 3, **nbgrader}} if nbgrader else {}
    return {
        "cell_type": "code",
        "source": source,
        "metadata": metadata,
        "outputs": [],
        "execution_count": None,
    }


def examined(pool: Pool, solution: str, *checks: str) -> Examined:
    """A notebook with a solution and checks, as it was rebuilt, examined."""
    given = "import asyncio\nimport aiohttp\nfrom asynclab.exam import expect, run"
    cells = [cell(given), cell(solution, grade_id="solution", solution=True, grade=False)]
    for number, check in enumerate(checks):
        cells.append(cell(check, grade_id=f"check-{number}", solution=False, grade=True, points=2))
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    examined = examine(notebook, {}, pool)
    assert examined.unprotected == ()
    return examined


def said(examined: Examined) -> list[str]:
    """For each check what it printed or why it failed."""
    told = []
    for check in examined.notebook["cells"][2:]:
        texts = [each.get("text") or each.get("evalue") for each in check["outputs"]]
        told.append("".join(text for text in texts if text))
    return told


TOGETHER = """
async def get(session, url):
    async with session.get(url) as response:
        return len(await response.read())

async def download_all(urls):
    async with aiohttp.ClientSession() as session:
        return await asyncio.gather(*(get(session, url) for url in urls))
"""
ONE_BY_ONE = TOGETHER.replace(
    "await asyncio.gather(*(get(session, url) for url in urls))",
    "[await get(session, url) for url in urls]",
)
CHECK = """
from asynclab.site import Site, picture
with Site(latency=0.05) as site:
    t = run("download_all(urls)", urls=site.pictures(6))
expect(t.value == [len(picture(number)) for number in range(1, 7)], t, "要每一张图的长度")
expect(site.total == 6, t, "每张图下载一次")
expect(site.peak > 1, t, "应当同时下载", finding="sequential")
"""


def test_downloads_at_once_pass_a_check_of_what_the_server_saw(pool: Pool) -> None:
    right = examined(pool, TOGETHER, CHECK)
    assert said(right) == [""]
    assert (right.findings, right.lost, right.left) == ({}, (), ())


def test_downloads_one_by_one_do_not(pool: Pool) -> None:
    wrong = examined(pool, ONE_BY_ONE, CHECK)
    assert said(wrong)[0].startswith("应当同时下载")
    assert wrong.findings == {"check-0": "sequential"}


def test_a_later_check_opens_a_site_of_its_own(pool: Pool) -> None:
    again = CHECK + "\nprint(site.total, site.url == first)"
    told = said(examined(pool, TOGETHER, CHECK + "\nfirst = site.url", again, again))
    assert told == ["", "6 True\n", "6 True\n"]


def test_a_check_may_await(pool: Pool) -> None:
    awaiting = CHECK.replace("with Site", "async with Site") + "\nprint(site.total)"
    assert said(examined(pool, TOGETHER, awaiting)) == ["6\n"]


SEVERAL = """
from asynclab.site import Site
with Site() as one, Site() as two:
    t = run("download_all(urls)", urls=one.pictures(2) + two.pictures(3))
    print(t.error, one.total, two.total, one.url != two.url)
"""
TOO_MANY = SEVERAL.replace(" as two:", " as two, Site():")


def test_two_sites_can_be_open_at_once(pool: Pool) -> None:
    assert said(examined(pool, TOGETHER, SEVERAL)) == ["None 2 3 True\n"]


def test_a_third_one_is_refused_and_the_others_are_closed(pool: Pool) -> None:
    refused, after = said(examined(pool, TOGETHER, TOO_MANY, SEVERAL))
    assert refused == "批改时最多同时开 2 个网站，它们都开着；请先离开其中一个的 with"
    assert after == "None 2 3 True\n"


OWN = """
from asynclab.site import Site
async def own():
    async with Site() as site, aiohttp.ClientSession() as session:
        async with session.get(site.url) as response:
            return response.status
print(run("own()", namespace=globals()).value)
"""


def test_a_program_of_the_checks_own_reaches_its_own_site(pool: Pool) -> None:
    assert said(examined(pool, TOGETHER, OWN)) == ["200\n"]


SITE = "from asynclab.site import Site\nwith Site() as site:\n    "


def test_a_candidate_that_is_lost_leaves_the_next_check_a_site(pool: Pool) -> None:
    solution = f"{TOGETHER}\nimport os\nasync def leave(urls):\n    os._exit(0)"
    leaving = SITE + "run('leave(urls)', urls=site.pages)"
    examination = examined(pool, solution, leaving, CHECK)
    assert said(examination) == [said(examination)[0], ""]
    assert examination.findings == {"check-0": "program-died"}


LOOK = """
import os, threading
def look(url):
    port = f":{int(url.rpartition(':')[2]):04X} "
    listening = [line.split()[9] for line in open("/proc/net/tcp") if port in line]
    held = []
    for each in os.listdir("/proc/self/fd"):
        try:
            held.append(os.readlink(f"/proc/self/fd/{each}"))
        except OSError:
            pass
    return {
        "listening": len(listening),
        "held": [each for each in listening if f"socket:[{each}]" in held],
        "threads": [each.name for each in threading.enumerate() if "site" in each.name],
    }
"""


def test_the_students_process_holds_nothing_of_the_server(pool: Pool) -> None:
    looking = SITE + "t = run('look(url)', url=site.url)\nprint(t.value or t.error)"
    assert said(examined(pool, LOOK, looking)) == ["{'listening': 1, 'held': [], 'threads': []}\n"]


def test_nonsense_sent_to_the_server_does_not_stop_it(pool: Pool) -> None:
    solution = f"""{TOGETHER}
import socket
async def nonsense(url):
    port = int(url.rpartition(":")[2])
    for sent in (b"\\0" * 100_000, b"GET / HTTP/9.9\\r\\n\\r\\n", b"", b"GET /" + b"x" * 100_000):
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(sent)
"""
    check = SITE + (
        "run('nonsense(url)', url=site.url)\n    print(run('download_all(u)', u=site.pages).error)"
    )
    assert said(examined(pool, solution, check)) == ["None\n"]


BESIDE = """
async with Site(latency=0.02) as site:
    sizes = await download_all(site.pictures(4))
    await asyncio.sleep(1000)
print(len(sizes), site.total, site.peak > 1, site.log[-1].ended < 1000)
"""


def test_a_cell_of_the_students_own_opens_one_beside_itself(pool: Pool) -> None:
    solution = f"{TOGETHER}\nfrom asynclab.site import Site\n{BESIDE}"
    examination = examined(pool, solution, CHECK)
    assert examination.notebook["cells"][1]["outputs"][0]["text"] == "4 4 True True\n"
    assert said(examination) == [""]
