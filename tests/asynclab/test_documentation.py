"""Every example in the documentation and in docstrings is true."""

import doctest
import importlib
import pkgutil

import pytest

import asynclab
from asynclab.findings import TABLE
from examroom import CourseFolder

MODULES = [
    module.name
    for module in pkgutil.walk_packages(asynclab.__path__, "asynclab.")
    if not module.ispkg
]


def test_the_page_about_asynclab(project: CourseFolder) -> None:
    page = str(project.root / "docs" / "asynclab.md")
    result = doctest.testfile(page, module_relative=False, encoding="utf-8", name="asynclab.md")
    assert result.attempted > 20
    assert result.failed == 0


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name: str) -> None:
    module = importlib.import_module(name)
    given = {"asyncio": importlib.import_module("asyncio")}
    assert doctest.testmod(module, extraglobs=given).failed == 0


def test_every_finding_is_listed(project: CourseFolder) -> None:
    page = (project.root / "docs" / "asynclab.md").read_text("utf-8")
    assert [code for code in TABLE if f"`{code}`" not in page] == []


@pytest.mark.parametrize("name", asynclab.exam.__all__)
def test_every_call_of_exam_is_described(name: str, project: CourseFolder) -> None:
    page = (project.root / "docs" / "asynclab.md").read_text("utf-8")
    assert name in page or name in ("Probe", "ScriptResult")
