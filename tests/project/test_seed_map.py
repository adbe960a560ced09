"""docs/seed-map.md accounts for all of the original tutorial, and what it points to exists."""

import re
from functools import cache
from pathlib import Path

import pytest

from course.cases import Exercise
from examroom import CourseFolder

SECTIONS = (
    *("一 1.1", "一 1.2", "一 1.3", "一 1.3.1", "一 1.4", "一 协程的意义"),
    *(f"二 3.{number}" for number in range(1, 10)),
    *(f"三 3.{number}" for number in range(1, 4)),
)
# the lines of the original on which its code blocks begin, and those of its lost pictures
SNIPPETS = (20, 44, 63, 112, 124, 154, 182, 200, 223, 268, 299, 335, 372, 403, 432, 450, 475, 515,
            545, 585, 634, 699, 727, 764)  # fmt: skip
PICTURES = (436, 444, 527, 531, 673, 679, 687, 691, 800, 804, 822)
DEFECTS, CLAIMS = range(1, 59), range(59, 87)
EVERYTHING = {
    "章节": list(SECTIONS),
    "程序": [f"L{line}" for line in SNIPPETS],
    "丢失的图": [f"L{line}" for line in PICTURES],
    "错误": [str(number) for number in DEFECTS],
    "说法": [str(number) for number in CLAIMS],
    "其他": ["87", "88"],
}


@pytest.fixture(scope="module")
def tables(project: CourseFolder) -> dict[str, list[list[str]]]:
    """The page's tables by their headings, rows of cells without the header."""
    page = (project.root / "docs" / "seed-map.md").read_text("utf-8")
    found = {}
    for part in page.split("\n## ")[1:]:
        title, _, body = part.partition("\n")
        lines = [line for line in body.splitlines() if line.startswith("| ")][2:]
        split = (re.split(r"(?<!\\)\|", line.strip("|")) for line in lines)
        found[title] = [[cell.strip().replace(r"\|", "|") for cell in row] for row in split]
    return found


def places(cell: str) -> list[tuple[str, str]]:
    """Chapter and heading of every place that a cell names."""
    return re.findall(r"\]\(\.\./notebooks/([\w-]+)\.md\) › (.+?)(?=；\[|$)", cell)


@pytest.mark.parametrize("title", EVERYTHING)
def test_all_of_the_original_is_listed_once_and_in_order(
    title: str, tables: dict[str, list[list[str]]]
) -> None:
    assert [row[0] for row in tables[title]] == EVERYTHING[title]


@pytest.mark.parametrize("title", EVERYTHING)
def test_every_row_points_to_sections_that_exist(
    title: str, tables: dict[str, list[list[str]]], project: CourseFolder
) -> None:
    @cache
    def headings(chapter: str) -> set[str]:
        path: Path = project.root / "notebooks" / f"{chapter}.md"
        return set(re.findall(r"^#+ (.+?)\s*$", path.read_text("utf-8"), re.MULTILINE))

    lost = []
    for row in tables[title]:
        named = [place for cell in row[1:] for place in places(cell)]
        lost += [(row[0], place) for place in named if place[1] not in headings(place[0])]
        if not named:
            lost.append((row[0], ("nowhere", "")))
    assert lost == []


def test_every_gradable_defect_has_a_task_that_exists(
    tables: dict[str, list[list[str]]], project: CourseFolder
) -> None:
    """One that is not graded says why."""
    known = {name: Exercise(project, name) for name in project.releases()}
    lost = []
    for number, *_, tasks in (row for title in ("错误", "说法", "其他") for row in tables[title]):
        if re.fullmatch("—（.+）", tasks) or (tasks == "—" and int(number) in CLAIMS):
            continue
        for assignment, ids in re.findall(r"([\w-]+)：((?:`[\w-]+`、?)+)", tasks):
            exercise = known[assignment]
            cells = {**exercise.solutions, **exercise.maxima, **exercise.reflections}
            lost += [(number, name) for name in re.findall(r"`([\w-]+)`", ids) if name not in cells]
        if not re.search(r"[\w-]+：`", tasks):
            lost.append((number, tasks))
    assert lost == []
