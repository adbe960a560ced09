from collections import Counter

import pytest

from course.cases import Exercise
from course.demo import enrol, together
from examroom import CourseFolder
from tests.conftest import PROJECT

ASSIGNMENTS = CourseFolder(PROJECT).sources()


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_few_submissions_hold_every_case_once(assignment: str, project: CourseFolder) -> None:
    exercise = Exercise(project, assignment)
    shared = together(exercise.cases())
    held = Counter(name for case in shared for name in case.name.split(" + "))
    assert held == Counter(case.name for case in exercise.cases())
    assert len(shared) <= len(held) / 2


def test_a_class_begins_with_the_reference_and_the_untouched_release(project: CourseFolder) -> None:
    pupils = enrol(Exercise(project, "05-async-await"), 3)
    assert [pupil.case.name for pupil in pupils[:2]] == ["reference", "untouched"]
    assert [pupil.student for pupil in pupils] == ["student1", "student2", "student3"]


def test_a_large_class_hands_in_other_mixtures_and_always_the_same(project: CourseFolder) -> None:
    exercise = Exercise(project, "05-async-await")
    pupils = enrol(exercise, 90)
    assert len(pupils) == 90
    assert pupils == enrol(exercise, 90)
    handed_in = Counter(pupil.case.name for pupil in pupils)
    assert handed_in["reference"] == 1
    assert len(handed_in) > 60
