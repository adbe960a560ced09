"""Known submissions: what a student might hand in, and what each must score.

`tests/submissions/<assignment>/<case>.toml` holds one:

    misconception = "以为写在前面的任务会先结束"
    [cells]                       # what replaces the reference's solution cells, by grade id
    repair-await = '''
    …
    '''
    [fails.check-repair-main]     # each check that must not give all its points
    points = 0
    message = "应当重叠"           # part of what the check must say
    finding = "sequential"        # the diagnosis that it must name

A case without `fails` is another right answer. All other solution cells are the reference's.
"""

import tomllib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course.errors import CaseError
from examroom import CourseFolder, solved


@dataclass(frozen=True)
class Expected:
    """What one failing check must give and say."""

    points: float
    message: str = ""
    finding: str = ""


@dataclass(frozen=True)
class Case:
    """A known submission of an assignment: which solution cells it changes, which checks fail."""

    name: str
    assignment: str
    misconception: str
    cells: Mapping[str, str] = field(default_factory=dict)
    fails: Mapping[str, Expected] = field(default_factory=dict)

    def fits(self, other: "Case") -> bool:
        """Whether both can be in one submission: other cells, other failing checks."""
        return not (self.cells.keys() & other.cells or self.fails.keys() & other.fails)

    def __add__(self, other: "Case") -> "Case":
        """A submission with both cases' answers; they must fit each other."""
        assert self.fits(other), (self.name, other.name)
        return Case(
            f"{self.name} + {other.name}",
            self.assignment,
            f"{self.misconception}；{other.misconception}",
            {**self.cells, **other.cells},
            {**self.fails, **other.fails},
        )

    def expected_points(self, maxima: Mapping[str, float]) -> dict[str, float]:
        """Points of every check, given each check's maximum."""
        lost = {grade_id: expected.points for grade_id, expected in self.fails.items()}
        return {**maxima, **lost}


class Exercise:
    """An assignment's source and release, from which submissions are made."""

    def __init__(self, folder: CourseFolder, assignment: str) -> None:
        self.assignment = assignment
        self._folder = folder
        self._names = sorted(p.name for p in (folder.root / "release" / assignment).glob("*.ipynb"))
        self._source = {name: self._read("source", name) for name in self._names}
        self._release = {name: self._read("release", name) for name in self._names}

    def _read(self, step: str, name: str) -> NotebookNode:
        return nbformat.read(self._folder.root / step / self.assignment / name, as_version=4)

    def _source_cells(self, kind: str) -> Iterator[NotebookNode]:
        for notebook in self._source.values():
            for cell in notebook.cells:
                if cell.metadata.get("nbgrader", {}).get(kind):
                    yield cell

    @property
    def maxima(self) -> dict[str, float]:
        """Points that each check can give, by grade id."""
        grades = (cell.metadata.nbgrader for cell in self._source_cells("grade"))
        return {grade.grade_id: float(grade.points) for grade in grades}

    @property
    def solutions(self) -> dict[str, str]:
        """The reference answer of each solution cell, by grade id."""
        cells = self._source_cells("solution")
        return {cell.metadata.nbgrader.grade_id: solved(cell.source) for cell in cells}

    @property
    def reflections(self) -> dict[str, float]:
        """Points of the tasks that a person grades, by grade id."""
        grades = (cell.metadata.nbgrader for cell in self._source_cells("task"))
        return {grade.grade_id: float(grade.points) for grade in grades}

    @property
    def text(self) -> str:
        """All that the student version's Markdown cells say."""
        cells = (cell for notebook in self._release.values() for cell in notebook.cells)
        return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")

    @property
    def answers(self) -> dict[str, str]:
        """The solutions that are code and graded by checks, by grade id."""
        cells = [c for c in self._source_cells("solution") if c.cell_type == "code"]
        return {
            cell.metadata.nbgrader.grade_id: solved(cell.source)
            for cell in cells
            if not cell.metadata.nbgrader.get("grade")
        }

    def reference(self) -> Case:
        """The solution that the course itself gives: full marks."""
        return Case("reference", self.assignment, "参考答案")

    def untouched(self) -> Case:
        """The student version handed in as it was fetched: no point anywhere."""
        cells = {
            cell.metadata.nbgrader.grade_id: cell.source
            for notebook in self._release.values()
            for cell in notebook.cells
            if cell.metadata.get("nbgrader", {}).get("solution")
        }
        nothing = {grade_id: Expected(0) for grade_id in self.maxima}
        return Case("untouched", self.assignment, "原样交回", cells, nothing)

    def cases(self) -> list[Case]:
        """The written cases of this assignment, sorted by name.

        Raises CaseError when one names a cell or a check that does not exist.
        """
        folder = self._folder.root / "tests" / "submissions" / self.assignment
        found = [_load(path, self.assignment) for path in sorted(folder.glob("*.toml"))]
        for case in found:
            unknown = (case.cells.keys() - self.solutions) | (case.fails.keys() - self.maxima)
            if unknown:
                raise CaseError(
                    f"{case.name}：{self.assignment} 里没有 {'、'.join(sorted(unknown))}"
                )
        return found

    def write(self, case: Case, target: Path) -> None:
        """Write what the case's student hands in to the folder `target`."""
        target.mkdir(parents=True, exist_ok=True)
        for name, notebook in self.notebooks(case):
            nbformat.write(notebook, target / name)

    def notebooks(self, case: Case) -> Iterator[tuple[str, NotebookNode]]:
        """What the case's student hands in: file names and notebooks."""
        answers = {**self.solutions, **case.cells}
        for name, release in self._release.items():
            notebook = deepcopy(release)
            for cell in notebook.cells:
                grade = cell.metadata.get("nbgrader", {})
                if grade.get("solution"):
                    cell.source = answers[grade["grade_id"]]
            yield name, notebook


def _load(path: Path, assignment: str) -> Case:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return Case(
            path.stem,
            assignment,
            data["misconception"],
            {name: source.strip("\n") for name, source in data["cells"].items()},
            {name: Expected(**expected) for name, expected in data.get("fails", {}).items()},
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise CaseError(f"{path}：{error}；格式见 course/cases.py 的说明。") from error
