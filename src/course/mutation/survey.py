"""Hand in every mutant of an assignment, and see which ones its checks let pass."""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.utils import determine_grade

from course.cases import Case, Exercise
from course.errors import CaseError
from course.mutation.mutants import Mutant, mutants
from examroom import CourseFolder, generate, scratch
from examroom.engine import Examination, on_dask
from examroom.paper import prepare
from examroom.submission import Submission

# Share of the mutants that an assignment's checks must catch.
ENOUGH = 0.95


@dataclass
class Survey:
    """What became of an assignment's mutants.

    `equivalent` are survivors that are listed with the reason why nobody could tell them from the
    original; `survivors` are the others; `stale` are listed ones that are caught or do not exist.
    """

    assignment: str
    total: int = 0
    caught: int = 0
    equivalent: list[Mutant] = field(default_factory=list)
    survivors: list[Mutant] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Caught ones among all, 0 to 1."""
        return self.caught / self.total if self.total else 1.0

    @property
    def good(self) -> bool:
        """Whether enough are caught, and every survivor is explained."""
        return self.share >= ENOUGH and not self.survivors and not self.stale


def survey(course: CourseFolder, assignment: str) -> tuple[int, Iterator[Mutant], Survey]:
    """Examine every mutant of an assignment in the sandbox, as submissions are.

    Returns:
        How many mutants there are; an iterator that gives each as it has been examined; the survey,
        complete when the iterator is exhausted.

    Raises:
        CaseError: the list of equivalent mutants is malformed.
        SandboxError: from the iterator, when no sandbox can be had.
    """
    exercise = Exercise(course, assignment)
    found = {
        f"mutant{number:05}": mutant
        for number, mutant in enumerate(
            chain.from_iterable(mutants(*solution) for solution in exercise.answers.items())
        )
    }
    explained = _explained(course.root / "tests" / "mutants" / f"{assignment}.toml")
    result = Survey(assignment, len(found))

    def steps() -> Iterator[Mutant]:
        with scratch(course, assignment) as copy:
            generate(copy, assignment)
            paper = prepare(copy, assignment)
            submissions = (_handed_in(exercise, name, each) for name, each in found.items())
            with on_dask(paper, None, sandboxed=True) as examine_all:
                for name, outcome in examine_all(submissions):
                    if isinstance(outcome, Exception):
                        raise outcome
                    _note(result, found[name], outcome, explained)
                    yield found[name]
        met = {(mutant.cell, mutant.change) for mutant in result.equivalent}
        result.stale = [" ".join(each) for each in explained if each not in met]
        result.survivors.sort(key=lambda m: (m.cell, m.change))

    return len(found), steps(), result


def _handed_in(exercise: Exercise, student: str, mutant: Mutant) -> Submission:
    case = Case(student, exercise.assignment, mutant.change, {mutant.cell: mutant.source})
    notebooks = {
        Path(name).stem: nbformat.writes(notebook).encode()
        for name, notebook in exercise.notebooks(case)
    }
    return Submission(student, notebooks)


def _note(
    result: Survey, mutant: Mutant, outcome: Examination, explained: dict[tuple[str, str], str]
) -> None:
    if any(score < most for score, most in _marks(outcome)):
        result.caught += 1
    elif (mutant.cell, mutant.change) in explained:
        result.equivalent.append(mutant)
    else:
        result.survivors.append(mutant)


def _marks(outcome: Examination) -> Iterator[tuple[float, float]]:
    for notebook in outcome.notebooks.values():
        for cell in nbformat.from_dict(json.loads(json.dumps(notebook))).cells:
            if cell.metadata.get("nbgrader", {}).get("grade") and cell.cell_type == "code":
                score, most = determine_grade(cell)
                if score is not None:
                    yield score, most


def _explained(path: Path) -> dict[tuple[str, str], str]:
    """(cell, change) of the mutants that are equivalent → the reason."""
    if not path.exists():
        return {}
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        return {(each["cell"], each["change"]): each["reason"] for each in data["equivalent"]}
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise CaseError(
            f"{path}：{error}。每一条是 [[equivalent]]，有 cell、change 和 reason。"
        ) from error
