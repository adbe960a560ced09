import copy
import json
from collections.abc import Sequence
from typing import Any

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from examroom import rebuild as rebuild_module
from examroom.paper import NotebookJSON
from examroom.rebuild import NotANotebook, rebuild
from tests.conftest import check_cell, solution_cell

JSONCell = dict[str, Any]

STUB = "raise NotImplementedError"
GIVEN = "speed = 3"
ESSAY = {
    "schema_version": 3,
    "grade_id": "essay",
    "grade": True,
    "solution": True,
    "locked": False,
    "task": False,
    "points": 2,
}


def as_json(*cells: object, minor: int = 5) -> NotebookJSON:
    notebook = new_notebook(cells=list(cells))
    if minor < 5:
        notebook.nbformat_minor = minor
        for cell in notebook.cells:
            del cell["id"]
    plain: NotebookJSON = json.loads(json.dumps(notebook))
    return plain


def make_paper(minor: int = 5) -> NotebookJSON:
    return as_json(
        new_markdown_cell("# 练习"),
        solution_cell("one", STUB),
        check_cell("check-one", "assert one() == 1"),
        new_code_cell(GIVEN),
        solution_cell("two", STUB),
        check_cell("check-two", "assert two() == 2"),
        new_markdown_cell("你的回答", metadata={"nbgrader": ESSAY}),
        minor=minor,
    )


@pytest.fixture
def paper() -> NotebookJSON:
    return make_paper()


@pytest.fixture
def mine(paper: NotebookJSON) -> NotebookJSON:
    """A student's notebook: the paper with both solutions written."""
    notebook = copy.deepcopy(paper)
    find(notebook, "one")["source"] = "def one(): return 1"
    find(notebook, "two")["source"] = "def two(): return 2"
    return notebook


def grade_id(cell: JSONCell) -> Any:
    return cell["metadata"].get("nbgrader", {}).get("grade_id")


def find(notebook: NotebookJSON, name: str) -> JSONCell:
    """The cell with this grade id, or the given cell without one."""
    (cell,) = (c for c in notebook["cells"] if name in (grade_id(c), c["source"]))
    found: JSONCell = cell
    return found


def after(notebook: NotebookJSON, name: str, *sources: str, **metadata: object) -> None:
    """Put code cells after a named cell."""
    place = notebook["cells"].index(find(notebook, name)) + 1
    cells = [json.loads(json.dumps(new_code_cell(s, metadata=metadata))) for s in sources]
    notebook["cells"][place:place] = cells


def file(notebook: object) -> bytes:
    return json.dumps(notebook).encode()


def is_extra(cell: JSONCell) -> bool:
    return bool(cell["metadata"].get("examroom") == {"extra": True})


