"""The embedded server in a thread and a loop of its own."""

import asyncio
import itertools
import socket
import threading
from contextlib import suppress

from mysql_mimic.stream import MysqlStream  # type: ignore[import-untyped]

from asynclab.database.embedded import errors
from asynclab.database.embedded.client import Client
from asynclab.database.embedded.errors import MysqlError
from asynclab.database.embedded.session import Session
from asynclab.database.embedded.store import Store
from asynclab.database.server import Account
from asynclab.loopback import RealTimeLoop, listener, start_aside

# Connections at once: an examiner has few descriptors.
_MOST = 100
_AGAIN_S = 0.05


class _Reader(asyncio.StreamReader):
    """Reads as many bytes as it is asked for; mysql-mimic takes that for granted."""

    async def read(self, n: int = -1) -> bytes:
        try:
            return await self.readexactly(n)
        except (asyncio.IncompleteReadError, ConnectionError):
            return b""


class EmbeddedServer:
    """MySQL for one account, ready when made.

    Args:
        account: whom it lets in, and the name of the empty database.
        around: the loop that runs where it is opened.
    """

    kind = "内置"

    def __init__(self, account: Account, around: asyncio.AbstractEventLoop | None = None) -> None:
        self._account, self._store = account, Store(account.database)
        self._listener = listener()
        self.port: int = self._listener.getsockname()[1]
        self._loop = RealTimeLoop()
        self._stopping = asyncio.Event()
        self._numbers = itertools.count(1)
        self._clients: dict[int, Client] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._thread = threading.Thread(target=self._run, name="asynclab-database", daemon=True)
        start_aside(self._thread, around)

    def visit(self) -> socket.socket:
        """A connection to it from this process, in whose network ever it answers."""
        ours, theirs = socket.socketpair()
        self._loop.call_soon_threadsafe(self._admit, theirs)
        return ours

    def stop(self) -> None:
        """Ask it to end: whatever is under way is broken off."""
        for client in list(self._clients.values()):
            client.session.interrupt()
        self._loop.call_soon_threadsafe(self._stopping.set)

    def join(self) -> None:
        """Wait until thread, loop and sockets are gone, which takes milliseconds."""
        while self._thread.is_alive():
            # a statement that had not begun when `stop` was called is none to break off yet
            for client in list(self._clients.values()):
                client.session.interrupt()
            self._thread.join(_AGAIN_S)

    def _run(self) -> None:
        with self._listener, asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._listener.setblocking(False)
        self._loop.add_reader(self._listener, self._accept)
        await self._stopping.wait()
        self._loop.remove_reader(self._listener)
        await asyncio.sleep(0)  # whoever has been accepted has begun
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _accept(self) -> None:
        with suppress(OSError):  # the client has gone again, or there are no descriptors left
            connection, _ = self._listener.accept()
            self._admit(connection)

    def _admit(self, connection: socket.socket) -> None:
        number = next(self._numbers)
        self._tasks[number] = self._loop.create_task(self._welcome(number, connection))

    async def _welcome(self, number: int, connection: socket.socket) -> None:
        """Serve one client from its first to its last byte."""
        connection.setblocking(False)
        reader = _Reader()
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _ = await self._loop.connect_accepted_socket(lambda: protocol, connection)
        writer = asyncio.StreamWriter(transport, protocol, reader, self._loop)
        session = Session(self._store, number, self._kill)
        client = Client(MysqlStream(reader, writer), session, self._account, self._store)
        self._clients[number] = client
        try:
            if len(self._clients) > _MOST:
                await client.refuse(MysqlError(errors.TOO_MANY_CONNECTIONS, "Too many connections"))
            else:
                await client.converse()
        finally:
            await session.close()
            del self._clients[number], self._tasks[number]
            transport.abort() if self._stopping.is_set() else transport.close()

    def _kill(self, number: int, query: bool) -> None:
        """End a connection, or only the statement that it is executing."""
        if number not in self._clients:
            raise MysqlError(errors.UNKNOWN_THREAD, f"Unknown thread id: {number}")
        client = self._clients[number]
        client.session.interrupt()
        if query:
            client.break_off()
        else:
            self._tasks[number].cancel()
