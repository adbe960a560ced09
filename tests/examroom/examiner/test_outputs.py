import json
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook

from examroom.examiner.outputs import BUDGET, Accepted, display, error, result, stream

Output = dict[str, Any]


def text(written: str, name: str = "stdout") -> Output:
    return {"output_type": "stream", "name": name, "text": written}


def shown(**data: Any) -> Output:
    kinds = {kind.replace("_", "/"): value for kind, value in data.items()}
    return {"output_type": "display_data", "data": kinds, "metadata": {}}


def require_writable(outputs: list[Output]) -> None:
    """Raise unless a notebook with these outputs is valid and can be written to a file."""
    cell = new_code_cell("", outputs=nbformat.from_dict(outputs))
    notebook = new_notebook(cells=[cell])
    nbformat.validate(notebook)
    nbformat.writes(notebook).encode()


HONEST = [
    text("一\n"),
    text("糟\n", "stderr"),
    shown(text_plain="<b>", image_png="aGVsbG8=\n"),
    {**result(3), "execution_count": None},
    error("ValueError", "不行", ["一", "二"]),
]


def test_what_a_notebook_shows_is_taken_as_it_is() -> None:
    taken = Accepted().take(HONEST)
    assert taken == HONEST
    require_writable(taken)


@pytest.mark.parametrize(
    "bad",
    [
        None, 3, "x", [], {}, {"output_type": "stream"}, {"output_type": ["stream"]},
        text(3), text("x", "stdin"), text(["x"]), shown(), shown(text_plain=3),  # type: ignore[arg-type]
        {"output_type": "display_data", "data": ["text/plain"]}, error("x", "y", "z"),  # type: ignore[arg-type]
        error("x", "y", [3]), error(None, "y", []), {"output_type": "update_display_data"},  # type: ignore[arg-type, list-item]
        {"output_type": "display_data", "data": {"nonsense": "x"}}, shown(image_png="not base64!"),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_output_is_dropped_and_the_rest_is_kept(bad: Any) -> None:
    taken = Accepted().take([text("a"), bad, text("b")])
    assert [each["text"] for each in taken[:2]] == ["a", "b"]
    assert "没有保存" in taken[2]["text"]
    require_writable(taken)


@pytest.mark.parametrize("bad", [None, {}, "x", 3, {"output_type": "stream"}])
def test_what_is_no_list_of_outputs_leaves_a_note(bad: Any) -> None:
    (note,) = Accepted().take(bad)
    assert "没有保存" in note["text"]


def test_only_known_parts_are_taken_over() -> None:
    output = {**result(1), "points": 100, "metadata": {"nbgrader": {}}, "execution_count": 7}
    (taken,) = Accepted().take([output])
    assert taken == result(1)


def test_outputs_of_all_cells_together_are_bounded() -> None:
    accepted = Accepted()
    taken = [each for _ in range(30) for each in accepted.take([text("字" * 300_000)] * 2)]
    assert len(json.dumps(taken)) < BUDGET + 30_000
    require_writable(taken)


def test_halves_of_characters_do_not_get_into_a_file() -> None:
    taken = Accepted().take(
        [text("\ud800x"), shown(text_plain="\udfff"), error("\ud800", "\ud800", ["\ud800"])]
    )
    require_writable(taken)
    require_writable(Accepted().shorten([*stream("\ud800"), error("X", "\ud800", ["\ud800"])]))


def test_what_acts_in_a_browser_is_put_into_a_frame_that_runs_nothing() -> None:
    script = "<script>alert(1)</script>"
    (taken,) = Accepted().take([shown(text_html=script, application_javascript="alert(1)")])
    assert set(taken["data"]) == {"text/html"}
    assert script not in taken["data"]["text/html"]
    assert taken["data"]["text/html"].startswith("<iframe sandbox srcdoc=")


TEXT = st.text(st.characters())  # with halves of surrogate pairs
NUMBER = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBER, TEXT),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
KINDS = st.sampled_from(["stream", "error", "display_data", "execute_result", "x"])
PLAIN = ["text/plain", "text/html", "image/png", "image/json", "application/json"]
MIMES = st.sampled_from([*PLAIN, "a b/c", "x/y/z", "é/f", ""])
DATA = st.one_of(st.dictionaries(MIMES, st.one_of(TEXT, JSON), max_size=3), JSON)
OUTPUTS = st.fixed_dictionaries(
    {"output_type": KINDS},
    optional={
        "name": st.one_of(st.sampled_from(["stdout", "stderr"]), JSON),
        "text": st.one_of(TEXT, JSON),
        "ename": st.one_of(TEXT, JSON), "evalue": st.one_of(TEXT, JSON),
        "traceback": st.one_of(st.lists(TEXT, max_size=3), JSON),
        "data": DATA, "metadata": JSON, "execution_count": JSON,
    },
)  # fmt: skip


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.one_of(st.lists(st.one_of(OUTPUTS, JSON), max_size=4), JSON))
def test_whatever_comes_a_notebook_can_be_made_of_it(outputs: Any) -> None:
    require_writable(Accepted().take(outputs))


# A check's own


def test_a_checks_points_are_never_dropped() -> None:
    accepted = Accepted()
    outputs = [*stream("x" * 100_000), *[display(Picture())] * 50, result(0.5)]
    shortened = accepted.shorten(outputs)
    assert shortened[-1] == result(0.5)
    assert len(json.dumps(shortened)) < 1_000_000
    require_writable(shortened)


class Picture:
    def __repr__(self) -> str:
        return "a picture"

    def _repr_html_(self) -> str:
        return "<svg>" + "x" * 100_000 + "</svg>"


def test_a_check_shows_its_picture_and_its_message() -> None:
    outputs = [display(Picture()), error("CheckFailed", "不对", ["检查没有通过：不对"])]
    assert Accepted().shorten(outputs) == outputs
    assert Accepted().shorten(stream("")) == []
