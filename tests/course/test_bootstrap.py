import subprocess
import sys
from pathlib import Path

import pytest

from course import bootstrap
from course.bootstrap import SetupError


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_supported_pythons_pass(version: tuple[int, int]) -> None:
    bootstrap.check_python(version)


@pytest.mark.parametrize("version", [(3, 6), (3, 10), (3, 14)])
def test_another_python_is_refused_in_one_sentence(version: tuple[int, int]) -> None:
    with pytest.raises(SetupError, match=r"3\.11、3\.12 或 3\.13") as refused:
        bootstrap.check_python(version)
    assert str(refused.value).count("。") == 1


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_venv_is_refused_with_what_to_install(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SetupError, match="python3-venv"):
        bootstrap.check_venv_module()


def test_without_network_one_sentence_says_so(tmp_path: Path) -> None:
    script = "print('urllib3 NewConnectionError: no route'); raise SystemExit(1)"
    with pytest.raises(SetupError, match="网络"):
        bootstrap.run(tmp_path / "log", sys.executable, "-c", script)


def test_another_failure_points_to_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with pytest.raises(SetupError, match=str(log)):
        bootstrap.run(log, sys.executable, "-c", "raise SystemExit('磁盘满了')")
    assert "磁盘满了" in log.read_text("utf-8")


def test_a_second_call_does_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[str, ...]] = []
    monkeypatch.setattr(bootstrap, "run", lambda log, *command: calls.append(command))
    monkeypatch.setattr(bootstrap, "readable_diffs", lambda python: None)
    venv = tmp_path / "env"
    assert bootstrap.build(venv) is True
    assert calls
    calls.clear()
    assert bootstrap.build(venv) is False
    assert not calls


def test_an_interrupted_set_up_is_begun_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(log: Path, *command: str) -> None:
        raise KeyboardInterrupt

    venv = tmp_path / "env"
    monkeypatch.setattr(bootstrap, "run", stop)
    with pytest.raises(KeyboardInterrupt):
        bootstrap.build(venv)
    monkeypatch.setattr(bootstrap, "run", lambda log, *command: None)
    monkeypatch.setattr(bootstrap, "readable_diffs", lambda python: None)
    assert bootstrap.build(venv) is True


def test_another_lock_or_place_means_another_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = bootstrap.fingerprint(tmp_path)
    assert bootstrap.fingerprint(tmp_path) == here
    assert bootstrap.fingerprint(tmp_path / "moved") != here
    lock = bootstrap.PROJECT / "requirements.lock"
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda p: read(p) + b"#" * (p == lock))
    assert bootstrap.fingerprint(tmp_path) != here


def test_a_ready_environment_serves_any_python_but_one_that_was_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "run", lambda log, *command: None)
    monkeypatch.setattr(bootstrap, "readable_diffs", lambda python: None)
    venv = tmp_path / "env"
    bootstrap.build(venv)
    monkeypatch.setattr(bootstrap.platform, "python_version", lambda: "3.12.99")
    assert bootstrap.build(venv) is False
    assert bootstrap.build(venv, chosen=True) is True


def test_stopping_it_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(venv: Path, chosen: bool) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(bootstrap, "build", stop)
    assert bootstrap.main([str(tmp_path)]) == 130
    assert "已停止" in capsys.readouterr().err


def test_uv_is_installed_by_its_hashes() -> None:
    lines = bootstrap.pinned("uv").splitlines()
    assert lines[0].startswith("uv==")
    assert len(lines) > 1
    assert all(line.strip().startswith("--hash=sha256:") for line in lines[1:])


def test_the_user_sees_the_sentence_and_no_traceback(tmp_path: Path) -> None:
    program = (
        "import sys; sys.version_info = (3, 8, 1)\n"
        f"sys.argv = ['bootstrap.py', {str(tmp_path / 'env')!r}]\n"
        "import runpy\n"
        f"runpy.run_path({bootstrap.__file__!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("这里的 Python 是 3.8")
    assert "Traceback" not in done.stderr
