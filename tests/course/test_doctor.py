import os
import re
import shutil
import sys
import tempfile
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import nbformat
import pytest

from asynclab.database import mariadb
from asynclab.database.mariadb import Binaries
from course import doctor
from examroom import CourseFolder


def finding(name: str) -> doctor.Finding:
    return next(f for f in doctor.examine() if f.name == name)


def test_what_the_course_cannot_do_without_is_here() -> None:
    assert [f.name for f in doctor.examine() if f.required and not f.found] == []


def test_another_python_is_a_required_thing_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 0))
    python = finding("Python")
    assert python.required
    assert not python.found
    assert "3.11" in python.detail


@pytest.mark.parametrize(
    ("name", "advice"),
    [("沙箱 bubblewrap", "bubblewrap"), ("MariaDB", "mariadb-server"), ("Chromium", "chromium")],
)
def test_a_missing_program_comes_with_how_to_get_it(
    name: str, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor.shutil, "which", lambda program, path=None: None)
    missing = finding(name)
    assert not missing.found
    assert not missing.required
    assert f"apt install {advice}" in missing.detail


def test_a_missing_package_names_its_chapter(monkeypatch: pytest.MonkeyPatch) -> None:
    def without(name: str) -> str:
        if name == "fastapi":
            raise PackageNotFoundError(name)
        return "1"

    monkeypatch.setattr(doctor, "version", without)
    packages = finding("各章用到的包")
    assert packages.required
    assert "fastapi（第 18 章）" in packages.detail
    assert "greenlet" not in packages.detail


# what comes with one of the packages, or is written by the chapter itself
BROUGHT = {"anyio", "counting", "packaging", "pydantic", "pymysql"}


def test_all_that_chapters_import_is_looked_for(project: CourseFolder) -> None:
    known = {"asynclab", "IPython", "nest_asyncio", "uvloop", *sys.stdlib_module_names, *BROUGHT}
    known |= {name.replace("-", "_") for name in doctor._CHAPTERS}
    unknown = {
        (path.stem, name)
        for path in sorted((project.root / "notebooks").glob("*.ipynb"))
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "code" and "raises-exception" not in cell.metadata.get("tags", [])
        for name in re.findall(r"^(?:import|from) (\w+)", cell.source, re.MULTILINE)
        if name not in known
    }
    assert unknown == set()


def test_mariadb_is_what_the_course_would_start(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Binaries(Path("/opt/mysqld"), None)
    monkeypatch.setattr(mariadb, "find_server", lambda: found)
    assert finding("MariaDB").detail == "MySQL（/opt/mysqld）"


def test_a_sandbox_that_the_system_forbids_does_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = Path(tempfile.mkdtemp())  # the sandbox's account cannot see into tmp_path
    folder.chmod(0o755)
    refusing = folder / "bwrap"
    refusing.write_text(
        "#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n"
    )
    refusing.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    sandbox = finding("沙箱 bubblewrap")
    assert not sandbox.found
    assert "uid map" in sandbox.detail
    assert "apparmor_restrict_unprivileged_userns=0" in sandbox.detail
    shutil.rmtree(folder)


def test_a_machine_without_chinese_fonts_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib import font_manager

    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    assert "fonts-noto-cjk" in finding("中文字体").detail
