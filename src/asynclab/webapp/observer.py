"""Between the server and the application: counts requests, tells an error in one line."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from asynclab.findings import failure_of
from asynclab.site.counters import Counters
from asynclab.webapp.asgi import Application, Message, Receive, Scope, Send

_LOG = logging.getLogger("asynclab.webapp")
_FAILED: tuple[Message, ...] = (
    {
        "type": "http.response.start",
        "status": 500,
        "headers": [(b"content-type", b"text/plain; charset=utf-8")],
    },
    {"type": "http.response.body", "body": b"Internal Server Error"},
)


class Observer:
    """An ASGI application around another.

    Args:
        application: the one that answers.
        state: what each request finds as its state.
        counters: told of every request.
        interrupted: called when Ctrl-C met the application's code.
    """

    def __init__(
        self,
        application: Application,
        state: dict[str, Any],
        counters: Counters,
        interrupted: Callable[[], None],
    ) -> None:
        self._application, self._state, self._counters = application, state, counters
        self._interrupted = interrupted
        self.stopping = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hold one WebSocket; no error of the application gets out."""
        scope["state"] = {**scope.get("state", {}), **self._state}
        request = _Request(scope, send, self._counters)
        try:
            await self._application(scope, receive, request.send)
        except KeyboardInterrupt:
            self._interrupted()
        except (Exception, SystemExit, asyncio.CancelledError) as error:
            if not (self.stopping and isinstance(error, asyncio.CancelledError)):
                _log(scope, error)
            await request.fail()
        finally:
            request.end()


class _Request:
    """One request as the counters see it."""

    def __init__(self, scope: Scope, send: Send, counters: Counters) -> None:
        self._scope, self._send, self._counters = scope, send, counters
        self._websocket = scope["type"] == "websocket"
        self._status: int | None = None
        self._open = True
        self._begun = counters.begin()

    async def send(self, message: Message) -> None:
        """Pass on what the application answers."""
        kind = message["type"]
        if kind == "websocket.accept":
            self._status = 101
        elif kind == "websocket.close" and self._status is None:
            self._status = 403
        elif kind in ("http.response.start", "websocket.http.response.start"):
            self._status = message["status"]
        elif kind == "http.response.body" and not message.get("more_body", False):
            self.end()  # who has read the whole answer must not find the request still under way
        await self._send(message)

    async def fail(self) -> None:
        """Say that the application failed, to a client that has not heard anything yet."""
        if self._status is None and not self._websocket:
            for message in _FAILED:
                await self.send(message)
        elif self._websocket and self._status in (None, 101):
            await self.send({"type": "websocket.close", "code": 1011})

    def end(self) -> None:
        """It is dealt with."""
        if self._open:
            self._open = False
            self._counters.end(_method(self._scope), _path(self._scope), self._status, self._begun)


def _log(scope: Scope, error: BaseException) -> None:
    causes = tuple(failure_of(error).leaves())
    told = "；".join(
        f"{cause.type}: {cause.message}"
        + (f"（第 {cause.line} 行：{cause.code}）" if cause.code else "")
        for cause in causes
    )
    _LOG.error("%s %s 出错：%s", _method(scope), _path(scope), told)


def _method(scope: Scope) -> str:
    return str(scope.get("method", "WEBSOCKET"))


def _path(scope: Scope) -> str:
    path, query = str(scope["path"]), scope.get("query_string", b"").decode("latin-1")
    return f"{path}?{query}" if query else path
