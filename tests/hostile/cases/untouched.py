"""Handed in as it was fetched, or emptied: nothing."""

from tests.hostile.cases.case import Case, Notebook, cell
from tests.hostile.kitchen import ANSWERS


def _empty_answers(notebook: Notebook) -> None:
    for name in ANSWERS:
        cell(notebook, name)["source"] = ""


def _no_checks_left(notebook: Notebook) -> None:
    notebook["cells"] = [
        each
        for each in notebook["cells"]
        if not each["metadata"].get("nbgrader", {}).get("grade_id", "").startswith("check-")
    ]


CASES = [
    Case(
        "release",
        "the student version itself",
        blank=True,
        says={"check-bill": "没有找到 bill", "check-greet": "greet"},
        finds={"check-serve": "missing-definition"},
    ),
    Case("emptied", "every answer deleted", blank=True, edit=_empty_answers),
    Case("no-checks", "neither answers nor checks", blank=True, edit=_no_checks_left),
]
