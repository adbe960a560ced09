"""The desk by itself, and that a run tells the same whoever keeps the probes."""

import gc
import linecache
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings

from asynclab.exam import Probe, probe, run
from asynclab.exam.room import entered
from examroom.examiner import Pool, seat
from examroom.examiner.desk import Desk
from examroom.examiner.dialogue import Lost
from examroom.examiner.room import RemoteRoom
from examroom.examiner.seat import Seat
from examroom.sandbox import Sandbox
from tests.examroom.examiner.player import DELAYS, PLANS, PLAYER, Plan


def desk(**probes: Probe) -> Desk:
    return Desk(probes)


def begin(desk: Desk, now: float, *arguments: Any, name: str = "f") -> dict[str, Any]:
    reply = desk.hear({"now": now, "probe": name, "begin": list(arguments)})
    assert reply is not None
    return reply


def test_a_call_is_told_how_long_it_takes_and_answered_when_that_has_passed() -> None:
    f = probe(delay={"甲": 2}, value={"甲": "值"})
    one = desk(f=f)
    assert begin(one, 1, "甲") == {"number": 0, "delay": 2}
    answer = one.hear({"now": 3, "probe": "f", "settle": 0})
    assert answer == {"value": "值", "error": None}
    assert (f.calls, f.finished, f.elapsed, f.peak) == ([["甲"]], [0], 3, 1)


def test_an_answer_is_not_given_before_its_time() -> None:
    one = desk(f=probe(delay=2))
    begin(one, 0)
    with pytest.raises(ValueError, match="还没有到时候"):
        one.hear({"now": 1.9, "probe": "f", "settle": 0})


def test_the_clock_never_goes_back() -> None:
    one = desk(f=probe(delay=2))
    begin(one, 5)
    begin(one, 0)
    assert one.now == 5
    with pytest.raises(ValueError, match="还没有到时候"):
        one.hear({"now": 2, "probe": "f", "settle": 1})


def test_a_call_that_fails_is_given_its_error() -> None:
    one = desk(f=probe(delay=0, fail={"甲": "ValueError: 没水"}))
    begin(one, 0, "甲")
    answer = one.hear({"now": 0, "probe": "f", "settle": 0})
    assert answer == {"value": None, "error": "ValueError: 没水"}


def test_an_abandoned_call_counts_as_cancelled_and_gets_no_answer() -> None:
    f = probe(delay=2)
    one = desk(f=f)
    begin(one, 0, "甲")
    assert one.hear({"now": 1, "probe": "f", "abandon": 0}) is None
    assert (f.cancelled, f.answers) == ([["甲"]], [None])
    with pytest.raises(ValueError, match="没有这样的调用"):
        one.hear({"now": 2, "probe": "f", "settle": 0})


def test_each_probe_numbers_its_own_calls() -> None:
    f, g = probe(delay=0), probe(delay=0)
    one = desk(f=f, g=g)
    assert begin(one, 0, name="f")["number"] == begin(one, 0, name="g")["number"] == 0
    one.hear({"now": 0, "probe": "g", "settle": 0})
    assert (f.finished, g.finished) == ([], [0])


def test_what_an_earlier_run_left_is_forgotten() -> None:
    f = probe()
    begin(desk(f=f), 0, "甲")
    desk(f=f)
    assert f.calls == []


@pytest.mark.parametrize(
    "message",
    [
        {"now": -1}, {"now": "1"}, {"now": None}, {"now": True}, {"now": 10**400}, {"now": [0]},
        {"now": float("inf")}, {"now": float("nan")}, {"probe": "g"}, {"probe": ["f"]},
        {"probe": None}, {"begin": {}}, {"begin": None}, {"settle": 1}, {"settle": -1},
        {"settle": False}, {"settle": 0.0}, {"settle": "0"}, {"settle": [0]}, {"abandon": 1}, {},
    ],
    ids=str,
)  # fmt: skip
def test_nonsense_is_refused(message: dict[str, Any]) -> None:
    one = desk(f=probe(delay=0))
    begin(one, 0)
    with pytest.raises(ValueError, match=r"[一-龥]"):
        one.hear({"now": 0, "probe": "f", **message})


def test_endless_calls_are_refused() -> None:
    one = desk(f=probe(delay=0))
    for _ in range(20_000):
        begin(one, 0)
    with pytest.raises(Lost, match=r"runs-for-ever .*20000 次"):
        begin(one, 0)


# The same run, here and in a candidate


@pytest.fixture(scope="module")
def room() -> Iterator[RemoteRoom]:
    """Where a candidate knows the player."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seat, "ALL_S", 1e9)
        pool = Pool(Sandbox)
        one = Seat(pool, {})
        one.cell(PLAYER)
        yield RemoteRoom(one)
        one.close()
        pool.close()


@pytest.fixture(scope="module")
def namespace() -> Iterator[dict[str, Any]]:
    """Where this process knows the player; what its programs left is swept away at the end."""
    names: dict[str, Any] = {}
    linecache.cache["<player>"] = (len(PLAYER), None, PLAYER.splitlines(True), "<player>")
    exec(compile(PLAYER, "<player>", "exec"), names)
    yield names
    gc.collect()


def told(plan: Plan, **options: Any) -> dict[str, Any]:
    """All that a check can learn of a run: its transcript, and what the probes saw."""
    value = {key: f"the value for {key}" for key in DELAYS}
    probes = {name: probe(delay=DELAYS, value=value, fail=["bad"]) for name in "fg"}
    told = run("play(plan, f=f, g=g)", plan=plan, **probes, **options).to_json()
    for name, each in probes.items():
        told[name] = [each.calls, each.answers, each.finished, each.cancelled]
        told[name] += [each.peak, each.elapsed]
    return told


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(plan=PLANS)
@example(plan=[("spawn", [("then", [("get",)], [("sleep", 4), ("call", "f", "1")])])])
@example(plan=[("timeout", 2, [("call", "f", "2")])])
@example(plan=[("gather", [("sleep", 1)], [("call", "f", "1")])])
@example(plan=[("spawn", [("call", "f", "at once")]), ("group", []), ("block", 3)])
@example(plan=[("spawn", [("block", 2)])])
@example(plan=[("call", "f", "never")])
@example(plan=[("gather", [("call", "f", "bad")], [("call", "g", "3")])])
def test_a_run_tells_the_same_in_a_notebook_and_in_an_examination(
    plan: Plan, room: RemoteRoom, namespace: dict[str, Any]
) -> None:
    here = told(plan, namespace=namespace)
    with entered(room):
        there = told(plan)
    assert here == there
