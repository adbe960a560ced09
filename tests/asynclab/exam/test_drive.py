from typing import Any

import pytest

from asynclab.exam import drive

NAMESPACE: dict[str, Any] = {}
exec(
    """
def counter(n):
    total = 0
    while n:
        got = yield n
        total += got or 0
        n -= 1
    return total

def stubborn():
    try:
        yield 1
    except ValueError:
        yield "接住了"
""",
    NAMESPACE,
)


def test_each_move_tells_what_it_gave() -> None:
    assert drive("counter(2)", ["next", ["send", 5], ["send", 7], "next"], namespace=NAMESPACE) == [
        {"yielded": 2},
        {"yielded": 1},
        {"returned": 12},
        {"returned": None},
    ]


def test_throwing_and_closing() -> None:
    moves = ["next", ["throw", "ValueError"], ["throw", "KeyError"], "close"]
    assert drive("stubborn()", moves, namespace=NAMESPACE) == [
        {"yielded": 1},
        {"yielded": "接住了"},
        {"raised": "KeyError"},
        {"closed": True},
    ]


def test_sending_to_one_that_has_not_begun() -> None:
    assert drive("counter(1)", [["send", 1]], namespace=NAMESPACE) == [{"raised": "TypeError"}]


def test_the_callers_names_are_the_default() -> None:
    assert drive("NAMESPACE['counter'](1)", ["next"]) == [{"yielded": 1}]


def test_an_unknown_move_is_the_authors_mistake() -> None:
    with pytest.raises(ValueError, match="unknown move 'jump'"):
        drive("counter(1)", ["jump"], namespace=NAMESPACE)
