import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from examroom.errors import SandboxError
from examroom.sandbox import Sandbox
from examroom.sandbox.account import is_root
from examroom.sandbox.bubblewrap import folders
from tests.conftest import PROJECT

ONLY_WAY = "--unsafe-no-sandbox"


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The only folder in which programs are found, with what root's sandbox needs but bwrap.

    The sandbox's account must reach it, so it is not pytest's own.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        for tool in ("unshare", "setpriv", "mount", "mkdir", "sh", "echo"):
            (folder / tool).symlink_to(str(shutil.which(tool)))
        monkeypatch.setenv("PATH", name)
        yield folder


def program(folder: Path, script: str) -> None:
    file = folder / "bwrap"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


@pytest.mark.usefixtures("tools")
def test_without_bubblewrap_it_says_how_to_install_it() -> None:
    with pytest.raises(SandboxError, match="sudo apt install bubblewrap") as error:
        Sandbox()
    assert ONLY_WAY in str(error.value)


def test_where_namespaces_are_forbidden_it_says_how_to_allow_them(tools: Path) -> None:
    """As Ubuntu 24.04 answers an ordinary user."""
    said = "bwrap: setting up uid map: Permission denied"
    program(tools, f"echo '{said}' >&2; exit 1")
    with pytest.raises(SandboxError) as error:
        Sandbox()
    text = str(error.value)
    assert said in text
    assert "sysctl kernel.apparmor_restrict_unprivileged_userns=0" in text
    assert "--privileged" in text
    assert ONLY_WAY in text


def test_a_sandbox_that_says_nothing_is_none(tools: Path) -> None:
    program(tools, "exit 0")
    with pytest.raises(SandboxError, match="沙箱没有启动"):
        Sandbox()


@pytest.mark.skipif(not is_root(), reason="only root needs it")
def test_a_missing_tool_of_the_system_is_named(tools: Path) -> None:
    program(tools, "exit 0")
    (tools / "unshare").unlink()
    with pytest.raises(SandboxError, match="unshare"):
        Sandbox()


def test_where_there_is_no_linux_it_says_where_to_grade(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(SandboxError, match="沙箱只有 Linux 上有") as error:
        Sandbox()
    assert "apt" not in str(error.value)
    assert ONLY_WAY in str(error.value)


def test_a_failed_sandbox_leaves_no_folder(
    tools: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tools, "exit 1")
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    with pytest.raises(SandboxError):
        Sandbox()
    assert list(temporary.iterdir()) == []


def test_of_the_project_it_shows_only_what_runs_inside() -> None:
    shown = {path for path in folders().values() if path.is_relative_to(PROJECT / "src")}
    src = PROJECT / "src"
    assert shown == {src / "asynclab", src / "examroom/candidate", src / "examroom/zygote"}
