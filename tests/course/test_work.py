from pathlib import Path

import pytest

from course.errors import WorkError
from course.work import start
from examroom import CourseFolder


@pytest.fixture
def course(tmp_path: Path) -> CourseFolder:
    release = tmp_path / "release" / "05-x"
    (release / "data").mkdir(parents=True)
    (release / "exercises.ipynb").write_text("{}")
    (release / "data" / "pages.txt").write_text("一")
    return CourseFolder(tmp_path)


def test_the_release_is_copied_whole(course: CourseFolder) -> None:
    work, copied = start(course, "05-x")
    assert work == course.root / "work" / "05-x"
    assert [str(p.relative_to(work)) for p in copied] == ["data/pages.txt", "exercises.ipynb"]


def test_work_is_never_overwritten(course: CourseFolder) -> None:
    work, _ = start(course, "05-x")
    (work / "exercises.ipynb").write_text("我的答案")
    (work / "data" / "pages.txt").unlink()
    _, copied = start(course, "05-x")
    assert (work / "exercises.ipynb").read_text() == "我的答案"
    assert copied == [work / "data" / "pages.txt"]


def test_an_unknown_name_is_answered_with_the_known_ones(course: CourseFolder) -> None:
    with pytest.raises(WorkError, match="05-x"):
        start(course, "06-y")
