import copy
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_notebook, new_output

from examroom import CourseFolder, register
from examroom.errors import PaperError
from examroom.paper import NotebookJSON, prepare
from tests.conftest import check_cell
from tests.examroom.bookkeeping.course import make


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("mixed")).root


@pytest.fixture
def course(generated: Path, tmp_path: Path) -> CourseFolder:
    """The course `mixed`, released: every kind of cell in `first`, one check in `second`."""
    return CourseFolder(Path(shutil.copytree(generated, tmp_path / "course")))


@pytest.fixture
def released(course: CourseFolder) -> Path:
    return course.root / "release" / "mixed" / "first.ipynb"


def edit(path: Path, change: Callable[[NotebookNode], None]) -> None:
    notebook = nbformat.read(path, as_version=4)
    change(notebook)
    nbformat.write(notebook, path)


def cell(notebook: NotebookJSON, grade_id: str) -> NotebookJSON:
    cells: list[NotebookJSON] = notebook["cells"]
    (found,) = [c for c in cells if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id]
    return found


def test_it_has_the_released_stubs_and_the_complete_tests(course: CourseFolder) -> None:
    paper = prepare(course, "mixed")
    first = paper.notebooks["first"]
    assert (paper.assignment, list(paper.notebooks)) == ("mixed", ["first", "second"])
    assert first["cells"][0]["source"] == "# 第一本"
    assert "NotImplementedError" in cell(first, "add")["source"]
    assert "BEGIN HIDDEN TESTS\nassert 1\n" in cell(first, "check-noise")["source"]
    assert "给分办法" in cell(first, "task")["source"]
    for by_hand, solution in (("by-hand", "return a + b"), ("essay", "答")):
        assert solution not in cell(first, by_hand)["source"]


def test_it_is_plain_data_without_outputs(course: CourseFolder, released: Path) -> None:
    def execute(notebook: NotebookNode) -> None:
        cell(notebook, "add").update(outputs=[new_output("stream", text="旧")], execution_count=3)

    edit(released, execute)
    first = prepare(course, "mixed").notebooks["first"]
    assert {type(part) for part in (first, *first["cells"])} == {dict}
    assert cell(first, "add")["outputs"] == []
    assert cell(first, "add")["execution_count"] is None


def test_what_was_changed_in_the_release_is_as_the_gradebook_has_it(
    course: CourseFolder, released: Path
) -> None:
    before = prepare(course, "mixed").notebooks

    def tamper(notebook: NotebookNode) -> None:
        notebook.metadata.kernelspec.name = "other"
        cell(notebook, "check-noise")["source"] = "pass"
        cell(notebook, "check-noise")["metadata"]["nbgrader"]["points"] = 1000
        cell(notebook, "add")["metadata"]["nbgrader"]["checksum"] = "0"

    edit(released, tamper)
    assert prepare(course, "mixed").notebooks == before


def test_its_files_are_the_released_ones(course: CourseFolder, released: Path) -> None:
    released.with_name("left.pyc").touch()
    checkpoints = released.with_name(".ipynb_checkpoints")
    checkpoints.mkdir()
    (checkpoints / "first-checkpoint.ipynb").touch()
    files = prepare(course, "mixed").files
    assert files == {"data/table.csv": b"a,b\n", "own.py": b"# write your own\n"}


def test_the_digest_changes_with_cells_and_files_only(course: CourseFolder, released: Path) -> None:
    digest = prepare(course, "mixed").digest
    register(course, "mixed")
    assert prepare(course, "mixed").digest == digest
    released.with_name("own.py").write_text("pass\n", "utf-8")
    other = prepare(course, "mixed").digest
    edit(released, lambda notebook: notebook.cells[0].update(source="# 第一"))
    assert len({digest, other, prepare(course, "mixed").digest}) == 3


def test_the_folders_may_have_other_names(course: CourseFolder, released: Path) -> None:
    course.config.CourseDirectory.release_directory = "handout"
    course.config.CourseDirectory.directory_structure = "{assignment_id}/{nbgrader_step}"
    (course.root / "mixed").mkdir()
    released.parent.rename(course.root / "mixed" / "handout")
    assert list(prepare(course, "mixed").notebooks) == ["first", "second"]


def test_an_assignment_that_was_not_released_says_how_to_release_it(course: CourseFolder) -> None:
    with pytest.raises(PaperError, match="course release tripling"):
        prepare(course, "tripling")


def test_an_assignment_that_the_gradebook_does_not_know_is_refused(course: CourseFolder) -> None:
    (course.root / "gradebook.db").unlink()
    with pytest.raises(PaperError, match=r"成绩册里没有作业 mixed.*course release mixed"):
        prepare(course, "mixed")


def lose(notebook: NotebookNode) -> None:
    notebook.cells.remove(cell(notebook, "check-error"))


def gain(notebook: NotebookNode) -> None:
    notebook.cells.append(check_cell("check-error-2", "pass"))


def repeat(notebook: NotebookNode) -> None:
    notebook.cells.append(copy.deepcopy(cell(notebook, "check-error")))
    notebook.cells[-1].id = "again"


def turn(notebook: NotebookNode) -> None:
    flags = cell(notebook, "check-error")["metadata"]["nbgrader"]
    flags.update(grade=False, solution=True, locked=False)


@pytest.mark.parametrize("change", [lose, gain, repeat, turn])
def test_a_release_whose_cells_are_not_the_gradebooks_is_out_of_date(
    course: CourseFolder, released: Path, change: Callable[[NotebookNode], None]
) -> None:
    edit(released, change)
    with pytest.raises(PaperError, match=r"笔记本 first，单元 check-error.*course release mixed"):
        prepare(course, "mixed")


def test_a_release_with_more_or_fewer_notebooks_is_out_of_date(
    course: CourseFolder, released: Path
) -> None:
    nbformat.write(new_notebook(), released.with_name("third.ipynb"))
    with pytest.raises(PaperError, match="笔记本 third"):
        prepare(course, "mixed")
    released.unlink()
    with pytest.raises(PaperError, match="笔记本 first"):
        prepare(course, "mixed")


def test_a_damaged_release_is_an_error(course: CourseFolder, released: Path) -> None:
    released.write_text("not a notebook", "utf-8")
    with pytest.raises(PaperError, match="读不了"):
        prepare(course, "mixed")
