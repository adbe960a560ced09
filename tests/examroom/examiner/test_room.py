"""Checks of this process, the student's code in a sandbox."""

import socket
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, get_args

import pytest

from asynclab.exam import CheckFailed, drive, expect, probe, run, script
from asynclab.exam.room import entered
from asynclab.trace import Transcript
from examroom.examiner import Pool
from examroom.examiner.dialogue import Cause, Lost
from examroom.examiner.room import RemoteRoom
from examroom.examiner.seat import Seat
from examroom.sandbox import Sandbox

STUDENT = """\
import asyncio, os, threading, time
import aiohttp

async def both(fetch, names):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(fetch(name)) for name in names]
    return [task.result() for task in tasks]

def count(n):
    for i in range(n):
        yield i
    return "end"

async def download(port, pages):
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        async def page(number):
            async with session.get(f"/{number}") as response:
                return await response.text()
        return await asyncio.gather(*map(page, range(pages)))

async def with_thread(fetch):
    slow = asyncio.create_task(asyncio.to_thread(time.sleep, 0.05))
    value = await fetch("甲")
    await slow
    return value

async def nested(fetch):
    import nest_asyncio
    nest_asyncio.apply()
    async def inner():
        await asyncio.sleep(1)
        return await fetch("乙")
    other = asyncio.create_task(fetch("甲"))
    return [asyncio.run(inner()), await other]

async def kept_for_later(fetch):
    global kept
    kept = fetch

async def uses_kept():
    return await kept("甲")

async def dies(fetch):
    os._exit(1)

async def cheats(fetch):
    async def instantly(*_): pass
    asyncio.sleep = instantly
    asyncio.BaseEventLoop.time = lambda loop: 1000.0
    time.monotonic = lambda: 0.0
    return [await fetch("甲"), await fetch("乙")]
"""


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    pool = Pool(Sandbox)
    yield pool
    pool.close()


@pytest.fixture
def seat(pool: Pool) -> Iterator[Seat]:
    seat = Seat(pool, {})
    seat.cell(STUDENT)
    yield seat
    seat.close()
    assert seat.left == []


@pytest.fixture
def room(seat: Seat) -> Iterator[RemoteRoom]:
    """Entered, so that `run` and the others go there."""
    room = RemoteRoom(seat)
    with entered(room):
        yield room


# What checks call


@pytest.mark.usefixtures("room")
def test_a_run_is_done_in_the_candidate_with_the_examiners_probes() -> None:
    fetch = probe(delay={"甲": 2, "乙": 3})
    t = run("both(fetch, names)", fetch=fetch, names=["甲", "乙"])
    assert t.value == fetch.answers
    assert (t.elapsed, fetch.peak, fetch.elapsed) == (3, 2, 3)
    assert [task.name for task in t.tasks] == ["程序", "fetch", "fetch 2"]


@pytest.mark.usefixtures("room")
def test_errors_of_the_student_are_told_at_his_own_lines() -> None:
    t = run("both(fetch, ['甲'])", fetch=probe(fail=["甲"]))
    assert t.error is not None
    (leaf,) = t.error.leaves()
    assert (leaf.type, leaf.message) == ("OSError", "甲 出错了")
    assert (t.error.line, t.error.code) == (5, "async with asyncio.TaskGroup() as group:")


@pytest.mark.usefixtures("room")
def test_a_name_that_is_missing_is_found_to_be() -> None:
    assert run("nosuch()").codes() == {"missing-definition"}


@pytest.mark.usefixtures("room")
def test_a_check_may_run_what_it_defines_itself_here() -> None:
    assert run("answer", namespace={"answer": 42}).value == 42


@pytest.mark.usefixtures("room")
def test_a_slip_in_a_checks_own_expression_is_its_authors() -> None:
    with pytest.raises(SyntaxError):
        run("both(")
    with pytest.raises(TypeError, match="JSON or a probe"):
        run("x", x=object())


