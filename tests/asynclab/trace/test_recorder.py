import asyncio
import sys
from collections.abc import Coroutine
from typing import Any

import pytest

from asynclab.trace import Recorder, TaskTrace
from asynclab.trace import recorder as recorder_module


class Ticks:
    """A clock that counts how often it is read."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


def record(
    program: Coroutine[Any, Any, Any], loop: asyncio.AbstractEventLoop | None = None
) -> Recorder:
    loop = loop or asyncio.new_event_loop()
    recorder = Recorder(Ticks())
    recorder.install(loop)
    try:
        loop.run_until_complete(program)
    finally:
        recorder.uninstall()
        loop.close()
    return recorder


def states(recorder: Recorder) -> dict[str, str]:
    return {trace.name: trace.state for trace in recorder.traces()}


async def step(times: int = 1) -> str:
    for _ in range(times):
        await asyncio.sleep(0)
    return "好"


async def fail() -> None:
    raise OSError


def test_every_step_is_recorded_in_order() -> None:
    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(step(2), name="甲")
            group.create_task(step(1), name="乙")

    recorder = record(main())
    names = {trace.id: trace.name for trace in recorder.traces()}
    order = [names[s.task] for s in recorder.steps]
    assert order == ["main", "甲", "乙", "甲", "乙", "甲", "main"]
    assert [s.end for s in recorder.steps][-3:] == ["done", "done", "done"]


def test_a_task_knows_its_parent_its_coroutine_and_when_it_ended() -> None:
    async def child() -> None:
        await asyncio.create_task(step(), name="孙")

    async def main() -> None:
        await asyncio.create_task(child(), name="子")

    main_, child_, grandchild = record(main()).traces()
    assert (child_.parent, grandchild.parent) == (main_.id, child_.id)
    assert (child_.coroutine, grandchild.coroutine) == ("child", "step")
    assert grandchild.ended is not None
    assert child_.ended is not None
    assert grandchild.made < grandchild.ended < child_.ended


def test_states_at_the_end() -> None:
    async def main() -> None:
        kept = asyncio.create_task(asyncio.Event().wait(), name="悬着")
        stopped = asyncio.create_task(step(100), name="取消")
        await asyncio.sleep(0)
        stopped.cancel()
        broken = asyncio.create_task(fail(), name="出错")
        await asyncio.gather(stopped, broken, return_exceptions=True)
        held.append(kept)

    held: list[asyncio.Task[Any]] = []
    loop = asyncio.new_event_loop()
    recorder = Recorder(Ticks())
    recorder.install(loop)
    loop.run_until_complete(main())
    assert states(recorder) == {
        "main": "done",
        "悬着": "pending",
        "取消": "cancelled",
        "出错": "failed",
    }
    held[0].cancel()
    loop.run_until_complete(asyncio.wait(held))
    loop.close()


def test_default_names_become_readable_and_stay_the_same() -> None:
    async def main() -> None:
        await asyncio.gather(step(), step(), asyncio.create_task(step(), name="丙"), step())

    names = [trace.name for trace in record(main()).traces()]
    assert sorted(names) == ["main", "step", "step 2", "step 3", "丙"]


def test_a_name_that_is_set_later_counts() -> None:
    async def main() -> None:
        task = asyncio.create_task(step())
        task.set_name("改了")
        await task

    assert [trace.name for trace in record(main()).traces()] == ["main", "改了"]


@pytest.mark.parametrize(
    "make",
    [
        lambda: asyncio.gather(step(), step()),
        lambda: asyncio.shield(step()),
        lambda: asyncio.wait_for(asyncio.ensure_future(step()), 5),
        lambda: asyncio.wait([asyncio.ensure_future(step())]),
    ],
)
def test_it_survives_every_way_of_waiting(make: Any) -> None:
    async def main() -> Any:
        return await make()

    traces = record(main()).traces()
    assert any(trace.coroutine == "step" and trace.state == "done" for trace in traces)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks came with Python 3.12")
def test_eager_tasks_run_their_first_step_within_their_parents() -> None:
    async def main() -> None:
        await asyncio.create_task(step(0), name="急")

    loop = asyncio.new_event_loop()
    loop.set_task_factory(asyncio.eager_task_factory)  # type: ignore[attr-defined,unused-ignore]
    recorder = record(main(), loop)
    _, eager = recorder.traces()
    assert (eager.coroutine, eager.state) == ("step", "done")


@pytest.mark.skipif(sys.platform == "win32", reason="uvloop does not exist there")
def test_it_works_on_uvloop() -> None:
    import uvloop

    async def main() -> None:
        await asyncio.gather(step(2), step(1))

    assert set(states(record(main(), uvloop.new_event_loop())).values()) == {"done"}


def test_the_loop_gets_its_own_factory_back() -> None:
    loop = asyncio.new_event_loop()

    def factory(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> Any:
        return asyncio.Task(coroutine, loop=loop, **options)

    loop.set_task_factory(factory)
    recorder = Recorder(Ticks())
    recorder.install(loop)
    loop.run_until_complete(step())
    recorder.uninstall()
    assert loop.get_task_factory() is factory
    assert len(recorder.traces()) == 1
    loop.close()


def test_it_does_not_keep_tasks_alive() -> None:
    """A task that nobody holds may be collected; that is the program's affair."""
    import gc
    import weakref

    held: list[weakref.ref[Any]] = []

    async def main() -> None:
        task = asyncio.create_task(step())
        held.append(weakref.ref(task))
        await task
        del task
        await asyncio.sleep(0)
        gc.collect()
        assert held[0]() is None

    record(main())


def test_a_recorded_task_looks_like_any_other() -> None:
    async def main() -> None:
        task = asyncio.create_task(step(), name="甲")
        assert repr(task).startswith("<Task pending name='甲' coro=<step() running")
        assert asyncio.iscoroutine(task.get_coro())
        assert len(task.get_stack()) == 1
        await task

    record(main())


def test_traces_are_plain() -> None:
    (trace,) = record(step()).traces()
    assert isinstance(trace, TaskTrace)
    assert trace == TaskTrace(0, "step", "step", None, trace.made, trace.ended, "done")


def test_of_endless_tasks_and_steps_only_the_first_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def main() -> None:
        await asyncio.gather(*(step() for _ in range(5)))

    monkeypatch.setattr(recorder_module, "MAX_TASKS", 3)
    recorder = record(main())
    assert [trace.id for trace in recorder.traces()] == [0, 1, 2]
    assert {s.task for s in recorder.steps} == {0, 1, 2}
    monkeypatch.setattr(recorder_module, "MAX_STEPS", 4)
    assert len(record(main()).steps) == 4
