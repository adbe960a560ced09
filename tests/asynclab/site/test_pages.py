from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin

import pytest

from asynclab.site import pages
from asynclab.site.pages import Graph

SITE = "http://127.0.0.1:8000"


class Links(HTMLParser):
    """What a page links to, as it is written there."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found.append(dict(attributes)["href"] or "")


def neighbours(graph: Graph, number: int) -> set[int]:
    """Pages that a page links to."""
    links = Links(graph.html(number)).found
    found = {urljoin(f"{SITE}/page/{number}", link) for link in links}
    assert all(address.startswith(f"{SITE}/page/") for address in found)
    return {int(address.rpartition("/")[2]) for address in found}


@pytest.mark.parametrize(
    ("count", "depth"), [(2, 1), (4, 3), (5, 3), (20, 3), (21, 20), (200, 1), (300, 7)]
)
def test_every_page_is_as_many_links_away_as_its_level_says(count: int, depth: int) -> None:
    graph = Graph(count, depth, SITE)
    assert len(graph.levels) == depth + 1
    reached, seen = [{1}], {1}
    while now := set().union(*(neighbours(graph, each) for each in reached[-1])) - seen:
        reached.append(now)
        seen |= now
    assert reached == [set(level) for level in graph.levels]
    assert seen == set(range(1, count + 1))


@pytest.mark.parametrize(("count", "depth"), [(3, 3), (1, 1), (5, 0)])
def test_too_few_pages_for_a_depth_are_refused(count: int, depth: int) -> None:
    with pytest.raises(ValueError, match=f"{count} 页排不出 {depth} 层"):
        Graph(count, depth)


def test_there_are_relative_and_absolute_links() -> None:
    graph = Graph(20, 3, SITE)
    links = [link for number in range(1, 21) for link in Links(graph.html(number)).found]
    assert {"4", "../page/5", "/page/6", f"{SITE}/page/7"} <= set(links)


def test_there_are_loops_and_dead_ends() -> None:
    graph = Graph(20, 3, SITE)
    assert 1 in neighbours(graph, 1)
    assert all(1 in neighbours(graph, each) for each in neighbours(graph, 1))
    last = graph.levels[-1]
    assert [each for each in last if not neighbours(graph, each)] == [
        each for each in last if each % 2 == 0
    ]


def test_a_page_is_chinese_and_the_same_each_time() -> None:
    graph = Graph(20, 3, SITE)
    assert graph.html(5) == Graph(20, 3, SITE).html(5) != graph.html(6)
    assert '<html lang="zh-CN">' in graph.html(5)
    assert "<title>第 5 页</title>" in graph.html(5)


def test_the_traps_are_all_there() -> None:
    links = Links(pages.traps()).found
    leads = [urljoin(f"{SITE}/traps", link) for link in links]
    assert urldefrag(leads[0]) == urldefrag(leads[1].removesuffix("#top")) == (f"{SITE}/traps", "")
    for trap in ("/page/1#top", "/page/1?from=traps", "/old/1", "/page/0", "/picture/1.png"):
        assert SITE + trap in leads
    assert [each for each in leads if not each.startswith(SITE)] == ["http://example.invalid/"]


def test_an_address_that_does_not_exist_cannot_write_html() -> None:
    assert "<script>" not in pages.missing("/<script>")
