"""Which mutants an assignment's checks let pass; examined in the sandbox, as submissions are."""

import pytest

from course.errors import CaseError
from course.mutation import Survey, survey
from examroom import CourseFolder, generate
from tests.conftest import DOUBLE

LIST = """\
[[equivalent]]
cell = "double"
change = "{}"
reason = "零的两倍也是零"
"""


@pytest.fixture
def course(tiny: CourseFolder) -> CourseFolder:
    generate(tiny, "doubling")
    return tiny


def surveyed(course: CourseFolder) -> Survey:
    total, steps, result = survey(course, "doubling")
    assert len(list(steps)) == total == result.total
    return result


def explain(course: CourseFolder, text: str) -> None:
    folder = course.root / "tests" / "mutants"
    folder.mkdir(parents=True)
    (folder / "doubling.toml").write_text(text, "utf-8")


def weaken(course: CourseFolder, old: str, new: str) -> None:
    source = course.root / "source/doubling/doubling.ipynb"
    assert old in source.read_text("utf-8")
    source.write_text(source.read_text("utf-8").replace(old, new), "utf-8")
    generate(course, "doubling")


def test_good_checks_catch_every_mutant(course: CourseFolder) -> None:
    result = surveyed(course)
    assert "number * 2" in DOUBLE
    assert (result.caught, result.survivors) == (result.total, [])
    assert result.total >= 4
    assert result.good


def test_a_check_that_looks_at_nothing_lets_mutants_pass(course: CourseFolder) -> None:
    weaken(course, "double(4) == 8", "double(0) == 0")
    weaken(course, "double('ab') == 'abab'", "True")
    result = surveyed(course)
    survivors = [mutant.change for mutant in result.survivors]
    assert "other_constant: 2 → 3" in survivors
    assert "returns_nothing: return number * 2 → return None" not in survivors
    assert not result.good


def test_a_survivor_can_be_explained_but_too_many_are_too_many(course: CourseFolder) -> None:
    weaken(course, "double(4) == 8", "double(0) == 0")
    weaken(course, "double('ab') == 'abab'", "True")
    explain(course, LIST.format("other_constant: 2 → 3"))
    result = surveyed(course)
    assert [mutant.change for mutant in result.equivalent] == ["other_constant: 2 → 3"]
    assert "other_constant: 2 → 3" not in [mutant.change for mutant in result.survivors]
    assert not result.good


def test_an_explanation_that_explains_nothing_is_refused(course: CourseFolder) -> None:
    explain(course, LIST.format("other_constant: 2 → 3"))
    result = surveyed(course)
    assert result.stale == ["double other_constant: 2 → 3"]
    assert not result.good


@pytest.mark.parametrize("text", ["not toml", "[[equivalent]]\ncell = 'double'\n", "x = 1"])
def test_a_malformed_list_is_refused(text: str, course: CourseFolder) -> None:
    explain(course, text)
    with pytest.raises(CaseError, match=r"doubling\.toml"):
        survey(course, "doubling")
