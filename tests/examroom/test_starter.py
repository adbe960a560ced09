import pytest
from nbformat.v4 import new_code_cell, new_notebook

from examroom import StarterError, StarterRegions, solved

REPAIR = """\
async def fun1():
    print(1)
    ### BEGIN SOLUTION
    await asyncio.sleep(2)
    ### BEGIN STARTER
    # awite asyncio.sheep(2)
    ### END SOLUTION
    print(2)"""


def released(source: str, *, solution: bool = True) -> str:
    cell = new_code_cell(source, metadata={"nbgrader": {"solution": solution, "grade": False}})
    notebook, _ = StarterRegions().preprocess(new_notebook(cells=[cell]), {})
    return str(notebook.cells[0].source)


def test_the_student_starts_from_the_starter_at_its_place() -> None:
    assert released(REPAIR) == (
        "async def fun1():\n    print(1)\n    awite asyncio.sheep(2)\n    print(2)"
    )


def test_a_region_without_starter_gets_the_stub_as_nbgrader_does_it() -> None:
    assert released("### BEGIN SOLUTION\nx = 1\n### END SOLUTION") == (
        "# YOUR CODE HERE\nraise NotImplementedError()"
    )


def test_regions_with_and_without_starter_live_in_one_cell() -> None:
    source = (
        "### BEGIN SOLUTION\na = 1\n### BEGIN STARTER\n# a = ?\n### END SOLUTION\n"
        "middle()\n"
        "### BEGIN SOLUTION\nb = 2\n### END SOLUTION"
    )
    assert released(source) == ("a = ?\nmiddle()\n# YOUR CODE HERE\nraise NotImplementedError()")


def test_indentation_blank_lines_and_comments_of_the_starter_are_kept() -> None:
    source = (
        "### BEGIN SOLUTION\npass\n### BEGIN STARTER\n"
        "# def f():\n#     return 1\n#\n\n# # a comment\n### END SOLUTION"
    )
    assert released(source) == "def f():\n    return 1\n\n\n# a comment"


def test_an_empty_starter_leaves_nothing() -> None:
    assert released("### BEGIN SOLUTION\nx = 1\n### BEGIN STARTER\n### END SOLUTION") == ""


@pytest.mark.parametrize("leak", ["await asyncio.sleep", "BEGIN", "END", "STARTER"])
def test_nothing_of_the_solution_or_the_markers_is_left(leak: str) -> None:
    assert leak not in released(REPAIR)


def test_a_starter_line_that_is_code_is_refused_with_what_to_do() -> None:
    with pytest.raises(StarterError, match="前加上"):
        released("### BEGIN SOLUTION\n### BEGIN STARTER\nx = 1\n### END SOLUTION")


def test_a_starter_outside_a_solution_is_refused() -> None:
    with pytest.raises(StarterError, match="不在解答区里"):
        released("### BEGIN STARTER\n# x\n")


@pytest.mark.parametrize(
    "source",
    [
        "### BEGIN SOLUTION\nx = 1",
        "### BEGIN SOLUTION\nx = 1\n### BEGIN STARTER\n# x = 2",
        "### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION",
    ],
)
def test_nbgraders_own_complaints_remain(source: str) -> None:
    with pytest.raises(RuntimeError, match="solution"):
        released(source)


def test_a_starter_in_a_cell_that_is_no_solution_cell_is_refused() -> None:
    with pytest.raises(RuntimeError, match="non-solution cell"):
        released(REPAIR, solution=False)


def test_solved_is_what_a_student_who_knows_the_answer_hands_in() -> None:
    assert solved(REPAIR) == (
        "async def fun1():\n    print(1)\n    await asyncio.sleep(2)\n    print(2)"
    )
