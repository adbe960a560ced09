import shutil
from pathlib import Path

import pytest

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
