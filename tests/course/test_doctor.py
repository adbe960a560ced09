import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from course import doctor


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
