"""pyproject.toml, environment.yml, requirements.lock and the workflow speak of the same things."""

import re
import tomllib

import pytest
import yaml

from examroom import CourseFolder

# conda-forge has no environment markers, and uvloop does not exist on Windows: pip brings it, and
# what is on PyPI only
BROUGHT_BY_PIP = {"httpx2", "mysql-mimic", "uvloop"}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def split(requirement: str) -> tuple[str, str]:
    match = re.fullmatch(r"([\w.-]+)\s*([^;]*?)\s*(?:;.*)?", requirement)
    assert match, requirement
    return normal(match[1]), match[2]


@pytest.fixture
def declared(project: CourseFolder) -> dict[str, str]:
    data = tomllib.loads((project.root / "pyproject.toml").read_text("utf-8"))["project"]
    return {"python": data["requires-python"]} | dict(map(split, data["dependencies"]))


def test_conda_has_the_same_ranges(project: CourseFolder, declared: dict[str, str]) -> None:
    environment = yaml.safe_load((project.root / "environment.yml").read_text("utf-8"))
    listed = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    conda = dict(map(split, listed))
    assert conda.pop("pip") == ""
    assert conda == {k: v for k, v in declared.items() if k not in BROUGHT_BY_PIP}


def test_conda_installs_the_course_itself_by_pip(project: CourseFolder) -> None:
    environment = yaml.safe_load((project.root / "environment.yml").read_text("utf-8"))
    assert environment["dependencies"][-1] == {"pip": ["-e .[grading]"]}
    assert environment["channels"] == ["conda-forge"]


def test_the_lock_pins_every_dependency_with_hashes(
    project: CourseFolder, declared: dict[str, str]
) -> None:
    lock = (project.root / "requirements.lock").read_text("utf-8")
    pinned = re.findall(r"^([\w.-]+)==[^\n]*\\\n    --hash=sha256:", lock, re.MULTILINE)
    assert declared.keys() - {normal(name) for name in pinned} == {"python"}
    assert len(re.findall(r"^[\w.-]+==", lock, re.MULTILINE)) == len(pinned)


def test_the_lock_names_no_address_and_no_folder(project: CourseFolder) -> None:
    lock = (project.root / "requirements.lock").read_text("utf-8")
    assert not re.search(r"https?://|file:|index-url|find-links|/(root|home|opt|work)/", lock)


def test_a_student_needs_neither_dask_nor_playwright(declared: dict[str, str]) -> None:
    assert not declared.keys() & {"dask", "distributed", "playwright", "pytest-xdist"}


def test_ci_runs_every_supported_python(project: CourseFolder) -> None:
    workflow = yaml.safe_load((project.root / ".github/workflows/ci.yml").read_text("utf-8"))
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]
