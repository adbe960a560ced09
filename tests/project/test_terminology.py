"""One Chinese word for one English term, introduced where docs/terminology.md says."""

import re

import nbformat
import pytest

from examroom import CourseFolder

# 中文 (English): the form in which a text introduces a term
GLOSS = re.compile(
    r"([\u4e00-\u9fffA-Za-z/ ]*[\u4e00-\u9fff a-zA-Z])\**」?\** \(([A-Za-z][A-Za-z /-]+)\)"
)


@pytest.fixture(scope="module")
def glossary(project: CourseFolder) -> dict[str, tuple[str, str, list[str]]]:
    """English term → (Chinese, chapter of its first use, translations that are not used)."""
    page = (project.root / "docs" / "terminology.md").read_text("utf-8")
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| (\d\d) \| ([^|]*)\|$", page, re.MULTILINE)
    return {
        english: (chinese, chapter, [each for each in re.split("、", unused.strip()) if each])
        for chinese, english, chapter, unused in rows
    }


@pytest.fixture(scope="module")
def texts(project: CourseFolder) -> dict[str, str]:
    """What the chapters and exercises say in Markdown, without code; chapters first."""
    chapters = sorted(project.root.glob("notebooks/*.ipynb"))
    return {
        str(path.relative_to(project.root)): "\n".join(
            re.sub(r"```.*?```|`[^`\n]*`", "", cell.source, flags=re.DOTALL)
            for cell in nbformat.read(path, as_version=4).cells
            if cell.cell_type == "markdown"
        )
        for path in [*chapters, *sorted(project.root.glob("source/*/*.ipynb"))]
    }


def glosses(text: str) -> list[tuple[str, str]]:
    return [(before.strip(), english.strip()) for before, english in GLOSS.findall(text)]


def test_a_term_has_one_translation(
    glossary: dict[str, tuple[str, str, list[str]]], texts: dict[str, str]
) -> None:
    wrong = [
        (name, before, english)
        for name, text in texts.items()
        for before, english in glosses(text)
        if english in glossary and not before.endswith(glossary[english][0])
    ]
    assert wrong == []


def test_every_term_that_a_text_introduces_is_listed(
    glossary: dict[str, tuple[str, str, list[str]]], texts: dict[str, str]
) -> None:
    unknown = {
        (name, before[-8:], english)
        for name, text in texts.items()
        for before, english in glosses(text)
        if english not in glossary
    }
    assert unknown == set()


def test_a_term_is_introduced_where_the_table_says(
    glossary: dict[str, tuple[str, str, list[str]]], texts: dict[str, str]
) -> None:
    first: dict[str, str] = {}
    for name, text in texts.items():
        for _, english in glosses(text):
            first.setdefault(english, name.removeprefix("notebooks/")[:2])
    listed = {english: chapter for english, (_, chapter, _) in glossary.items()}
    assert {e: (listed[e], first.get(e)) for e in listed if listed[e] != first.get(e)} == {}


def test_one_chinese_word_stands_for_one_term(
    glossary: dict[str, tuple[str, str, list[str]]],
) -> None:
    words = [chinese for chinese, _, _ in glossary.values()]
    assert sorted({word for word in words if words.count(word) > 1}) == []


def test_other_translations_are_not_used(
    glossary: dict[str, tuple[str, str, list[str]]], texts: dict[str, str]
) -> None:
    """But where a text quotes the original, as the list of its misprints in chapter 00 does."""
    found = [
        (name, other, line.strip()[:60])
        for name, text in texts.items()
        for line in re.sub(r"「.*?」", "", text.partition("\n## 原文的样子")[0]).splitlines()
        if "原文" not in line
        for _, _, unused in glossary.values()
        for other in unused
        if other in line
    ]
    assert found == []
