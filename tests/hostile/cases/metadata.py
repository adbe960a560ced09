"""Metadata that lies: no effect, marks are for the code alone."""

from collections.abc import Callable
from typing import Any

from nbformat.v4 import new_code_cell, new_output

from tests.hostile.cases.case import Case, Notebook, cell, copied
from tests.hostile.kitchen import ANSWERS, ESSAY, TOOLS


def _of(each: dict[str, Any]) -> dict[str, Any]:
    return each["metadata"].get("nbgrader", {})  # type: ignore[no-any-return]


def _checks(notebook: Notebook) -> list[dict[str, Any]]:
    return [each for each in notebook["cells"] if _of(each).get("grade_id", "").startswith("check")]


def _tagged(*tags: str) -> Callable[[Notebook], None]:
    def edit(notebook: Notebook) -> None:
        for each in notebook["cells"]:
            each["metadata"]["tags"] = list(tags)

    return edit


def _claiming(**grade: object) -> Callable[[Notebook], None]:
    """Every cell that nbgrader knows says this of itself."""

    def edit(notebook: Notebook) -> None:
        for each in notebook["cells"]:
            if "nbgrader" in each["metadata"]:
                _of(each).update(grade)

    return edit


def _retyped(kind: str, *names: str) -> Callable[[Notebook], None]:
    def edit(notebook: Notebook) -> None:
        for name in names:
            cell(notebook, name)["cell_type"] = kind

    return edit


def _without_ids(notebook: Notebook) -> None:
    """All answers but one lost their metadata, as when cells are pasted into new ones."""
    for name in list(ANSWERS)[1:]:
        cell(notebook, name)["metadata"] = {}


def _with_other_ids(notebook: Notebook) -> None:
    for name in list(ANSWERS)[1:]:
        _of(cell(notebook, name))["grade_id"] = f"my-{name}"


def _reversed(notebook: Notebook) -> None:
    notebook["cells"].reverse()


def _checks_first(notebook: Notebook) -> None:
    notebook["cells"].sort(key=lambda each: not _of(each).get("grade_id", "").startswith("check"))


def _without(name: str) -> Callable[[Notebook], None]:
    return lambda notebook: notebook["cells"].remove(cell(notebook, name))


def _twice(*names: str) -> Callable[[Notebook], None]:
    def edit(notebook: Notebook) -> None:
        for name in names:
            found = cell(notebook, name)
            notebook["cells"].insert(notebook["cells"].index(found), copied(found))

    return edit


def _first_wrong(notebook: Notebook) -> None:
    """A copied answer: the first is wrong, and nbgrader keeps the last."""
    found = cell(notebook, "greet")
    notebook["cells"].insert(1, {**copied(found), "source": "def greet(name): return '？'"})


def _own_checks(notebook: Notebook) -> None:
    for each in _checks(notebook):
        each["source"] = "pass"


def _bonus(notebook: Notebook) -> None:
    grade = {"schema_version": 3, "grade": True, "solution": False, "locked": True, "points": 50}
    for name in ("check-bonus", "check-serve"):
        metadata = {"nbgrader": {**grade, "grade_id": name, "task": False}}
        notebook["cells"].append(dict(new_code_cell("1 + 1", metadata=metadata)))


def _passed_before(notebook: Notebook) -> None:
    """Outputs and checksums as if everything had been graded already."""
    for each in _checks(notebook):
        each["outputs"] = [
            new_output("execute_result", {"text/plain": "2.0"}, execution_count=1),
            new_output("stream", text="全部通过"),
        ]
        each["execution_count"] = 1
        _of(each)["checksum"] = "d41d8cd98f00b204e9800998ecf8427e"


def _odd_shapes(notebook: Notebook) -> None:
    """Metadata of every wrong form, in cells that are not needed."""
    plain = dict(new_code_cell("unused = 1"))
    odd: list[Any] = [None, [], "标签", 5, {"nbgrader": []}, {"nbgrader": {"grade_id": {}}}]
    notebook["cells"] += [{**plain, "metadata": metadata} for metadata in odd]
    notebook["cells"] += [5, None, [], {"cell_type": {}, "source": {}}, {"source": [1]}, {}]


