"""Linked pages for a crawler: a graph of known size and depth, and a page full of traps."""

import html
from collections.abc import Iterable

_PAGE = """\
<!DOCTYPE html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>{title}</title></head>
<body>
<h1 id="top">{title}</h1>
{body}
</body>
</html>
"""

# How a page speaks of another: all mean the same page.
_SPELLINGS = ("{number}", "../page/{number}", "/page/{number}", "{site}/page/{number}")


def page(title: str, *paragraphs: str) -> str:
    """A page of HTML; paragraphs are HTML, the title is text."""
    body = "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return _PAGE.format(title=html.escape(title), body=body)


def link(address: str, text: str) -> str:
    """A link as HTML."""
    return f'<a href="{html.escape(address)}">{html.escape(text)}</a>'


class Graph:
    """Pages 1 to `pages`, in levels: page 1 alone, then `depth` levels of about the same size.

    Each page links to the pages below it, to the one above it and to page 1, so that there are
    loops; every second page of the last level links nowhere.

    Args:
        pages: how many.
        depth: how many links the farthest of them are away from page 1.
        site: the site's address, for links that spell it out.

    Raises:
        ValueError: so few pages do not reach that deep.
    """

    def __init__(self, pages: int, depth: int, site: str = "") -> None:
        if depth < 1 or pages <= depth:
            raise ValueError(f"{pages} 页排不出 {depth} 层：depth 至少是 1，pages 要比 depth 大")
        self.site = site
        self.levels: list[list[int]] = [[1], *([] for _ in range(depth))]
        self._above: dict[int, int] = {}
        self._below: dict[int, list[int]] = {number: [] for number in range(1, pages + 1)}
        for number in range(2, pages + 1):
            depth_here = 1 + (number - 2) * depth // (pages - 1)
            level, parents = self.levels[depth_here], self.levels[depth_here - 1]
            above = parents[len(level) % len(parents)]
            level.append(number)
            self._above[number] = above
            self._below[above].append(number)

    def __contains__(self, number: int) -> bool:
        return number in self._below

    def html(self, number: int) -> str:
        """One page."""
        level = next(depth for depth, level in enumerate(self.levels) if number in level)
        told = f"这一页离第 1 页有 {level} 步。" if level else "从这里开始，可以走到每一页。"
        shown = f'<img src="../picture/{number}.png" alt="图 {number}">'
        links = self._links(number)
        return page(f"第 {number} 页", told, shown, *links or ["这里没有链接，是一条死路。"])

    def _links(self, number: int) -> Iterable[str]:
        below, above = self._below[number], self._above.get(number)
        if number in self.levels[-1] and number % 2 == 0:
            return []
        links = [link(self._address(each), f"下一层：第 {each} 页") for each in below]
        if above is not None:
            links.append(link(self._address(above), f"上一层：第 {above} 页"))
        return [*links, link("/page/1", "第 1 页")]

    def _address(self, number: int) -> str:
        return _SPELLINGS[number % len(_SPELLINGS)].format(number=number, site=self.site)


def home() -> str:
    """The page that lists what there is."""
    listed = {
        "/page/1": "第 1 页：爬虫从这里开始",
        "/traps": "陷阱：给爬虫的难题",
        "/slow?seconds=1": "慢：一块一块地来",
        "/flaky": "不稳定：前几次是 503",
        "/status/503": "总是 503",
    }
    pictures = (f'<img src="picture/{number}.png" alt="图 {number}">' for number in range(1, 13))
    links = (link(address, text) for address, text in listed.items())
    return page("只在本机的网站", *links, "\n".join(pictures))


def traps() -> str:
    """The page with every kind of link on which a crawler stumbles."""
    listed = {
        "traps": "这一页自己",
        "#top": "这一页的开头",
        "/page/1#top": "第 1 页的开头",
        "/page/1?from=traps": "第 1 页，带查询",
        "/page/1?from=traps&again=1": "第 1 页，带另一个查询",
        "/old/1": "第 1 页，已经搬家",
        "/page/0": "不存在的页",
        "/status/503": "出错的页",
        "/picture/1.png": "不是网页",
        "http://example.invalid/": "别人的网站",
    }
    return page("陷阱", *(link(address, text) for address, text in listed.items()))


def missing(path: str) -> str:
    """The page for an address that does not exist."""
    return page("没有这一页", f"这里没有 {html.escape(path)}。", link("/", "回到首页"))
