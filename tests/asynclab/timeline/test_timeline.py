import asyncio
import re
import time
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from asynclab.exam import Transcript, run
from asynclab.timeline import side_by_side, timeline
from asynclab.timeline.picture import STATES
from asynclab.timeline.rows import Axis, rows

NAMESPACE: dict[str, Any] = {"asyncio": asyncio, "time": time}
exec(
    """
async def boil(seconds): await asyncio.sleep(seconds)
async def nap(): await asyncio.sleep(1); time.sleep(2)
async def fails(): await asyncio.sleep(1); raise OSError
async def twice(): await asyncio.sleep(0.5); await asyncio.sleep(1)

async def two():
    async with asyncio.TaskGroup() as group:
        group.create_task(boil(2), name="甲<壶>")
        group.create_task(boil(1), name="乙")

async def everything():
    plan = {"取消": boil(9), "出错": fails(), "阻塞": nap(), "就绪": twice(), "剩下": boil(99)}
    tasks = [asyncio.create_task(work, name=name) for name, work in plan.items()]
    await asyncio.sleep(0.2)
    tasks[0].cancel()
    await asyncio.wait(tasks[:4])

async def polite(n):
    for _ in range(n): await asyncio.sleep(0)
async def no_time(): await asyncio.gather(polite(2), polite(1))

async def limited(gate):
    async with gate: await asyncio.sleep(1)
async def many():
    gate = asyncio.Semaphore(10)
    await asyncio.gather(*(limited(gate) for _ in range(50)))
""",
    NAMESPACE,
)


def transcript(name: str) -> Transcript:
    return run(f"{name}()", namespace=NAMESPACE)


def drawn(name: str) -> ET.Element:
    return ET.fromstring(timeline(transcript(name)).svg)


def texts(svg: ET.Element) -> list[str]:
    return [element.text or "" for element in svg.iter() if element.tag.endswith("text")]


def classes(svg: ET.Element) -> set[str]:
    names = (element.get("class", "") for element in svg.iter())
    return {word for name in names for word in name.split()}


def test_a_row_for_each_task_and_one_for_the_loop() -> None:
    found = texts(drawn("two"))
    assert found[: found.index("运行")].count("boil") == 2
    for label in ("事件循环", "甲<壶>", "乙", "0 秒", "2 秒"):
        assert label in found


@pytest.mark.parametrize(
    "state", ["running", "waiting", "ready", "blocked", "done", "failed", "cancelled", "pending"]
)
def test_every_state_is_drawn_and_named_in_the_key(state: str) -> None:
    svg = drawn("everything")
    assert state in classes(svg)
    assert STATES[state] in texts(svg)


def test_the_key_names_only_what_occurs() -> None:
    assert "阻塞" not in texts(drawn("two"))


def test_a_task_was_ready_while_another_blocked_the_loop() -> None:
    t = transcript("everything")
    row = next(row for row in rows(t, Axis(t)) if row.label == "就绪")
    ready = [(span.start, span.stop) for span in row.spans if span.state == "ready"]
    assert ready == [(1.5, 3.0)]


def test_overlapping_waits_overlap_in_the_picture() -> None:
    t = transcript("two")
    spans = {row.label: row.spans for row in rows(t, Axis(t))}
    waits = [
        next((span.start, span.stop) for span in spans[name] if span.state == "waiting")
        for name in ("甲<壶>", "乙")
    ]
    assert waits == [(0.0, 2.0), (0.0, 1.0)]


def test_when_no_time_passes_the_axis_counts_steps() -> None:
    t = transcript("no_time")
    assert not Axis(t).in_seconds
    assert "第几步（没有用去时间）" in texts(drawn("no_time"))


def test_many_tasks_share_a_row_that_counts_them() -> None:
    found = texts(drawn("many"))
    assert "limited × 50" in found
    assert "≤50" in found
    assert len(found) < 20


def test_the_same_transcript_gives_the_same_bytes() -> None:
    assert timeline(transcript("everything")).svg == timeline(transcript("everything")).svg


def test_text_is_text_and_markup_in_names_is_harmless() -> None:
    svg = timeline(transcript("two")).svg
    assert "甲&lt;壶&gt;" in svg
    assert "<path d" not in svg


def test_a_screen_reader_has_a_title_and_a_description() -> None:
    svg = drawn("two")
    ids = (svg.get("aria-labelledby") or "").split()
    named = {element.get("id"): element.text or "" for element in svg if element.get("id")}
    assert svg.get("role") == "img"
    assert named[ids[0]] == "时间线"
    assert "2 个任务，共 2 秒" in named[ids[1]]
    assert "乙：从 0 秒到 1 秒，完成" in named[ids[1]]


def test_nothing_is_drawn_outside_the_picture() -> None:
    for name in ("two", "everything", "no_time", "many"):
        svg = drawn(name)
        _, _, width, height = map(float, (svg.get("viewBox") or "").split())
        for element in svg.iter():
            if element.tag.endswith("rect"):
                right = float(element.get("x", 0)) + float(element.get("width", 0))
                bottom = float(element.get("y", 0)) + float(element.get("height", 0))
                assert right <= width
                assert bottom <= height


def test_an_empty_transcript_is_a_picture_too() -> None:
    assert timeline(Transcript()).svg.startswith("<svg")


def test_colours_of_text_are_the_pages() -> None:
    svg = timeline(transcript("two")).svg
    assert re.search(r"\.al text \{[^}]*fill: var\(--jp-ui-font-color1, currentColor\)", svg)


def test_yours_beside_the_expected() -> None:
    shown = side_by_side(transcript("two"), transcript("no_time"))._repr_html_()
    assert shown.index("你的") < shown.index("应当")
    assert shown.count("<svg") == 2
