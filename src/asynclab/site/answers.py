"""What the site answers at each address."""

import asyncio
import math
from collections import Counter
from http import HTTPStatus

from aiohttp import web

from asynclab.site import pages
from asynclab.site.pictures import picture

PIECES = 10
_PIECE = "一块一块地来，这是第 {number:2} 块。\n"


class Answers:
    """The addresses of one site.

    Args:
        graph: its linked pages.
        fails: how often each flaky address fails before it succeeds.
    """

    def __init__(self, graph: pages.Graph, fails: int) -> None:
        self._graph, self._fails = graph, fails
        self._failed: Counter[str] = Counter()

    def routes(self) -> list[web.RouteDef]:
        """For an application."""
        return [
            web.get("/", self._home),
            web.get("/traps", self._traps),
            web.get(r"/page/{number:\d{1,6}}", self._page),
            web.get(r"/old/{number:\d{1,6}}", self._old),
            web.get(r"/picture/{number:\d{1,6}}.png", self._picture),
            web.get("/slow", self._slow),
            web.get(r"/flaky{number:(/\d{1,3})?}", self._flaky),
            web.get(r"/status/{number:[2-5]\d\d}", self._status),
            web.get("/{path:.*}", self._missing),
        ]

    def reset(self) -> None:
        """Flaky addresses fail again."""
        self._failed.clear()

    async def _home(self, _: web.Request) -> web.Response:
        return _html(pages.home())

    async def _traps(self, _: web.Request) -> web.Response:
        return _html(pages.traps())

    async def _page(self, request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        if number not in self._graph:
            return await self._missing(request)
        return _html(self._graph.html(number))

    async def _missing(self, request: web.Request) -> web.Response:
        return _html(pages.missing(request.path), 404)

    async def _old(self, request: web.Request) -> web.Response:
        return web.Response(
            status=301, headers={"Location": f"/page/{request.match_info['number']}"}
        )

    async def _picture(self, request: web.Request) -> web.Response:
        return web.Response(
            body=picture(int(request.match_info["number"])), content_type="image/png"
        )

    async def _flaky(self, request: web.Request) -> web.Response:
        self._failed[request.path] += 1
        if self._failed[request.path] <= self._fails:
            return _text("暂时不行，请再试一次。\n", 503)
        return _text("成功了。\n")

    async def _status(self, request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        known = number in HTTPStatus.__members__.values()
        return _text(f"{number} {HTTPStatus(number).phrase if known else ''}\n", number)

    async def _slow(self, request: web.Request) -> web.StreamResponse:
        try:
            seconds = float(request.query.get("seconds", 1))
        except ValueError:
            seconds = math.nan
        if not 0 <= seconds < math.inf:
            return _text("seconds 要是一个不小于 0 的数，例如 /slow?seconds=0.5\n", 400)
        lines = [_PIECE.format(number=number) for number in range(1, PIECES + 1)]
        if request.method == "HEAD":
            return _text("".join(lines))
        pieces = [line.encode() for line in lines]
        response = _Pieces(pieces.pop())
        response.content_type, response.charset = "text/plain", "utf-8"
        response.content_length = len(response.last) * PIECES
        await response.prepare(request)
        for piece in pieces:
            await response.write(piece)
            await asyncio.sleep(seconds / PIECES)
        return response


class _Pieces(web.StreamResponse):
    """Keeps its last piece for the end.

    The end comes when the request has been counted as done: who has read the whole body must not
    find it still under way.
    """

    def __init__(self, last: bytes) -> None:
        super().__init__()
        self.last = last

    async def write_eof(self, data: bytes = b"") -> None:
        await super().write_eof(self.last)


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html")


def _text(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status)
