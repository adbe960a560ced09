"""uvicorn as a task of the running loop."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from asynclab.webapp.asgi import Application
from asynclab.webapp.errors import ServeError

# more than uvicorn's own pauses while it stops, which nothing can cut short
_PAUSES_S = 1.0


class _Uvicorn(uvicorn.Server):
    """Leaves the signals to the kernel, and says when it is up."""

    def __init__(self, config: uvicorn.Config, up: Callable[[], None]) -> None:
        super().__init__(config)
        self._up = up

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._up()


class Engine:
    """Serves `application` on a listening socket from `start` to `stop`.

    Args:
        application: it handles requests and WebSockets; its lifespan is not run here.
        died: called when the server ends before it was asked to.
    """

    def __init__(self, application: Application, died: Callable[[], None]) -> None:
        config = uvicorn.Config(
            application,
            lifespan="off",
            log_config=None,  # the process's logging stays as it is
            log_level="warning",
            access_log=False,
        )
        self._server = _Uvicorn(config, self._is_up)
        self._died = died
        self._stopping = False
        self._up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._serving: asyncio.Task[None] | None = None

    async def start(self, listener: socket.socket) -> None:
        """Serve from now on; returns when the server answers.

        Raises:
            ServeError: uvicorn gave up.
        """
        self._serving = asyncio.create_task(self._serve(listener), name="uvicorn")
        self._serving.add_done_callback(self._ended)
        await self._up

    async def stop(self, grace: float) -> None:
        """Let requests that are under way have `grace` seconds, then break them off."""
        self._stopping = True
        if self._serving is None:
            return
        self._server.should_exit = True
        if grace > 0:
            await asyncio.wait({self._serving}, timeout=grace)
            self.break_off()
            await asyncio.wait({self._serving}, timeout=_PAUSES_S)
        else:  # an interrupted cell has no time for uvicorn's own pauses
            self.break_off()
        self._serving.cancel()
        tasks = {self._serving, *self._server.server_state.tasks}
        await asyncio.wait(tasks, timeout=_PAUSES_S)

    def break_off(self) -> None:
        """Close every socket and cancel every request, at once."""
        self._server.force_exit = True
        for server in getattr(self._server, "servers", []):
            server.close()
        for connection in list(self._server.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        for task in list(self._server.server_state.tasks):
            task.cancel()

    async def _serve(self, listener: socket.socket) -> None:
        try:
            with listener:
                await self._server.serve(sockets=[listener])
        except SystemExit as left:  # it would end the kernel
            raise ServeError(f"uvicorn 没有开起来，退出状态是 {left.code}") from left

    def _is_up(self) -> None:
        if not self._up.done():
            self._up.set_result(None)

    def _ended(self, serving: asyncio.Task[None]) -> None:
        error = None if serving.cancelled() else serving.exception()
        if not self._up.done():
            self._up.set_exception(error or ServeError("服务器没有开起来"))
        elif not self._stopping:
            self._died()
