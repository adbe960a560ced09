"""The extension in a real kernel, as a student has it."""

import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from jupyter_client.manager import KernelManager, start_new_kernel


class Cell:
    """What a cell gave: its texts, its error, its rich outputs."""

    def __init__(self, messages: list[dict[str, Any]]) -> None:
        self.text = "".join(m["content"]["text"] for m in messages if m["msg_type"] == "stream")
        errors = [m["content"] for m in messages if m["msg_type"] == "error"]
        self.error = errors[0] if errors else None
        rich = [m["content"]["data"] for m in messages if m["msg_type"] == "display_data"]
        self.html = "".join(data.get("text/html", "") for data in rich)
        self.plain = "".join(data.get("text/plain", "") for data in rich)


class Kernel:
    """A kernel that runs cells."""

    def __init__(self, manager: KernelManager, client: Any) -> None:
        self.manager, self.client = manager, client

    def run(self, source: str) -> Cell:
        messages: list[dict[str, Any]] = []
        self.client.execute_interactive(
            source, timeout=60, output_hook=messages.append, allow_stdin=False
        )
        return Cell(messages)


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    manager, client = start_new_kernel(extra_arguments=["--log-level=ERROR"])
    kernel = Kernel(manager, client)
    kernel.run("%load_ext asynclab\nimport asyncio")
    yield kernel
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_timeline_runs_the_cell_and_draws_it(kernel: Kernel) -> None:
    cell = kernel.run(
        "%%timeline\n"
        "async def boil(name):\n    print(name)\n    await asyncio.sleep(3600)\n"
        "async with asyncio.TaskGroup() as group:\n"
        "    for name in '甲乙': group.create_task(boil(name), name=name)\n"
        "after = 5"
    )
    assert cell.text == "甲\n乙\n"
    assert cell.html.count("<svg") == 1
    assert "2 个任务，共 3600 秒" in cell.html
    assert kernel.run("print(after, boil.__name__)").text == "5 boil\n"


def test_timeline_can_take_real_time_and_a_title(kernel: Kernel) -> None:
    cell = kernel.run("%%timeline --real --title 真的\nawait asyncio.sleep(0.02)")
    assert "真的" in cell.html
    assert cell.error is None


def test_timeline_shows_how_far_a_failing_cell_came(kernel: Kernel) -> None:
    cell = kernel.run("%%timeline\nawait asyncio.sleep(1)\nawait asyncio.sheep(1)")
    assert "<svg" in cell.html
    assert cell.error is not None
    assert "第 3 行 await asyncio.sheep(1)" in cell.error["evalue"]
    assert "你是不是想写 sleep" in cell.error["evalue"]


def test_timeline_refuses_what_it_does_not_know(kernel: Kernel) -> None:
    assert "用法：%%timeline" in kernel.run("%%timeline --fast\n1").text


def test_the_kernels_own_loop_goes_on_after_a_timeline(kernel: Kernel) -> None:
    assert kernel.run("print(await asyncio.sleep(0, '还在'))").text == "还在\n"


@pytest.mark.parametrize(
    ("source", "explanation"),
    [
        ("asyncio.run(asyncio.sleep(0))", "已经有一个事件循环在运行"),
        ("async def f(): pass\nawait f", "协程函数 f 本身"),
        ("await print()", "NoneType 不是可等待对象"),
        ("awite x", "不合语法"),
        ("asyncio.coroutine", "Python 3.11 里已经删掉了"),
        ("asyncio.sleep(1)\nNone", "没有人等它"),
    ],
)
def test_common_errors_are_explained(source: str, explanation: str, kernel: Kernel) -> None:
    cell = kernel.run(source)
    assert explanation in cell.plain
    assert "怎么办" in cell.html


def test_other_errors_and_right_cells_are_left_alone(kernel: Kernel) -> None:
    assert kernel.run("1 / 0").plain == ""
    assert kernel.run("await asyncio.sleep(0)").plain == ""


@pytest.mark.parametrize(
    "endless",
    [
        "await asyncio.Event().wait()",
        "await asyncio.sleep(1000)",
        "async def spin():\n    while True: pass\nawait spin()",
        "async def spin():\n    while True: pass\nawait asyncio.create_task(spin())",
        "import time\nasync def nap(): time.sleep(1000)\nawait asyncio.create_task(nap())",
        "async with asyncio.TaskGroup() as group:\n    group.create_task(nap())",
    ],
)
def test_a_cell_that_does_not_end_can_be_interrupted(endless: str, kernel: Kernel) -> None:
    messages: list[dict[str, Any]] = []
    # As a user does, press again when the first came at a moment that could not take it; but not
    # while ipykernel ends the cell, as it would then send no reply at all.
    # (Not by `signal_kernel`, which would leave a loop in the timer's thread.)
    again = threading.Timer(20, os.kill, [kernel.manager.provisioner.pid, signal.SIGINT])

    def interrupt(message: dict[str, Any]) -> None:
        messages.append(message)
        # one print can arrive in two pieces, and an interrupted cell can print as well
        if message["msg_type"] == "stream" and again.ident is None:
            again.start()
            kernel.manager.signal_kernel(signal.SIGINT)

    try:
        kernel.client.execute_interactive(
            f"print('等', flush=True)\n{endless}", timeout=60, output_hook=interrupt
        )
    finally:
        again.cancel()
    cell = Cell(messages)
    assert cell.error is not None
    assert cell.error["ename"] == "CancelledError"
    assert kernel.run("print('还在')").text == "还在\n"


def test_one_interrupt_leaves_the_cell_its_time_to_clean_up(kernel: Kernel) -> None:
    messages: list[dict[str, Any]] = []

    def interrupt(message: dict[str, Any]) -> None:
        messages.append(message)
        if message["msg_type"] == "stream" and "等" in message["content"]["text"]:
            kernel.manager.signal_kernel(signal.SIGINT)

    kernel.client.execute_interactive(
        "try:\n    print('等', flush=True)\n    await asyncio.sleep(1000)\n"
        "finally:\n    await asyncio.sleep(1)\n    print('收好了')",
        timeout=60,
        output_hook=interrupt,
    )
    cell = Cell(messages)
    assert cell.error is not None
    assert (cell.text, cell.error["ename"]) == ("等\n收好了\n", "CancelledError")


def test_a_failed_check_shows_the_picture_and_the_reason(kernel: Kernel) -> None:
    cell = kernel.run(
        "from asynclab.exam import expect, run\n"
        "async def main():\n    for _ in range(2): await asyncio.create_task(asyncio.sleep(2))\n"
        "t = run('main()')\nexpect(t.elapsed == 2, t, '应当重叠', finding='sequential')"
    )
    assert "实际发生的" in cell.html
    assert cell.error is not None
    assert cell.error["traceback"][0].startswith("检查没有通过：应当重叠\n[sequential]")


def test_loading_twice_explains_once_and_unloading_ends_it(kernel: Kernel) -> None:
    kernel.run("%load_ext asynclab")
    kernel.run("%reload_ext asynclab")
    assert kernel.run("awite x").plain.count("说明") == 1
    kernel.run("%unload_ext asynclab")
    assert kernel.run("awite x").plain == ""
    kernel.run("%load_ext asynclab")
