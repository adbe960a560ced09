import nbformat
import pytest

from examroom import CourseFolder, FolderError, ReleaseError, differences, generate


def test_the_release_has_stubs_for_solutions(tiny: CourseFolder) -> None:
    generate(tiny, "doubling")
    notebook = nbformat.read(tiny.root / "release/doubling/doubling.ipynb", as_version=4)
    assert "number * 2" not in notebook.cells[0].source
    assert "NotImplementedError" in notebook.cells[0].source


def test_a_fresh_release_has_no_differences(tiny: CourseFolder) -> None:
    generate(tiny, "doubling")
    assert differences(tiny, "doubling") == []


def test_a_missing_a_stale_and_a_superfluous_file_are_named(tiny: CourseFolder) -> None:
    assert differences(tiny, "doubling") == ["doubling.ipynb"]
    generate(tiny, "doubling")
    release = tiny.root / "release" / "doubling"
    notebook = release / "doubling.ipynb"
    notebook.write_text(notebook.read_text("utf-8").replace("两倍", "四倍"), "utf-8")
    (release / "left-over.csv").touch()
    assert differences(tiny, "doubling") == ["doubling.ipynb", "left-over.csv"]


def test_looking_for_differences_writes_nothing(tiny: CourseFolder) -> None:
    before = sorted(tiny.root.rglob("*"))
    differences(tiny, "doubling")
    assert sorted(tiny.root.rglob("*")) == before


def test_an_unknown_assignment_is_refused(tiny: CourseFolder) -> None:
    with pytest.raises(FolderError):
        generate(tiny, "tripling")


def test_a_failure_leaves_the_release_as_it_was(tiny: CourseFolder) -> None:
    generate(tiny, "doubling")
    release = tiny.root / "release/doubling/doubling.ipynb"
    before = release.read_bytes()
    path = tiny.root / "source/doubling/doubling.ipynb"
    path.write_text(path.read_text("utf-8").replace("### END SOLUTION", ""), "utf-8")
    with pytest.raises(ReleaseError):
        generate(tiny, "doubling")
    assert release.read_bytes() == before


def test_a_malformed_source_is_an_error_with_its_reason(tiny: CourseFolder) -> None:
    path = tiny.root / "source/doubling/doubling.ipynb"
    path.write_text(path.read_text("utf-8").replace("### END SOLUTION", ""), "utf-8")
    with pytest.raises(ReleaseError, match="没有对应的 ### END SOLUTION"):
        generate(tiny, "doubling")
