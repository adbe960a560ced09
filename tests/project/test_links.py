"""Links between notebooks lead somewhere, and call a chapter what it calls itself."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from examroom import CourseFolder
from tests.conftest import PROJECT

PAGES = [*sorted(PROJECT.glob("notebooks/*.md")), *sorted(PROJECT.glob("source/*/*.md"))]
LINK = re.compile(r"\[([^\]\n]+)\]\(((?!https?:)[^)\s#]+\.(?:ipynb|md))\)")


def title(chapter: Path) -> str:
    """A chapter's heading without the section of the original in brackets."""
    found = re.search(r"^# (.+?)(?:（[^（）]*）)?$", chapter.read_text("utf-8"), re.MULTILINE)
    assert found, chapter
    return found[1]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_every_link_leads_to_a_notebook_of_that_name(page: Path) -> None:
    wrong = []
    for text, target in LINK.findall(page.read_text("utf-8")):
        chapter = (page.parent / target).resolve().with_suffix(".md")
        if not chapter.exists() or (re.match(r"\d\d · ", text) and text != title(chapter)):
            wrong.append((text, target))
    assert wrong == []


def test_chapters_form_a_chain(project: CourseFolder) -> None:
    """Each ends by leading to the next, and names its exercises."""
    chapters = sorted(project.root.glob("notebooks/*.md"))
    for chapter, following in pairwise(chapters):
        last = chapter.read_text("utf-8").rpartition("**下一步**")[2]
        assert f"({following.stem}.ipynb)" in last, chapter.stem
    for chapter in chapters[1:]:
        text = chapter.read_text("utf-8")
        assert f"course start {chapter.stem}" in text
        assert f"work/{chapter.stem}/exercises.ipynb" in text
