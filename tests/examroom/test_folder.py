from pathlib import Path

import pytest

from examroom import CourseFolder, FolderError


def test_the_course_is_found_from_any_folder_below(tiny: CourseFolder) -> None:
    assert CourseFolder.find(tiny.root / "source" / "doubling") == tiny


def test_outside_a_course_the_error_says_where_to_go(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="cd"):
        CourseFolder.find(tmp_path)


def test_a_configuration_without_assignments_beside_it_is_not_the_course(
    tiny: CourseFolder,
) -> None:
    work = tiny.root / "work"
    work.mkdir()
    (work / "nbgrader_config.py").touch()
    assert CourseFolder.find(work) == tiny


def test_the_configuration_is_read_with_this_folder_as_its_root(tiny: CourseFolder) -> None:
    assert tiny.config.CourseDirectory.course_id == "tiny"
    assert tiny.config.CourseDirectory.root == str(tiny.root)


def test_an_unknown_assignment_is_answered_with_the_known_ones(tiny: CourseFolder) -> None:
    with pytest.raises(FolderError, match="doubling"):
        tiny.require_source("tripling")


def test_who_handed_in(tiny: CourseFolder) -> None:
    for student in ("yi", "bing"):
        (tiny.root / "submitted" / student / "doubling").mkdir(parents=True)
    (tiny.root / "submitted" / "jia" / "other").mkdir(parents=True)
    assert tiny.submitters("doubling") == ["bing", "yi"]
