import os
from collections.abc import Iterator
from typing import Any

import pytest

from examroom.candidate.outputs import LIMIT, NOTE, Descriptors, Outputs, Stream


@pytest.fixture
def outputs() -> Outputs:
    return Outputs()


def display(text: str) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {"text/plain": text}, "metadata": {}}


def texts(outputs: Outputs) -> list[str]:
    return [item.get("text") or item["data"]["text/plain"] for item in outputs.items]


def test_neighbouring_texts_of_one_stream_are_one_output(outputs: Outputs) -> None:
    out, err = Stream(outputs, "stdout", 1), Stream(outputs, "stderr", 2)
    print("甲", "乙", file=out)
    print("丙", file=out)
    print("丁", file=err)
    print("戊", file=out)
    assert [(item["name"], item["text"]) for item in outputs.items] == [
        ("stdout", "甲 乙\n丙\n"), ("stderr", "丁\n"), ("stdout", "戊\n"),
    ]  # fmt: skip


def test_a_stream_takes_text_alone_and_passes_for_a_file(outputs: Outputs) -> None:
    stream = Stream(outputs, "stdout", 1)
    with pytest.raises(TypeError, match="must be str, not bytes"):
        stream.write(b"x")  # type: ignore[arg-type]
    stream.writelines(["a", "b"])
    stream.flush()
    assert (stream.fileno(), stream.isatty(), stream.writable()) == (1, False, True)
    assert texts(outputs) == ["ab"]


def test_what_is_over_the_limit_is_dropped_with_a_note(outputs: Outputs) -> None:
    for _ in range(10):
        outputs.stream("stdout", "字" * (LIMIT // 3))
    outputs.add(display("x"))
    outputs.stream("stderr", "y")
    kept = "".join(texts(outputs))
    assert kept == "字" * LIMIT + NOTE


def test_a_display_that_is_too_large_leaves_a_note_and_room_for_others(outputs: Outputs) -> None:
    outputs.add(display("x" * LIMIT))
    outputs.add(display("y"))
    assert texts(outputs) == [NOTE, "y"]


@pytest.mark.parametrize("kind", ["execute_result", "error"])
def test_a_value_and_an_error_are_kept_after_any_noise(outputs: Outputs, kind: str) -> None:
    outputs.stream("stdout", "x" * (2 * LIMIT))
    outputs.add({"output_type": kind})
    assert outputs.items[-1] == {"output_type": kind}


@pytest.mark.parametrize("bad", [{1}, float("nan"), b"x", object()])
def test_a_display_that_is_no_json_leaves_a_note(outputs: Outputs, bad: object) -> None:
    outputs.add({**display("x"), "data": {"x/y": bad}})
    assert texts(outputs) == ["（这个输出不是 JSON，没有保存）\n"]


def test_clearing_forgets_at_once_or_when_something_new_comes(outputs: Outputs) -> None:
    outputs.stream("stdout", "a")
    outputs.clear(wait=True)
    outputs.stream("stdout", "")
    assert texts(outputs) == ["a"]
    outputs.stream("stdout", "b")
    assert texts(outputs) == ["b"]
    outputs.clear(wait=False)
    assert texts(outputs) == []


def test_endless_clearing_and_updating_takes_no_room(outputs: Outputs) -> None:
    outputs.add(display("0"), "bar")
    for number in range(300):
        outputs.update("bar", data={"text/plain": str(number) + "x" * 10_000})
    outputs.stream("stdout", "end")
    assert texts(outputs) == ["299" + "x" * 10_000, "end"]


def test_an_update_changes_the_displays_of_its_name_in_this_cell(outputs: Outputs) -> None:
    outputs.add(display("a"), "one")
    outputs.add(display("b"), "other")
    outputs.add(display("c"), "one")
    outputs.update("one", data={"text/plain": "d"})
    outputs.update("nobody", data={"text/plain": "e"})
    assert texts(outputs) == ["d", "b", "d"]
    outputs.begin()
    outputs.update("one", data={"text/plain": "f"})
    assert outputs.items == []


@pytest.fixture
def descriptors(outputs: Outputs) -> Iterator[Descriptors]:
    """Standing in for 1 and 2 of this process, which are put back."""
    kept = [os.dup(number) for number in range(3)]
    descriptors = Descriptors(outputs)
    descriptors.redirect()
    yield descriptors
    for number, copy in enumerate(kept):
        os.dup2(copy, number)
        os.close(copy)


def test_what_is_written_past_python_is_collected(
    outputs: Outputs, descriptors: Descriptors
) -> None:
    os.write(1, "出".encode())
    os.write(2, b"\xff")
    descriptors.collect()
    descriptors.collect()
    assert texts(outputs) == ["出", "�"]
    assert os.read(0, 10) == b""


def test_closed_descriptors_cost_nothing(outputs: Outputs, descriptors: Descriptors) -> None:
    os.close(1)
    os.write(2, b"x")
    descriptors.collect()
    assert texts(outputs) == ["x"]
