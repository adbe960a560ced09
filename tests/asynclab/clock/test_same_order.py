"""Random programs do the same things in the same order on the real loop and on the virtual one."""

import asyncio
import selectors
import time
from dataclasses import dataclass, field
from itertools import combinations, takewhile
from typing import NamedTuple

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from asynclab.clock import VirtualLoop, virtual_time

# A real sleep of one unit; workers' delays differ by fractions of it. Two timers made at different
# moments and due within LATE of each other fire in either order in real time: such programs are
# left out, and a run in which two others came that close is done again.
UNIT_S = 0.016
LATE_S = 0.0035
MARGIN_S = 0.0005
WORKERS = 4

Action = tuple[str, int]
ACTIONS = st.one_of(
    st.tuples(st.just("sleep"), st.integers(0, 3)),
    st.tuples(st.just("timeout"), st.integers(1, 3)),
    st.tuples(st.just("lock"), st.integers(0, 2)),
    st.tuples(st.just("put"), st.integers(0, 9)),
    st.tuples(st.just("get"), st.just(0)),
    st.tuples(st.just("gather"), st.integers(1, 3)),
    st.tuples(st.just("spawn"), st.integers(0, 2)),
    st.tuples(st.just("shield"), st.integers(1, 2)),
    st.tuples(st.just("cancel"), st.integers(0, WORKERS - 1)),
)
PROGRAMS = st.lists(st.lists(ACTIONS, max_size=4), min_size=2, max_size=WORKERS)


class Timer(NamedTuple):
    """When it was made, and its delay, in seconds."""

    made: float
    delay: float

    @property
    def due(self) -> float:
        return self.made + self.delay


@dataclass
class Program:
    """Workers that sleep, wait, limit, exchange, spawn and cancel, and write down what happens."""

    plans: list[list[Action]]
    log: list[str] = field(default_factory=list)
    latest: float = 0.0
    timers: list[Timer] = field(default_factory=list)

    def timer(self, seconds: float) -> float:
        """Note when a timer is made and due; give its delay back."""
        if seconds:
            self.timers.append(Timer(time.monotonic(), seconds))
        return seconds

    def ambiguous(self) -> bool:
        """Whether two timers, made at different moments, are due almost together."""
        return any(
            abs(one.due - other.due) < LATE_S and abs(one.made - other.made) > 1e-5
            for one, other in combinations(self.timers, 2)
        )

    def disturbed(self, plan: list[Timer]) -> bool:
        """Whether the machine was so late that timers which the plan keeps apart met or passed."""
        same = [
            (planned, real)
            for planned, real in takewhile(
                lambda both: both[0].delay == both[1].delay, zip(plan, self.timers, strict=False)
            )
        ]
        return any(
            abs(planned.due - then.due) >= LATE_S
            and (real.due - other.due if planned.due > then.due else other.due - real.due)
            < self.latest + MARGIN_S
            for (planned, real), (then, other) in combinations(same, 2)
        )

    async def main(self) -> None:
        self.queue: asyncio.Queue[int] = asyncio.Queue()
        self.mutex = asyncio.Lock()
        self.tasks = [
            asyncio.create_task(self.worker(number, plan)) for number, plan in enumerate(self.plans)
        ]
        await asyncio.wait(self.tasks, timeout=self.timer(20 * UNIT_S))
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def worker(self, number: int, plan: list[Action]) -> None:
        try:
            for kind, amount in plan:
                self.log.append(f"{number} {kind}")
                await getattr(self, kind)(number, amount)
            self.log.append(f"{number} done")
        except asyncio.CancelledError:
            self.log.append(f"{number} cancelled")
            raise

    def seconds(self, number: int, units: int) -> float:
        return (units + number / WORKERS) * UNIT_S if units else 0.0

    async def sleep(self, number: int, units: int) -> None:
        seconds = self.timer(self.seconds(number, units))
        due = time.monotonic() + seconds
        await asyncio.sleep(seconds)
        if seconds:
            self.latest = max(self.latest, time.monotonic() - due)

    async def timeout(self, number: int, units: int) -> None:
        try:
            async with asyncio.timeout(self.timer(self.seconds(number, units))):
                await self.sleep(number, 2)
                self.log.append(f"{number} in time")
        except TimeoutError:
            self.log.append(f"{number} too late")

    async def lock(self, number: int, units: int) -> None:
        async with self.mutex:
            self.log.append(f"{number} has the lock")
            await self.sleep(number, units)

    async def put(self, number: int, item: int) -> None:
        await self.queue.put(item)

    async def get(self, number: int, _: int) -> None:
        self.log.append(f"{number} got {await self.queue.get()}")

    async def gather(self, number: int, count: int) -> None:
        await asyncio.gather(*(self.sleep(number, units) for units in range(count)))

    async def spawn(self, number: int, units: int) -> None:
        task = asyncio.create_task(self.sleep(number, units))
        await asyncio.sleep(0)
        self.log.append(f"{number} spawned")
        await task

    async def shield(self, number: int, units: int) -> None:
        await asyncio.shield(self.sleep(number, units))

    async def cancel(self, number: int, victim: int) -> None:
        if victim != number and victim < len(self.tasks):
            self.tasks[victim].cancel()
        await asyncio.sleep(0)


def on_real_loop(plans: list[list[Action]], timers: list[Timer]) -> list[str] | None:
    """The log of an undisturbed run in real time, or None when five runs were disturbed."""
    for _ in range(5):
        program = Program(plans)
        with asyncio.Runner(loop_factory=precise) as runner:
            runner.run(program.main())
        if not program.disturbed(timers):
            return program.log
    return None


def precise() -> asyncio.AbstractEventLoop:
    """A loop that does not round its waiting up to milliseconds, as epoll does."""
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


def on_virtual_loop(plans: list[list[Action]]) -> Program | None:
    """The run in virtual time, or None when the program is ambiguous in real time."""
    program = Program(plans)
    loop = VirtualLoop()
    with virtual_time(loop):
        loop.run_until_complete(program.main())
    loop.close()
    return None if program.ambiguous() else program


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
@given(PROGRAMS)
def test_same_order_of_events(plans: list[list[Action]]) -> None:
    virtual = on_virtual_loop(plans)
    assume(virtual is not None)
    assert virtual is not None
    real = on_real_loop(plans, virtual.timers)
    assume(real is not None)
    assert virtual.log == real
