import json
from typing import Any

import pytest

from asynclab.trace import plain, readable


class Stranger(list[int]):
    """Counts how often any of its methods is called."""

    calls = 0

    def __iter__(self) -> Any:
        type(self).calls += 1
        return super().__iter__()

    def __repr__(self) -> str:
        type(self).calls += 1
        return "?"


@pytest.mark.parametrize("value", [None, True, 3, 0.5, "字", [1, [2]], {"a": {"b": [None]}}])
def test_json_stays_as_it_is(value: Any) -> None:
    assert plain(value) == value


def test_tuples_become_lists() -> None:
    assert plain((1, (2,))) == [1, [2]]


def test_what_json_cannot_hold_is_described() -> None:
    assert plain(object()) == {"$": "object", "type": "object"}
    assert plain({1: 2}) == {"$": "object", "type": "dict"}
    assert plain({3, 1}) == {"$": "object", "type": "set", "items": [1, 3]}


def test_a_description_reads_as_what_it_was_even_after_crossing_as_json() -> None:
    value = plain([1, {"a": (n for n in ())}, {3, 1}])
    assert repr(value) == "[1, {'a': <generator 对象>}, <set 对象 [1, 3]>]"
    assert repr(readable(json.loads(json.dumps(value)))) == repr(value)
    assert plain(value) == value


def test_what_somebody_nested_too_deeply_is_left_as_it_is() -> None:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    assert readable(value) is not None


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_numbers_that_are_none_are_described(value: float) -> None:
    assert plain(value) == {"$": "object", "type": "float"}


def test_a_number_that_nobody_would_write_out_is_described() -> None:
    assert plain(2**20_000) == {"$": "object", "type": "int"}
    json.dumps(plain(10**4000))


def test_a_nest_without_end_is_cut() -> None:
    nest: list[Any] = []
    nest.append(nest)
    json.dumps(plain(nest))


def test_no_method_of_a_strange_class_is_called() -> None:
    assert plain([Stranger([1])]) == [{"$": "object", "type": "Stranger"}]
    assert Stranger.calls == 0
