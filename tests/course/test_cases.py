from pathlib import Path

import nbformat
import pytest

from course.cases import Case, Exercise, Expected
from course.errors import CaseError
from examroom import CourseFolder, generate


@pytest.fixture
def exercise(tiny: CourseFolder) -> Exercise:
    generate(tiny, "doubling")
    return Exercise(tiny, "doubling")


def write_case(course: CourseFolder, name: str, text: str) -> None:
    folder = course.root / "tests" / "submissions" / "doubling"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.toml").write_text(text, "utf-8")


def test_a_case_says_what_it_changes_and_what_must_fail(
    tiny: CourseFolder, exercise: Exercise
) -> None:
    write_case(
        tiny,
        "eight",
        'misconception = "总是 8"\n[cells]\ndouble = "double = lambda n: 8"\n'
        '[fails.check-text]\npoints = 0\nmessage = "加倍"\n',
    )
    (case,) = exercise.cases()
    assert case.cells == {"double": "double = lambda n: 8"}
    assert case.expected_points(exercise.maxima) == {"check-number": 2, "check-text": 0}


def case(name: str, cells: str, fails: str) -> Case:
    return Case(name, "doubling", name, dict.fromkeys(cells, ""), dict.fromkeys(fails, Expected(0)))


@pytest.mark.parametrize(
    ("one", "other", "fit"),
    [
        (case("甲", "a", "x"), case("乙", "b", "y"), True),
        (case("甲", "a", "x"), case("乙", "a", "y"), False),
        (case("甲", "a", "x"), case("乙", "b", "x"), False),
    ],
    ids=["another task", "the same task", "the same check"],
)
def test_cases_share_a_submission_that_touch_nothing_of_each_other(
    one: Case, other: Case, fit: bool
) -> None:
    assert one.fits(other) is other.fits(one) is fit


@pytest.mark.parametrize(
    "text",
    [
        'misconception = "x"\n[cells]\ntriple = ""\n',
        'misconception = "x"\n[cells]\n[fails.check-other]\npoints = 0\n',
        "[cells]\n",
        'misconception = "x"\n[cells]\n[fails.check-text]\nscore = 0\n',
        "not toml",
    ],
)
def test_a_malformed_case_is_refused(text: str, tiny: CourseFolder, exercise: Exercise) -> None:
    write_case(tiny, "bad", text)
    with pytest.raises(CaseError, match="bad"):
        exercise.cases()


def test_the_reference_hands_in_the_solutions(exercise: Exercise, tmp_path: Path) -> None:
    exercise.write(exercise.reference(), tmp_path / "in")
    notebook = nbformat.read(tmp_path / "in" / "doubling.ipynb", as_version=4)
    assert notebook.cells[0].source == "def double(number):\n    return number * 2"


def test_the_untouched_release_is_handed_in_as_it_was(
    tiny: CourseFolder, exercise: Exercise, tmp_path: Path
) -> None:
    case = exercise.untouched()
    exercise.write(case, tmp_path / "in")
    release = nbformat.read(tiny.root / "release/doubling/doubling.ipynb", as_version=4)
    assert nbformat.read(tmp_path / "in" / "doubling.ipynb", as_version=4) == release
    assert set(case.expected_points(exercise.maxima).values()) == {0}


def test_two_cases_mix_when_they_answer_different_tasks() -> None:
    one = Case("一", "05", "甲", {"a": "1"}, {"check-a": Expected(0)})
    other = Case("二", "05", "乙", {"b": "2"}, {"check-b": Expected(1)})
    mixed = one + other
    assert mixed.cells == {"a": "1", "b": "2"}
    assert mixed.expected_points({"check-a": 2, "check-b": 2, "check-c": 2}) == {
        "check-a": 0,
        "check-b": 1,
        "check-c": 2,
    }