def _as_essay(notebook: Notebook) -> None:
    """The essay claims to be a check that is worth a lot."""
    essay = cell(notebook, ESSAY)
    essay["cell_type"] = "code"
    essay["source"] = "100.0"
    _of(essay).update(points=100, solution=False, locked=True)


def _kernel(notebook: Notebook) -> None:
    notebook["metadata"] = {
        "kernelspec": {"name": "bash", "display_name": "Bash", "language": "bash"},
        "language_info": {"name": "bash"},
        "celltoolbar": "Create Assignment",
        "nbgrader": {"points": 1000},
    }


def _tools_replaced(notebook: Notebook) -> None:
    """The given cell, with other functions by the names of the checks'."""
    cell(notebook, "tools")["source"] = (
        f"{TOOLS}\ndef run(*_, **__): return None\n"
        "def expect(*_, **__): pass\ndef drive(*_): return []\nprobe = script = run"
    )


_NOTHING = {"check-bill": "没有找到 bill", "check-serve": "没有找到 serve", "check-greet": "greet"}

CASES = [
    Case("skips-checks", "asks not to run them", blank=True, edit=_tagged("skip-execution")),
    Case("may-raise", "lets checks fail", blank=True, edit=_tagged("raises-exception")),
    Case("skips-answers", "asks not to run its own answers", edit=_tagged("skip-execution")),
    Case("points-1000", "checks worth a lot", edit=_claiming(points=1000)),
    Case("points-1000-blank", "the same, and no answer", True, edit=_claiming(points=1000)),
    Case("points-nan", "checks worth no number", edit=_claiming(points=float("nan"))),
    Case("points-lots", "checks worth a word", edit=_claiming(points="lots")),
    Case("not-graded", "checks that are none", blank=True, edit=_claiming(grade=False)),
    Case("all-solutions", "checks that are answers", blank=True, edit=_claiming(solution=True)),
    Case("schema-1", "an old version of nbgrader's", edit=_claiming(schema_version=1)),
    Case("schema-99", "a version that does not exist", edit=_claiming(schema_version=99)),
    Case("unlocked", "nothing is locked", edit=_claiming(locked=False)),
    Case("no-ids", "answers without an id count as extra cells", edit=_without_ids),
    Case("other-ids", "so do those with an id that nobody knows", edit=_with_other_ids),
    Case("kernel", "another kernel and notebook metadata", edit=_kernel),
    Case("reversed", "all cells in reverse order", edit=_reversed),
    Case("checks-first", "all checks before all answers", edit=_checks_first),
    Case("answer-as-text", "answers retyped", edit=_retyped("markdown", "bill", "greet")),
    Case("answer-as-raw", "answers retyped to what nothing runs", edit=_retyped("raw", "serve")),
    Case(
        "checks-as-text",
        "checks retyped",
        blank=True,
        edit=_retyped("markdown", "check-bill", "check-serve", "check-greet"),
        says=_NOTHING,
    ),
    Case("no-check", "a check deleted", cells={"greet": ""}, edit=_without("check-greet"),
         gets={"check-greet": 0}),
    Case("no-answer", "an answer deleted", edit=_without("brew"), gets={"check-brew": 0},
         finds={"check-brew": "missing-definition"}),
    Case("copied-check", "a check stands there twice", edit=_twice("check-serve", "tools")),
    Case("copied-answer", "an answer stands there twice", edit=_twice("greet", "brew")),
    Case("first-wrong", "a copied answer, of which the last counts", edit=_first_wrong),
    Case("own-checks", "checks that check nothing", blank=True, edit=_own_checks, says=_NOTHING),
    Case("own-tools", "the given cell replaced", blank=True, edit=_tools_replaced),
    Case("bonus", "checks of its own", edit=_bonus),
    Case("bonus-blank", "checks of its own, and no answer", blank=True, edit=_bonus),
    Case("passed-before", "outputs that say it has passed", blank=True, edit=_passed_before,
         says=_NOTHING),
    Case("odd-shapes", "cells and metadata of the wrong form", edit=_odd_shapes),
    Case("essay-as-check", "the essay claims to be a check", blank=True, edit=_as_essay),
]  # fmt: skip
