import gc
from threading import Thread

import pytest

from examroom.examiner.sources import compiled, definitions, names_in, parse

MANY_NODES = "[" + "f(x), " * 500 + "]"


def test_parsing_succeeds_though_another_thread_parses_meanwhile() -> None:
    others = [Thread(target=parse_deep_down, args=(30,)) for _ in range(3)]

    def meanwhile(phase: str, _: object) -> None:
        if others:  # in the middle of the first try
            other = others.pop()
            other.start()
            other.join()

    threshold = gc.get_threshold()
    gc.collect()
    gc.set_threshold(500)
    gc.callbacks.append(meanwhile)
    try:
        assert len(parse(MANY_NODES).body) == 1
        assert not others
    finally:
        gc.callbacks.remove(meanwhile)
        gc.set_threshold(*threshold)


def parse_deep_down(frames: int) -> None:
    if frames:
        parse_deep_down(frames - 1)
    else:
        parse(MANY_NODES)


def test_a_cell_is_read_once_for_a_whole_class() -> None:
    assert compiled("x = 1", "<甲>") is compiled("x = 1", "<甲>")
    assert names_in("x = y") is names_in("x = y")
    assert definitions("import math") is definitions("import math")


@pytest.mark.parametrize(
    ("source", "imported"),
    [
        ("from asynclab.exam import run as go", {"go"}),
        ("import asynclab.exam", {"asynclab"}),
        ("if True:\n    from asynclab import run", {"run"}),
        ("import asyncio", set()),
    ],
)
def test_what_is_imported_of_the_exam_is_known(source: str, imported: set[str]) -> None:
    assert names_in(source)[0] == definitions(source)[0] == imported


@pytest.mark.parametrize(
    ("source", "parts"),
    [("x = 1", 1), ("x = 1\nx", 2), ("x = 1\nx;", 1), ("await x", 2), ("# nothing", 1)],
)
def test_the_expression_that_a_check_ends_in_is_apart(source: str, parts: int) -> None:
    assert len(compiled(source, "<甲>")) == parts


def test_of_a_given_cell_only_what_defines_something_is_taken() -> None:
    source = "%load_ext asynclab\nimport math\nN = 3\nprint(N)\ndef f(): pass\nM = f()"
    names: dict[str, object] = {}
    for code in definitions(source)[1]:
        exec(code, names)
    assert names.keys() - {"__builtins__"} == {"math", "N", "f"}


@pytest.mark.parametrize("source", ["def f(:", "class A:\n    return 1"])
def test_a_given_cell_with_an_error_defines_nothing(source: str) -> None:
    assert definitions(source)[1] == ()
