"""Random programs that call probes, sleep, block, wait, limit, cancel and leave tasks behind."""

from typing import Any

from hypothesis import strategies as st

# What a cell of the student's defines: plays a plan, which is JSON.
PLAYER = '''\
import asyncio
import time


class InOrder(dict):
    """For the tasks of a TaskGroup, which cancels them in the order of their addresses."""

    def add(self, task):
        self[task] = None

    def discard(self, task):
        self.pop(task, None)


class Player:
    def __init__(self, probes):
        self.probes, self.spawned, self.queue, self.log = probes, [], asyncio.Queue(), []

    async def do(self, plan):
        for kind, *rest in plan:
            await getattr(self, kind)(*rest)
            self.log.append(kind)
        return len(plan)

    async def call(self, name, argument):
        self.log.append(await self.probes[name](argument))

    async def sleep(self, tenths):
        await asyncio.sleep(tenths / 10)

    async def block(self, tenths):
        time.sleep(tenths / 10)

    async def timeout(self, tenths, plan):
        try:
            async with asyncio.timeout(tenths / 10):
                await self.do(plan)
        except TimeoutError:
            self.log.append("late")

    async def gather(self, *plans):
        await asyncio.gather(*map(self.do, plans))

    async def group(self, *plans):
        async with asyncio.TaskGroup() as group:
            group._tasks = InOrder()
            for plan in plans:
                group.create_task(self.do(plan))

    async def spawn(self, plan):
        self.spawned.append(asyncio.create_task(self.do(plan)))

    async def cancel(self, number):
        if number < len(self.spawned):
            self.spawned[number].cancel()

    async def shield(self, plan):
        await asyncio.shield(self.do(plan))

    async def swallow(self, plan):
        try:
            await self.do(plan)
        except asyncio.CancelledError:
            self.log.append("swallowed")

    async def then(self, plan, cleaning):
        try:
            await self.do(plan)
        finally:
            await self.do(cleaning)

    async def put(self):
        await self.queue.put(1)

    async def get(self):
        await self.queue.get()


async def play(plan, **probes):
    player = Player(probes)
    await player.do(plan)
    return player.log
'''

Plan = list[tuple[Any, ...]]

# Seconds that a probe of the programs takes, by its argument; one fails.
DELAYS = {"at once": 0.0, "1": 0.1, "2": 0.2, "3": 0.3, "bad": 0.2, "never": float("inf")}


def _one(kind: str, *rest: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.tuples(st.just(kind), *rest)


_TENTHS = st.integers(0, 4)
_SIMPLE = st.one_of(
    _one("call", st.sampled_from("fg"), st.sampled_from(sorted(DELAYS))),
    _one("sleep", _TENTHS),
    _one("block", _TENTHS),
    _one("cancel", st.integers(0, 2)),
    _one("put"),
    _one("get"),
)


def _nested(action: st.SearchStrategy[tuple[Any, ...]]) -> st.SearchStrategy[tuple[Any, ...]]:
    plan = st.lists(action, max_size=3)
    several = st.lists(plan, min_size=1, max_size=3)
    return st.one_of(
        _one("timeout", _TENTHS, plan),
        several.map(lambda plans: ("gather", *plans)),
        several.map(lambda plans: ("group", *plans)),
        _one("spawn", plan),
        _one("shield", plan),
        _one("swallow", plan),
        _one("then", plan, plan),
    )


PLANS: st.SearchStrategy[Plan] = st.lists(st.recursive(_SIMPLE, _nested, max_leaves=10), max_size=5)
