"""A web application in a thread and a loop of its own."""

import asyncio
import socket
import threading
from contextlib import suppress

from aiohttp import web

from asynclab.loopback import RealTimeLoop, start_aside

# Connections at once: an examiner has few descriptors. Who wants more waits to be let in.
_MOST = 200
_PAUSE_S = 0.01
_SHUTDOWN_S = 1.0


class Server:
    """Serves `application` on a listening socket, at once, until it is stopped."""

    def __init__(self, application: web.Application, listener: socket.socket) -> None:
        self._application, self._listener = application, listener
        listener.setblocking(False)
        self._loop = RealTimeLoop()
        self._stopping = asyncio.Event()
        self._opening: set[asyncio.Task[object]] = set()
        self._thread = threading.Thread(target=self._run, name="asynclab-site", daemon=True)
        start_aside(self._thread, asyncio._get_running_loop())

    @property
    def full(self) -> bool:
        """Whether no more clients are let in; one that is done should then go."""
        return len(self._server.connections) + len(self._opening) >= _MOST

    def stop(self) -> None:
        """Ask it to end: whatever is under way is broken off."""
        self._loop.call_soon_threadsafe(self._stopping.set)

    def join(self) -> None:
        """Wait until thread, loop and sockets are gone, which takes milliseconds."""
        self._thread.join()

    def _run(self) -> None:
        with self._listener, asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        runner = web.AppRunner(
            self._application,
            access_log=None,
            handler_cancellation=True,  # who has gone away is no longer under way
            shutdown_timeout=_SHUTDOWN_S,
        )
        await runner.setup()
        assert runner.server is not None
        self._server = runner.server
        self._loop.add_reader(self._listener, self._accept)
        await self._stopping.wait()
        self._loop.remove_reader(self._listener)
        await asyncio.gather(*self._opening, return_exceptions=True)
        for connection in self._server.connections:
            if isinstance(connection.transport, asyncio.Transport):
                connection.transport.abort()
        while self._server.connections:
            await asyncio.sleep(0)
        await runner.cleanup()

    def _accept(self) -> None:
        if not self.full:
            with suppress(OSError):  # the client has gone again, or there are no descriptors left
                connection, _ = self._listener.accept()
                opening = self._loop.create_task(self._open(connection))
                self._opening.add(opening)
                opening.add_done_callback(self._opening.discard)
                return
        self._loop.remove_reader(self._listener)
        self._loop.call_later(_PAUSE_S, self._loop.add_reader, self._listener, self._accept)

    async def _open(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        await self._loop.connect_accepted_socket(self._server, connection)
