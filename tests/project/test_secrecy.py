"""Nothing that a student receives holds a solution or a hidden test."""

import re

import nbformat
import pytest

from examroom import CourseFolder

MARKERS = ("BEGIN SOLUTION", "END SOLUTION", "BEGIN STARTER", "HIDDEN TESTS", "MARK SCHEME")


def regions(source: str, begin: str, end: str) -> list[str]:
    return re.findall(rf"### {begin}\n(.*?)\n\s*### (?:BEGIN STARTER|{end})", source, re.DOTALL)


def test_every_assignment_is_released(project: CourseFolder) -> None:
    assert project.releases() == project.sources()


def test_only_what_students_need_is_released(project: CourseFolder) -> None:
    released = (p for p in (project.root / "release").rglob("*") if p.is_file())
    assert [p for p in released if p.suffix in (".md", ".py", ".html", ".toml")] == []


@pytest.mark.parametrize("marker", MARKERS)
def test_no_marker_is_left(marker: str, project: CourseFolder) -> None:
    released = [p for p in (project.root / "release").rglob("*") if p.is_file()]
    assert released
    assert [p for p in released if marker in p.read_text("utf-8", errors="replace")] == []


def test_no_released_file_holds_the_body_of_a_solution_or_hidden_test(
    project: CourseFolder,
) -> None:
    everything = "\n".join(
        cell.source
        for path in (project.root / "release").rglob("*.ipynb")
        for cell in nbformat.read(path, as_version=4).cells
    )
    secrets = [
        body
        for path in (project.root / "source").rglob("*.ipynb")
        for cell in nbformat.read(path, as_version=4).cells
        for body in [
            *regions(cell.source, "BEGIN SOLUTION", "END SOLUTION"),
            *regions(cell.source, "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"),
        ]
    ]
    assert secrets
    assert [body for body in secrets if body in everything] == []


def test_a_release_forgets_that_its_source_had_a_text(project: CourseFolder) -> None:
    for path in (project.root / "release").rglob("*.ipynb"):
        assert not {"jupytext", "course"} & nbformat.read(path, as_version=4).metadata.keys()
