import shutil
from pathlib import Path

import nbgrader.apps.api
import pytest
from nbgrader.converters import Autograde

from examroom import CourseFolder
from tests.examroom.bookkeeping.course import make


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("mixed")).root


@pytest.fixture
def course(generated: Path, tmp_path: Path) -> CourseFolder:
    """A course of its own: `mixed`, generated, nothing handed in."""
    return CourseFolder(Path(shutil.copytree(generated, tmp_path / "course")))


@pytest.fixture
def twin(generated: Path, tmp_path: Path) -> CourseFolder:
    """The same course again, for nbgrader itself to grade."""
    return CourseFolder(Path(shutil.copytree(generated, tmp_path / "twin")))


@pytest.fixture(autouse=True)
def nbgrader_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """A configuration that another test has read may have installed the project's own Autograde."""
    monkeypatch.setattr(nbgrader.apps.api, "Autograde", Autograde)