def sources(notebook: NotebookJSON) -> list[str]:
    """Texts of the code cells, in the order in which they run."""
    return [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"]


ONE, TWO = "def one(): return 1", "def two(): return 2"
CHECK_ONE, CHECK_TWO = "assert one() == 1", "assert two() == 2"


# What is taken from a student


def test_solutions_go_into_the_papers_cells(paper: NotebookJSON, mine: NotebookJSON) -> None:
    result = rebuild(paper, file(mine))
    assert sources(result) == [ONE, CHECK_ONE, GIVEN, TWO, CHECK_TWO]
    nbformat.validate(result)


def test_a_manually_graded_answer_is_a_solution_too(
    paper: NotebookJSON, mine: NotebookJSON
) -> None:
    find(mine, "essay")["source"] = ["因为它\n", "让出了控制权"]
    answer = find(rebuild(paper, file(mine)), "essay")
    assert answer["source"] == "因为它\n让出了控制权"
    assert answer["cell_type"] == "markdown"
    assert "outputs" not in answer


def test_the_paper_is_left_as_it_is(paper: NotebookJSON, mine: NotebookJSON) -> None:
    before = copy.deepcopy(paper)
    result = rebuild(paper, file(mine))
    for cell in result["cells"]:
        cell["metadata"]["spoilt"] = True
    assert paper == before


def test_an_untouched_notebook_gives_the_paper_back(paper: NotebookJSON) -> None:
    assert rebuild(paper, file(paper)) == paper


def test_outputs_of_the_paper_are_removed(paper: NotebookJSON, mine: NotebookJSON) -> None:
    printed = json.loads(json.dumps(new_output("stream", text="3")))
    find(paper, GIVEN).update(outputs=[printed], execution_count=7)
    cell = find(rebuild(paper, file(mine)), GIVEN)
    assert (cell["outputs"], cell["execution_count"]) == ([], None)


def test_nothing_else_of_the_students_notebook_is_used(
    paper: NotebookJSON, mine: NotebookJSON
) -> None:
    expected = rebuild(paper, file(mine))
    mine["metadata"] = {"kernelspec": {"name": "forged", "display_name": "forged"}}
    mine["nbformat_minor"] = "lots"
    forged = {"points": float("nan"), "grade": False, "solution": False, "schema_version": 99}
    for number, cell in enumerate(mine["cells"]):
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception"]
        cell["metadata"].get("nbgrader", {}).update(forged)
        cell["id"] = f"forged-{number}"
        cell["outputs"] = [{"output_type": "display_data", "data": 1}]
        cell["attachments"] = {"x.png": {"image/png": ""}}
        cell["execution_count"] = -1
    assert rebuild(paper, file(mine)) == expected


def test_the_type_of_a_cell_comes_from_the_paper(paper: NotebookJSON, mine: NotebookJSON) -> None:
    expected = rebuild(paper, file(mine))
    find(mine, "one")["cell_type"] = "markdown"
    find(mine, "two")["cell_type"] = "raw"
    find(mine, "essay")["cell_type"] = "code"
    find(mine, "check-one")["cell_type"] = "markdown"
    assert rebuild(paper, file(mine)) == expected


def test_cells_run_in_the_papers_order(paper: NotebookJSON, mine: NotebookJSON) -> None:
    expected = rebuild(paper, file(mine))
    mine["cells"].reverse()
    assert rebuild(paper, file(mine)) == expected


def test_edited_deleted_and_copied_checks_are_the_papers_again(
    paper: NotebookJSON, mine: NotebookJSON
) -> None:
    expected = rebuild(paper, file(mine))
    mine["cells"].insert(1, copy.deepcopy(find(mine, "check-two")) | {"source": "pass"})
    mine["cells"].remove(find(mine, "check-one"))
    assert rebuild(paper, file(mine)) == expected


def test_a_deleted_solution_is_empty_so_that_it_cannot_undo_what_stands_in_for_it(
    paper: NotebookJSON, mine: NotebookJSON
) -> None:
    del find(mine, "two")["metadata"]["nbgrader"]
    assert sources(rebuild(paper, file(mine))) == [ONE, CHECK_ONE, GIVEN, TWO, "", CHECK_TWO]


def test_an_untouched_solution_that_lost_its_grade_id_is_still_the_papers(
    paper: NotebookJSON, mine: NotebookJSON
) -> None:
    find(mine, "two").update(source=STUB, metadata={})
    assert sources(rebuild(paper, file(mine))) == [ONE, CHECK_ONE, GIVEN, STUB, CHECK_TWO]


def test_of_two_cells_with_one_grade_id_the_last_is_the_solution_and_both_run(
    paper: NotebookJSON, mine: NotebookJSON
) -> None:
    two = find(mine, "two")
    place = mine["cells"].index(two)
    mine["cells"].insert(place, copy.deepcopy(two) | {"source": "import math"})
    result = rebuild(paper, file(mine))
    assert sources(result) == [ONE, CHECK_ONE, GIVEN, "import math", TWO, CHECK_TWO]
    assert [is_extra(cell) for cell in result["cells"]].count(True) == 1


def test_an_earlier_copy_that_is_no_code_is_dropped(
    paper: NotebookJSON, mine: NotebookJSON
) -> None:
    expected = rebuild(paper, file(mine))
    copied = copy.deepcopy(find(mine, "one")) | {"cell_type": "markdown", "source": "草稿"}
    mine["cells"].insert(0, copied)
    assert rebuild(paper, file(mine)) == expected


def test_an_earlier_copy_does_not_stand_in_for_a_deleted_solution(
    paper: NotebookJSON, mine: NotebookJSON
) -> None:
    mine["cells"].remove(find(mine, "one"))
    mine["cells"].insert(0, copy.deepcopy(find(mine, "two")) | {"source": STUB})
    assert sources(rebuild(paper, file(mine))) == ["", CHECK_ONE, GIVEN, TWO, CHECK_TWO]


# The student's own cells


def test_own_code_cells_follow_the_cell_they_followed(
    paper: NotebookJSON, mine: NotebookJSON
) -> None:
    mine["cells"].insert(0, json.loads(json.dumps(new_code_cell("import this"))))
    after(mine, "one", "helper = 1", "helper += 1")
    after(mine, "check-one", "slow = 1")
    after(mine, GIVEN, "speed *= 2")
    after(mine, "essay", "print('完')")
    result = rebuild(paper, file(mine))
    assert sources(result) == [
        *("import this", ONE, "helper = 1", "helper += 1", CHECK_ONE),
        *("slow = 1", GIVEN, "speed *= 2", TWO, CHECK_TWO, "print('完')"),
    ]
    assert result["cells"][0]["source"] == "import this"
    assert [cell["source"] for cell in result["cells"] if is_extra(cell)] == [
        *("import this", "helper = 1", "helper += 1", "slow = 1", "speed *= 2", "print('完')")
    ]
    nbformat.validate(result)


def test_own_cells_with_an_unknown_grade_id_run_as_well(
    paper: NotebookJSON, mine: NotebookJSON
) -> None:
    after(mine, "one", "x = 1", nbgrader={"grade_id": "unknown", "solution": True})
    after(mine, "one", "x = 2", nbgrader={"grade_id": ["one"]}, tags=["skip-execution"])
    extra = [cell for cell in rebuild(paper, file(mine))["cells"] if is_extra(cell)]
    assert [cell["source"] for cell in extra] == ["x = 2", "x = 1"]
    assert all(cell["metadata"] == {"examroom": {"extra": True}} for cell in extra)


def test_own_cells_without_code_or_text_are_dropped(
    paper: NotebookJSON, mine: NotebookJSON
) -> None:
    expected = rebuild(paper, file(mine))
    after(mine, "one", "", " \n\t")
    mine["cells"].append({"cell_type": "markdown", "metadata": {}, "source": "笔记"})
    assert rebuild(paper, file(mine)) == expected


def test_a_given_cell_is_not_run_twice(paper: NotebookJSON, mine: NotebookJSON) -> None:
    expected = rebuild(paper, file(mine))
    after(mine, "check-two", f"{GIVEN}\n", CHECK_ONE, STUB)
    assert rebuild(paper, file(mine)) == expected


def test_only_the_first_copy_of_a_given_cell_is_where_it_stood(
    paper: NotebookJSON, mine: NotebookJSON
) -> None:
    after(mine, "check-two", GIVEN, "late = two()")
    assert sources(rebuild(paper, file(mine)))[-2:] == [CHECK_TWO, "late = two()"]


def test_an_edited_given_cell_runs_after_the_papers(
    paper: NotebookJSON, mine: NotebookJSON
) -> None:
    find(mine, GIVEN)["source"] = "speed = 30"
    assert sources(rebuild(paper, file(mine))) == [
        *(ONE, CHECK_ONE, GIVEN, "speed = 30", TWO, CHECK_TWO)
    ]


def test_own_cells_run_before_a_check_that_the_student_deleted(
    paper: NotebookJSON, mine: NotebookJSON
) -> None:
    after(mine, "one", "helper = 1")
    mine["cells"].remove(find(mine, "check-one"))
    mine["cells"].remove(find(mine, GIVEN))
    assert sources(rebuild(paper, file(mine)))[:4] == [ONE, "helper = 1", CHECK_ONE, GIVEN]


def test_only_code_is_taken_for_a_given_cell(paper: NotebookJSON, mine: NotebookJSON) -> None:
    given_cell = find(mine, GIVEN)
    mine["cells"].remove(given_cell)
    mine["cells"].append(given_cell | {"cell_type": "markdown"})
    mine["cells"].append(json.loads(json.dumps(new_code_cell("x = 1"))))
    assert sources(rebuild(paper, file(mine)))[-2:] == [CHECK_TWO, "x = 1"]


def test_ids_of_own_cells_are_new_and_the_same_each_time(
    paper: NotebookJSON, mine: NotebookJSON
) -> None:
    paper["cells"][0]["id"] = "extra-2"
    after(mine, "one", "a = 1", "b = 2")
    result = rebuild(paper, file(mine))
    assert [cell["id"] for cell in result["cells"] if is_extra(cell)] == ["extra-1", "extra-3"]
    assert rebuild(paper, file(mine)) == result


def test_a_paper_without_ids_gets_none() -> None:
    paper = make_paper(minor=4)
    mine = make_paper()
    after(mine, "one", "a = 1")
    result = rebuild(paper, file(mine))
    assert not any("id" in cell for cell in result["cells"])
    nbformat.validate(result)


def test_a_paper_without_solutions_takes_any_notebook() -> None:
    paper = as_json(new_code_cell(GIVEN))
    assert sources(rebuild(paper, file(as_json(new_code_cell("x = 1"))))) == [GIVEN, "x = 1"]


# Formats


def test_a_notebook_of_nbformat_3_is_read(paper: NotebookJSON, mine: NotebookJSON) -> None:
    after(mine, "one", "helper = 1")
    expected = rebuild(paper, file(mine))
    cells = [
        {**cell, "input": cell["source"].splitlines(keepends=True), "source": ["unused"]}
        if cell["cell_type"] == "code"
        else cell
        for cell in mine["cells"]
    ]
    heading = {"cell_type": "heading", "level": 1, "metadata": {}, "source": "标题"}
    sheets = [{"cells": [heading, *cells[:2]]}, None, {"cells": cells[2:]}, {}]
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": sheets}
    assert rebuild(paper, file(old)) == expected


def test_a_byte_order_mark_is_accepted(paper: NotebookJSON, mine: NotebookJSON) -> None:
    text = json.dumps(mine, ensure_ascii=False)
    assert rebuild(paper, text.encode("utf-8-sig")) == rebuild(paper, file(mine))


def test_lone_surrogates_are_replaced(paper: NotebookJSON, mine: NotebookJSON) -> None:
    find(mine, "one")["source"] = ["'\ud83d", "\ude00'  # \udc00 甲"]
    result = rebuild(paper, file(mine))
    assert find(result, "one")["source"] == "'😀'  # � 甲"
    nbformat.writes(nbformat.from_dict(result)).encode()


@pytest.mark.parametrize("source", [None, 1, {"a": 1}, ["x", 1], [["x"]]])
def test_a_cell_whose_text_is_none_counts_as_deleted(
    source: object, paper: NotebookJSON, mine: NotebookJSON
) -> None:
    find(mine, "one")["source"] = source
    assert sources(rebuild(paper, file(mine))) == ["", CHECK_ONE, GIVEN, TWO, CHECK_TWO]


DAMAGED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "JSON"),
    "another encoding": ("{'单元'}".encode("gb18030"), "UTF-8"),
    "utf-16": (file({"nbformat": 4, "cells": []}).decode().encode("utf-16"), "UTF-8"),
    "no JSON": (b"print(1)", "JSON"),
    "cut off": (b'{"nbformat": 4, "cells": [', "JSON"),
    "a huge number": (b"9" * 100_000, "JSON"),
    "deep lists": (b"[" * 100_000, "JSON"),
    "deep objects": (b'{"a":' * 100_000, "JSON"),
    "a list": (b"[]", "nbformat"),
    "a text": (b'"nbformat"', "nbformat"),
    "nothing": (b"null", "nbformat"),
    "no format": (file({"cells": []}), "nbformat"),
    "format as truth": (file({"nbformat": True, "cells": []}), "nbformat"),
    "format as fraction": (file({"nbformat": 4.0, "cells": []}), "nbformat"),
    "format not a number": (file({"nbformat": float("nan"), "cells": []}), "nbformat"),
    "format as text": (file({"nbformat": "4", "cells": []}), "nbformat"),
    "format 5": (file({"nbformat": 5, "cells": []}), "nbformat"),
    "format 2": (file({"nbformat": 2, "worksheets": []}), "nbformat"),
    "no cells": (file({"nbformat": 4}), "单元"),
    "cells not a list": (file({"nbformat": 4, "cells": {"0": {}}}), "单元"),
    "no worksheets": (file({"nbformat": 3, "cells": []}), "单元"),
    "worksheets without cells": (file({"nbformat": 3, "worksheets": [{}, 1]}), "单元"),
    "another notebook": (file(as_json(new_code_cell("1"))), "grade_id"),
    "cells that are none": (file({"nbformat": 4, "cells": [None, 1, [], {}]}), "grade_id"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_what_is_no_notebook_of_this_paper_is_refused_with_its_reason(
    case: str, paper: NotebookJSON
) -> None:
    data, reason = DAMAGED[case]
    with pytest.raises(NotANotebook, match=f"{reason}.*再交一次"):
        rebuild(paper, data)


def test_too_much_is_refused_with_its_reason(paper: NotebookJSON, mine: NotebookJSON) -> None:
    many = copy.deepcopy(mine)
    many["cells"] += [None] * rebuild_module.CELLS
    with pytest.raises(NotANotebook, match="单元超过 2000 个"):
        rebuild(paper, file(many))

    after(mine, "one", *(f"x = {number}" for number in range(rebuild_module.EXTRA_CELLS)))
    rebuild(paper, file(mine))
    after(mine, "two", "y = 1")
    with pytest.raises(NotANotebook, match="自己加的单元超过 200 个"):
        rebuild(paper, file(mine))


def test_the_limit_of_text_holds_for_solutions_and_own_cells_together(
    paper: NotebookJSON, mine: NotebookJSON
) -> None:
    half = "#" * (rebuild_module.SOURCE_LENGTH // 2)
    find(mine, "one")["source"] = half
    rebuild(paper, file(mine))
    after(mine, "one", half)
    with pytest.raises(NotANotebook, match="解答超过 1000000 个字"):
        rebuild(paper, file(mine))


# Whatever the bytes

PAPER = make_paper()
ids = st.sampled_from(["one", "two", "essay", "check-one", "check-two", "unknown", ""])
texts = st.text(st.characters(exclude_categories=()), max_size=20) | st.sampled_from(
    [*sources(PAPER), "x = 1"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=10,
)


def object_of(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects in which each member may be missing, or be anything."""
    return st.fixed_dictionaries({}, optional={name: m | values for name, m in members.items()})


cell_objects = object_of(
    cell_type=st.sampled_from(["code", "markdown", "raw", "heading"]),
    source=texts | st.lists(texts, max_size=3),
    input=texts | st.lists(texts, max_size=3),
    metadata=object_of(nbgrader=object_of(grade_id=ids, solution=st.booleans())),
    id=texts,
    outputs=values,
)
notebooks = object_of(
    nbformat=st.sampled_from([3, 4]),
    cells=st.lists(cell_objects | values, max_size=8),
    worksheets=st.lists(object_of(cells=st.lists(cell_objects | values, max_size=8)), max_size=3),
    metadata=values,
)


def check_only_refused_or_the_paper(data: bytes) -> None:
    try:
        result = rebuild(PAPER, data)
    except NotANotebook:
        return
    nbformat.validate(result)
    json.dumps(result, ensure_ascii=False).encode()
    own = [cell for cell in result["cells"] if not is_extra(cell)]
    assert without_solutions(own) == without_solutions(PAPER["cells"])
    assert {**result, "cells": None} == {**PAPER, "cells": None}


def without_solutions(cells: Sequence[JSONCell]) -> list[JSONCell]:
    """The cells, less the texts that students write."""
    return [
        {**cell, "source": None} if grade_id(cell) in ("one", "two", "essay") else cell
        for cell in cells
    ]


@given(st.binary() | values.map(file) | notebooks.map(file))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_bytes_raise_anything_else_or_change_what_is_the_papers(data: bytes) -> None:
    check_only_refused_or_the_paper(data)


@given(st.data())
@settings(deadline=None)
def test_no_mutation_of_a_notebook_changes_what_is_the_papers(data: st.DataObject) -> None:
    notebook = copy.deepcopy(PAPER)
    for _ in range(data.draw(st.integers(1, 6))):
        cells = notebook["cells"]
        place = data.draw(st.integers(0, len(cells)))
        changed = data.draw(cell_objects)
        if place == len(cells):
            cells.append(changed)
        else:
            mutation = data.draw(st.sampled_from(["delete", "copy", "change", "replace"]))
            if mutation == "delete":
                del cells[place]
            elif mutation == "copy":
                cells.insert(data.draw(st.integers(0, len(cells))), copy.deepcopy(cells[place]))
            elif mutation == "change":
                cells[place] = {**cells[place], **changed}
            else:
                cells[place] = changed
    check_only_refused_or_the_paper(file(notebook))


def test_a_task_is_answered_in_cells_of_the_students_own() -> None:
    task = {"grade_id": "essay", "task": True, "grade": False, "solution": False, "locked": True}
    cells: list[dict[str, Any]] = [
        {"cell_type": "markdown", "metadata": {"nbgrader": task}, "source": "写一段话"},
        {"cell_type": "markdown", "metadata": {}, "source": "给出的文字"},
    ]
    paper = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}
    own = {"cell_type": "markdown", "metadata": {"tags": ["x"]}, "source": "我的回答"}
    handed_in = {**paper, "cells": [cells[0], own, cells[1]]}
    rebuilt = rebuild(paper, json.dumps(handed_in).encode())
    assert [cell["source"] for cell in rebuilt["cells"]] == ["写一段话", "我的回答", "给出的文字"]
    assert rebuilt["cells"][1]["metadata"] == {"examroom": {"extra": True}}
