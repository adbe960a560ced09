"""The server, as a notebook opens it."""

import asyncio
import logging
from types import TracebackType

from asynclab.site.counters import Counters, Visit
from asynclab.webapp.asgi import Application
from asynclab.webapp.engine import Engine
from asynclab.webapp.errors import ServeError
from asynclab.webapp.lifespan import Lifespan
from asynclab.webapp.listener import listen
from asynclab.webapp.observer import Observer

_LOG = logging.getLogger("asynclab.webapp")


def serve(
    application: Application, *, port: int = 0, grace: float = 1.0, timeout: float = 10.0
) -> "WebServer":
    """Serve an application on 127.0.0.1 for the length of an `async with`.

    It shares the loop with the block: whatever blocks the loop there blocks the server as well.

    Args:
        application: a FastAPI object, or any other ASGI application.
        port: which port; 0 is a free one.
        grace: seconds that requests still under way have when the block ends; then, or when the
            block ends by an error or an interrupt, they are broken off.
        timeout: seconds that the application's lifespan has to start, and again to end.

    Returns:
        A server that opens in an `async with`, which raises PortError when it cannot have the port,
        StartupError when the application's lifespan fails at the beginning, and ShutdownError when
        it fails at the end.

    Raises:
        TypeError: this is no application.
        ValueError: there is no such port.

    Example:
        >>> import aiohttp, fastapi
        >>> app = fastapi.FastAPI()
        >>> @app.get("/double/{number}")
        ... async def double(number: int) -> int:
        ...     return number * 2
        >>> async def main():
        ...     async with serve(app) as server, aiohttp.ClientSession(server.url) as session:
        ...         async with session.get("/double/21") as response:
        ...             return await response.json(), server.total
        >>> asyncio.run(main())
        (42, 1)
    """
    if not callable(application) or isinstance(application, type):
        raise TypeError(
            f"serve 要的是应用对象，例如 app = FastAPI() 里的 app；这里是 {application!r}"
        )
    if not 0 <= port <= 65_535:
        raise ValueError(f"端口是 0 到 65535 的数，0 表示随便哪个空闲的；这里是 {port}")
    return WebServer(application, port=port, grace=grace, timeout=timeout)


class WebServer:
    """What `serve` gives: the address of an application, and what it saw."""

    def __init__(
        self, application: Application, *, port: int, grace: float, timeout: float
    ) -> None:
        self._application, self._port = application, port
        self._grace, self._timeout = grace, timeout
        self._counters = Counters()
        self._url: str | None = None
        self._engine: Engine | None = None

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        if self._url is None:
            raise ServeError(
                "服务器还没有打开，所以还没有地址：请写 async with serve(app) as server: …"
            )
        return self._url

    @property
    def total(self) -> int:
        """Requests and WebSockets that have come."""
        return self._counters.total

    @property
    def in_flight(self) -> int:
        """Those whose answer has not been finished."""
        return self._counters.in_flight

    @property
    def peak(self) -> int:
        """The most of them at once."""
        return self._counters.peak

    @property
    def log(self) -> tuple[Visit, ...]:
        """Those that are done (the last 10 000), in the order in which they ended.

        Their times are those of the loop, so virtual on the virtual clock. A WebSocket has the
        method WEBSOCKET and the status 101.
        """
        return self._counters.log

    def reset(self) -> None:
        """Count anew."""
        self._counters.reset()

    async def __aenter__(self) -> "WebServer":
        if self._engine is not None:
            raise ServeError("这个服务器已经开着。要同时开两个，请写两个 serve(app)")
        owner = asyncio.current_task()
        assert owner is not None

        def interrupt() -> None:
            owner.cancel("被中断")

        listener = listen(self._port)
        self._counters = Counters(asyncio.get_running_loop().time)
        self._lifespan = Lifespan(self._application, self._timeout)
        state = self._lifespan.state
        self._observer = Observer(self._application, state, self._counters, interrupt)
        engine = self._engine = Engine(self._observer, interrupt)
        try:
            await self._lifespan.start()
            await engine.start(listener)
        except BaseException:
            self._engine = None
            self._lifespan.cancel()
            await engine.stop(0)
            listener.close()
            await self._lifespan.gone()
            raise
        self._url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        assert self._engine is not None, "left without having been entered"
        engine, self._engine = self._engine, None
        self._observer.stopping = True
        closing = asyncio.create_task(self._close(engine, self._grace if kind is None else 0))
        interrupted = None
        while not closing.done():
            try:
                await asyncio.wait({closing})
            except asyncio.CancelledError as again:
                interrupted = again
                engine.break_off()
                self._lifespan.cancel()
        failed = closing.exception()
        if interrupted is not None:
            raise interrupted
        if failed is not None and kind is None:
            raise failed
        if failed is not None:
            _LOG.error("%s", failed)

    async def _close(self, engine: Engine, grace: float) -> None:
        try:
            await engine.stop(grace)
        finally:
            await self._lifespan.stop()
