"""Running a program on a virtual loop."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest

from asynclab.clock import VirtualLoop, virtual_time

Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    loop = VirtualLoop()
    yield loop
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.wait(left))
    with virtual_time(loop):  # the executor is shut down by a thread, for which the loop must wait
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


@pytest.fixture
def run(loop: VirtualLoop) -> Run:
    """Runs a coroutine in virtual time and gives its result."""

    def run(program: Coroutine[Any, Any, Any]) -> Any:
        with virtual_time(loop):
            return loop.run_until_complete(program)

    return run
