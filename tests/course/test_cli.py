"""The command as its user meets it: a process, its output, its exit status."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from examroom import CourseFolder, generate

COMMANDS = ("doctor", "lab", "start", "check", "sync", "release", "mutants", "grade", "demo")


def course(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "course", *arguments],
        cwd=cwd,
        env={**os.environ, "COLUMNS": "120", "PYTHONWARNINGS": ""},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, tmp_path: Path) -> None:
    done = course(command, "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert "Usage" in done.stdout


def test_no_arguments_list_the_commands(tmp_path: Path) -> None:
    listed = course(cwd=tmp_path).stdout
    assert [name for name in COMMANDS if name not in listed] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["start", "05"],
        ["check", "05"],
        ["sync"],
        ["release"],
        ["mutants"],
        ["grade", "05"],
        ["demo"],
        ["lab"],
    ],
)
def test_outside_a_course_there_is_one_sentence_and_no_traceback(
    arguments: list[str], tmp_path: Path
) -> None:
    done = course(*arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert "不在课程文件夹里" in done.stderr.replace("\n", "")
    assert "Traceback" not in done.stderr


def test_doctor_speaks_json(tmp_path: Path) -> None:
    done = course("doctor", "--json", cwd=tmp_path)
    found = {entry["name"]: entry for entry in json.loads(done.stdout)}
    assert found["Python"]["found"]
    assert set(found["Python"]) == {"name", "found", "required", "detail", "purpose"}
    assert done.returncode == 0


def test_start_tells_where_the_work_is(tiny: CourseFolder) -> None:
    generate(tiny, "doubling")
    assert "work/doubling" in course("start", "doubling", cwd=tiny.root).stdout
    again = course("start", "doubling", cwd=tiny.root / "work")
    assert "没有改动它" in again.stdout
    assert again.returncode == 0


def test_release_check_fails_until_released(tiny: CourseFolder) -> None:
    stale = course("release", "--check", cwd=tiny.root)
    assert stale.returncode == 1
    assert "release/doubling/doubling.ipynb 过时了" in stale.stderr
    assert course("release", cwd=tiny.root).returncode == 0
    assert course("release", "--check", cwd=tiny.root).returncode == 0


def test_release_refuses_a_source_whose_text_was_not_synced(tiny: CourseFolder) -> None:
    assert course("sync", cwd=tiny.root).returncode == 0
    text = tiny.root / "source/doubling/doubling.md"
    text.write_text(text.read_text("utf-8") + "\n新的一句。\n", "utf-8")
    done = course("release", cwd=tiny.root)
    assert done.returncode == 1
    assert "先运行 course sync" in done.stderr


def test_a_release_without_source_is_noticed(tiny: CourseFolder) -> None:
    orphan = tiny.root / "release" / "gone"
    orphan.mkdir(parents=True)
    (orphan / "gone.ipynb").touch()
    assert "没有对应的 source/gone" in course("release", cwd=tiny.root).stderr


def test_sync_check_names_the_pair_and_what_to_run(tiny: CourseFolder) -> None:
    done = course("sync", "--check", cwd=tiny.root)
    assert done.returncode == 1
    assert "source/doubling/doubling.ipynb" in done.stderr
    assert "course sync" in done.stderr


def test_sync_of_one_name_leaves_the_others_alone(tiny: CourseFolder) -> None:
    shutil.copytree(tiny.root / "source/doubling", tiny.root / "source/tripling")
    assert course("sync", "doubling", cwd=tiny.root).returncode == 0
    assert (tiny.root / "source/doubling/doubling.md").exists()
    assert not (tiny.root / "source/tripling/doubling.md").exists()
    unknown = course("sync", "halving", cwd=tiny.root)
    assert unknown.returncode == 1
    assert "没有 notebooks/halving.md" in unknown.stderr


def test_demo_refuses_a_folder_that_holds_something(tiny: CourseFolder) -> None:
    done = course("demo", "--folder", "source", cwd=tiny.root)
    assert done.returncode == 1
    assert "不是空文件夹" in done.stderr
