"""The lifespan of an application: what it does before the first request and after the last."""

import asyncio
from typing import Any

from asynclab.webapp.asgi import Application, Message
from asynclab.webapp.errors import ServeError, ShutdownError, StartupError

# for an application that is told to stop its lifespan at once
_MOMENT_S = 1.0


class Lifespan:
    """Runs an application's lifespan in a task of its own, as the ASGI specification wants it.

    It is not left to uvicorn, which prints an error and leaves the process with `sys.exit`.

    Args:
        application: one that knows nothing of a lifespan is taken as it is.
        seconds: time for each of start and end.
    """

    def __init__(self, application: Application, seconds: float) -> None:
        self._application, self._seconds = application, seconds
        self.state: dict[str, Any] = {}  # what the application wants to find in every request
        self._told: asyncio.Queue[Message] = asyncio.Queue()
        self._answered = asyncio.Event()
        self._spoke = False
        self._complaint: str | None = None
        self._error: BaseException | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Let the application get ready.

        Raises:
            StartupError: it failed, or was not ready in time.
        """
        self._task = asyncio.create_task(self._run(), name="lifespan")
        late = f"应用过了 {self._seconds:g} 秒还没有准备好：看看 lifespan 里 yield 以前在等什么"
        await self._ask("startup", StartupError(late))
        if self._complaint is not None:
            raise StartupError(f"应用没有启动起来：{self._complaint}") from self._error

    async def stop(self) -> None:
        """Let the application clean up.

        Raises:
            ShutdownError: it failed, or did not end in time.
        """
        if self._task is None or (self._task.done() and self._error is None):
            return  # without a lifespan
        late = f"应用过了 {self._seconds:g} 秒还没有收尾：看看 lifespan 里 yield 以后在等什么"
        await self._ask("shutdown", ShutdownError(late))
        if self._complaint is not None:
            raise ShutdownError(f"应用收尾的时候出错：{self._complaint}") from self._error

    def cancel(self) -> None:
        """Let it end at once, whatever it does."""
        if self._task is not None:
            self._task.cancel()

    async def gone(self) -> None:
        """Wait for what `cancel` has asked for."""
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=_MOMENT_S)

    async def _ask(self, what: str, late: ServeError) -> None:
        """Tell the application to start or to stop, and wait for what it answers."""
        assert self._task is not None
        self._answered.clear()
        self._told.put_nowait({"type": f"lifespan.{what}"})
        try:
            async with asyncio.timeout(self._seconds):
                if not self._task.done():
                    await self._answered.wait()
                if what == "shutdown" or self._complaint is not None:
                    await asyncio.wait({self._task})
        except TimeoutError:
            self.cancel()
            await self.gone()
            raise late from None

    async def _run(self) -> None:
        scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
        }
        try:
            await self._application(scope, self._told.get, self._hear)
        except BaseException as error:
            if self._spoke:  # else it knows of requests only, and said so in its way
                self._error = error
                self._complaint = f"{type(error).__name__}: {error}"
        finally:
            self._answered.set()

    async def _hear(self, message: Message) -> None:
        self._spoke = True
        if message["type"].endswith(".failed"):
            self._complaint = str(message.get("message") or "没有说为什么")
        self._answered.set()