@pytest.mark.usefixtures("room")
def test_a_generator_is_driven_in_the_candidate() -> None:
    assert drive("count(1)", ["next", "next"]) == [{"yielded": 0}, {"returned": "end"}]
    with pytest.raises(CheckFailed, match="missing-definition"):
        drive("nosuch()", ["next"])


@pytest.mark.usefixtures("room")
def test_a_script_runs_in_the_sandbox() -> None:
    done = script("import os\nprint(os.getcwd().startswith('/tmp'), os.getuid())")
    assert (done.status, done.printed) == (0, ("True 1000",))


def test_a_failed_expectation_shows_its_timeline_among_the_checks_outputs(room: RemoteRoom) -> None:
    t = run("both(fetch, ['甲'])", fetch=probe())
    with pytest.raises(CheckFailed, match="不对"):
        expect(False, t, "不对")
    (shown,) = room.shown
    assert "<svg" in shown["data"]["text/html"]


# Honest, though unusual


@pytest.mark.usefixtures("room")
def test_threads_take_real_time_and_probes_none() -> None:
    fetch = probe(delay=0.01)
    t = run("with_thread(fetch)", fetch=fetch)
    assert t.error is None
    assert t.value == fetch.answer("甲")
    assert t.elapsed >= 0.01


@pytest.mark.usefixtures("room")
def test_a_loop_within_a_loop_is_believed() -> None:
    fetch = probe(delay=2)
    t = run("nested(fetch)", fetch=fetch)
    assert t.error is None
    assert t.value == [fetch.answer("乙"), fetch.answer("甲")]
    assert t.elapsed == 3


@pytest.mark.usefixtures("room")
def test_a_probe_that_was_kept_from_an_earlier_run_tells_nothing_more() -> None:
    fetch = probe()
    run("kept_for_later(fetch)", fetch=fetch)
    t = run("uses_kept()")
    assert t.error is not None
    assert fetch.calls == []
    assert run("1 + 1").value == 2


# Servers that a check observes


