import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.sign import NotebookNotary
from nbformat.v4 import new_code_cell, new_notebook

from course import lab
from course.lab import Role


def disabled(role: Role, root: Path) -> set[str]:
    """What JupyterLab itself makes of a role's configuration: the extensions it disables."""
    program = (
        "import json; from jupyterlab_server.config import get_page_config\n"
        "print(json.dumps(get_page_config([])['disabledExtensions']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=lab.environment(role, root),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout))


TOOLS = {f"@jupyter/nbgrader:{tool}" for tool in ("formgrader", "create-assignment", "course-list")}


def test_students_have_no_instructors_tools(tmp_path: Path) -> None:
    assert disabled(Role.STUDENT, tmp_path) >= TOOLS


def test_instructors_have_them(tmp_path: Path) -> None:
    assert not TOOLS & disabled(Role.INSTRUCTOR, tmp_path)


@pytest.mark.parametrize("role", Role)
def test_nobody_is_asked_about_news(role: Role, tmp_path: Path) -> None:
    assert "@jupyterlab/apputils-extension:announcements" in disabled(role, tmp_path)


def test_roles_keep_their_own_settings(tmp_path: Path) -> None:
    student, instructor = (lab.environment(role, tmp_path) for role in Role)
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR"):
        assert student[name] != instructor[name]
        assert student[name].startswith(str(tmp_path / ".jupyter"))


def test_it_listens_on_loopback_and_opens_the_first_page(tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / lab.FIRST_PAGE).touch()
    command = lab.command(tmp_path, browser=False, port=9000)
    assert "--ServerApp.ip=127.0.0.1" in command
    assert "--ServerApp.open_browser=False" in command
    assert "--LabApp.default_url=/lab/tree/notebooks/00-start-here.ipynb" in command


def test_a_course_without_chapters_opens_the_launcher(tmp_path: Path) -> None:
    command = lab.command(tmp_path, browser=False, port=9000)
    assert "--LabApp.default_url=/lab" in command


def test_a_proxy_does_not_stand_between_a_chapter_and_its_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "example.org")
    found = lab.environment(lab.Role.STUDENT, tmp_path)
    assert found["NO_PROXY"] == "127.0.0.1,localhost,example.org"
    assert found["no_proxy"].startswith("127.0.0.1,localhost")


def test_chapters_are_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "notebooks").mkdir()
    chapter = new_notebook(cells=[new_code_cell("1", outputs=[], execution_count=1)])
    nbformat.write(chapter, tmp_path / "notebooks" / "00-a.ipynb")
    lab.trust(tmp_path)
    with NotebookNotary(data_dir=str(tmp_path / "data")) as notary:
        assert notary.check_signature(chapter)
        assert not notary.check_signature(new_notebook(cells=[new_code_cell("2")]))


def test_a_linux_without_display_has_no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert not lab.has_browser()
