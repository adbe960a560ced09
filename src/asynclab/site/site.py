"""The site, as a notebook or a check opens it."""

import asyncio
from types import TracebackType

from aiohttp import web
from aiohttp.typedefs import Handler

from asynclab.loopback import listener
from asynclab.site.answers import Answers
from asynclab.site.counters import Counters, Visit
from asynclab.site.pages import Graph
from asynclab.site.server import Server


class SiteError(RuntimeError):
    """The site is not open, or it is open already."""


class Site:
    r"""A web site on a free port of 127.0.0.1, open in a `with` or `async with`.

    It runs in a thread and a loop of its own, in real time. When a check is graded, it runs with
    the examiner and answers in the network of the student's code, which can only send it requests.

    Args:
        latency: seconds before each answer; can be changed while the site is open.
        pages: number of linked pages.
        depth: links from page 1 to the farthest page.
        fails: how often a flaky address fails before it succeeds.

    Raises:
        ValueError: so few pages do not reach that deep.

    Example:
        >>> import urllib.request
        >>> with Site() as site:
        ...     body = urllib.request.urlopen(site.url + "/status/200").read()
        >>> body, site.total, site.peak
        (b'200 OK\n', 1, 1)
    """

    def __init__(
        self, *, latency: float = 0.0, pages: int = 20, depth: int = 3, fails: int = 2
    ) -> None:
        self.latency = latency
        self._graph = Graph(pages, depth)
        self._answers = Answers(self._graph, fails)
        self._counters = Counters()
        self._server: Server | None = None

    @property
    def url(self) -> str:
        """The site's address, without a slash at its end."""
        if not self._graph.site:
            raise SiteError("网站还没有打开，所以还没有地址：请写 with Site() as site: …")
        return self._graph.site

    @property
    def levels(self) -> list[list[str]]:
        """Addresses of the linked pages, by how many links they are away from page 1."""
        return [[f"{self.url}/page/{number}" for number in level] for level in self._graph.levels]

    @property
    def pages(self) -> list[str]:
        """Addresses of all linked pages, page 1 first."""
        return [address for level in self.levels for address in level]

    def pictures(self, count: int) -> list[str]:
        """Addresses of the pictures 1 to `count`."""
        return [f"{self.url}/picture/{number}.png" for number in range(1, count + 1)]

    @property
    def total(self) -> int:
        """Requests that have come."""
        return self._counters.total

    @property
    def in_flight(self) -> int:
        """Requests that are under way now."""
        return self._counters.in_flight

    @property
    def peak(self) -> int:
        """The most requests that were under way at once."""
        return self._counters.peak

    @property
    def log(self) -> tuple[Visit, ...]:
        """The requests that are done (the last 10 000), in the order in which they ended."""
        return self._counters.log

    def reset(self) -> None:
        """Count anew, and let flaky addresses fail again."""
        self._counters.reset()
        self._answers.reset()

    def __enter__(self) -> "Site":
        if self._server is not None:
            raise SiteError("这个网站已经开着。要同时开两个网站，请写两个 Site()")
        application = web.Application(middlewares=[self._observe])
        application.add_routes(self._answers.routes())
        opened = listener()
        self._graph.site = f"http://127.0.0.1:{opened.getsockname()[1]}"
        self.reset()
        self._server = Server(application, opened)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        self._stop().join()

    async def __aenter__(self) -> "Site":
        return self.__enter__()  # it waits for nothing: the system queues the first clients

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        await asyncio.to_thread(self._stop().join)

    def _stop(self) -> Server:
        server, self._server = self._server, None
        assert server is not None, "left without having been entered"
        server.stop()
        return server

    @web.middleware
    async def _observe(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        begun = self._counters.begin()
        status: int | None = None
        try:
            await asyncio.sleep(self.latency)
            response = await handler(request)
            status = response.status
            if self._server is not None and self._server.full:
                response.force_close()
        except web.HTTPException as refused:
            status = refused.status
            raise
        finally:
            self._counters.end(request.method, request.path_qs, status, begun)
        return response