class Counting(ThreadingHTTPServer):
    """A site of the examiner's on a socket in the candidate's network."""

    def __init__(self, listener: socket.socket) -> None:
        super().__init__(listener.getsockname(), _Page, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.served: list[str] = []
        self.under_way = self.peak = 0
        self.gate = threading.Barrier(3)


class _Page(BaseHTTPRequestHandler):
    server: Counting

    def do_GET(self) -> None:
        self.server.gate.wait(30)  # all three are under way at once, or nobody gets anything
        self.server.served.append(self.path)
        body = f"page {self.path}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.mark.usefixtures("room")
def test_the_students_code_meets_a_server_that_it_cannot_touch(seat: Seat) -> None:
    with Counting(seat.listeners()[0]) as site:
        thread = threading.Thread(target=site.serve_forever, args=(0.01,))
        thread.start()
        try:
            port = site.socket.getsockname()[1]
            t = run("download(port, 3)", port=port)
        finally:
            site.shutdown()
            thread.join()
        assert t.value == ["page /0", "page /1", "page /2"]
        assert sorted(site.served) == ["/0", "/1", "/2"]


def test_each_candidate_has_listeners_of_its_own(pool: Pool) -> None:
    one, other = Seat(pool, {}), Seat(pool, {})
    try:
        ports = [len(each.listeners()) for each in (one, other)]
        assert ports == [2, 2]
    finally:
        one.close()
        other.close()


# Losses and lies


@pytest.mark.usefixtures("room")
def test_a_check_without_an_answer_fails_with_the_reason(seat: Seat) -> None:
    with pytest.raises(CheckFailed) as failed:
        run("dies(fetch)", fetch=probe())
    assert failed.value.finding is not None
    assert failed.value.finding.code == "program-died"
    assert seat.lost == ["program-died"]


@pytest.mark.usefixtures("room")
def test_after_a_loss_the_next_check_gets_a_fresh_candidate_with_all_cells_run(seat: Seat) -> None:
    with pytest.raises(CheckFailed):
        run("dies(fetch)", fetch=probe())
    assert run("both(fetch, ['甲'])", fetch=probe()).error is None


@pytest.mark.usefixtures("room")
def test_a_patched_world_hurries_no_probe() -> None:
    """It may fail, or take its time; it cannot have two answers in less than two seconds."""
    fetch = probe(delay=1)
    try:
        t = run("cheats(fetch)", fetch=fetch)
    except CheckFailed:
        return
    assert t.elapsed >= 2


class FakeSeat:
    """Gives a reply that no honest candidate gives."""

    def __init__(self, reply: dict[str, Any]) -> None:
        self._reply = reply

    def ask(self, *_: Any) -> dict[str, Any]:
        return self._reply


def finding_of(reply: dict[str, Any], call: str, *arguments: Any) -> str:
    room = RemoteRoom(FakeSeat(reply))  # type: ignore[arg-type]
    with pytest.raises(CheckFailed) as failed:
        getattr(room, call)(*arguments)
    assert failed.value.finding is not None
    return failed.value.finding.code


@pytest.mark.parametrize(
    "reply", [{}, {"transcript": None}, {"transcript": Transcript().to_json()}, {"transcript": []}]
)
def test_a_made_up_transcript_is_a_finding(reply: dict[str, Any]) -> None:
    assert finding_of(reply, "run", "main()", {}) == "not-plausible"


@pytest.mark.parametrize(
    "moves",
    [None, [], {}, ["next"], [{"yielded": 1}] * 3, [{}, {}], [{"yielded": 1, "returned": 1}] * 2,
     [{"points": 1}] * 2],
)  # fmt: skip
def test_made_up_moves_are_a_finding(moves: Any) -> None:
    said = finding_of({"moves": moves}, "drive", "count(1)", ["next", "next"])
    assert said == "not-plausible"


@pytest.mark.parametrize(
    "failure", [None, "x", {}, {"type": "x"}, {"type": 3, "message": "", "line": None, "code": "",
                                              "causes": []}]
)  # fmt: skip
def test_a_made_up_failure_is_a_finding(failure: Any) -> None:
    assert finding_of({"failure": failure}, "drive", "count(1)", []) == "not-plausible"
    finding = {"code": "praise", "message": "", "hints": ["x"], "task": None, "line": None}
    honest = {"type": "x", "message": "", "line": None, "code": "", "causes": []}
    for findings in ([finding], [{}], "x", [3], 3, {"a": 1}):
        reply = {"failure": honest, "findings": findings}
        assert finding_of(reply, "drive", "count(1)", []) == "not-plausible"


@pytest.mark.parametrize(
    "reply",
    [{}, {"status": "0", "printed": [], "errors": []}, {"status": 0, "printed": "x", "errors": []},
     {"status": 0, "printed": [1], "errors": []}, {"status": True, "printed": [], "errors": []},
     {"status": 0, "printed": [], "errors": None}],
    ids=str,
)  # fmt: skip
def test_a_made_up_script_is_a_finding(reply: dict[str, Any]) -> None:
    assert finding_of(reply, "script", "x", 1.0) == "not-plausible"


@pytest.mark.parametrize("cause", sorted(get_args(Cause)))
def test_every_loss_has_its_finding(cause: Any) -> None:
    class Losing(FakeSeat):
        def ask(self, *_: Any) -> dict[str, Any]:
            raise Lost(cause, "理由", 15)

    room = RemoteRoom(Losing({}))  # type: ignore[arg-type]
    calls: Sequence[tuple[str, tuple[Any, ...]]] = [
        ("run", ("x", {})), ("drive", ("x", [])), ("script", ("x", 1.0)),
    ]  # fmt: skip
    for call, arguments in calls:
        with pytest.raises(CheckFailed) as failed:
            getattr(room, call)(*arguments)
        assert failed.value.finding is not None
        assert failed.value.finding.code == cause
