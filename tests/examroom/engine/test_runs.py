"""Runs as their user starts and stops them: processes, signals, several machines."""

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from examroom import CourseFolder
from examroom.sandbox.account import ACCOUNT
from tests.examroom.engine.conftest import HANGS, IN_TURN, RIGHT, hand_in, rows

STUDENTS = 24
SOLUTIONS = [RIGHT, IN_TURN, None, HANGS]
COMMAND = [sys.executable, "-m", "course", "grade", "waiting", "--json"]
NEVER = (
    "import time\n\nasync def both(fetch):\n    import threading\n    threading.Event().wait()\n"
)


@pytest.fixture(scope="module")
def handed_in(generated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = Path(shutil.copytree(generated, tmp_path_factory.mktemp("class") / "course"))
    for number in range(STUDENTS):
        hand_in(CourseFolder(root), f"student{number:02}", SOLUTIONS[number % len(SOLUTIONS)])
    return root


@pytest.fixture
def course_of_many(handed_in: Path, tmp_path: Path) -> CourseFolder:
    return CourseFolder(Path(shutil.copytree(handed_in, tmp_path / "course")))


@pytest.fixture(scope="module")
def undisturbed(handed_in: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The gradebook of a run that nothing happened to."""
    course = CourseFolder(Path(shutil.copytree(handed_in, tmp_path_factory.mktemp("calm") / "c")))
    subprocess.run(COMMAND, cwd=course.root, check=True, capture_output=True)
    return rows(course)


def inside() -> set[int]:
    """Processes of sandboxes on this machine, by their account (as root) or their program."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            uid = next(x for x in status.read_text().splitlines() if x.startswith("Uid:"))
            command = (status.parent / "cmdline").read_bytes()
        except (OSError, StopIteration):
            continue
        if str(ACCOUNT) in uid.split() or b"zygote/boot.py" in command:
            found.add(int(status.parent.name))
    return found


def children(process: int) -> set[int]:
    """Sandboxes' processes that descend from this one."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(fields[1])
    found = {process}
    while more := {p for p, parent in parents.items() if parent in found} - found:
        found |= more
    return found & inside()


def await_(condition: Any, what: str) -> None:
    """Wait for something that must come; minutes are for a very busy machine."""
    end = time.monotonic() + 180
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.01)


def recorded(course: CourseFolder) -> int:
    return sum(1 for _ in (course.root / "autograded").glob("*/waiting/waiting.ipynb"))


@contextmanager
def running(course: CourseFolder, *options: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [*COMMAND, *options],
        cwd=course.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        # a shell starts what it does not wait for with Ctrl-C ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_run_killed_at_random_moments_goes_on_and_loses_nothing(
    course_of_many: CourseFolder, undisturbed: Any
) -> None:
    moments = random.Random(4)
    for _ in range(10):
        with running(course_of_many) as process:
            # at a random moment after the first sign of work, or before any
            goal = recorded(course_of_many) + moments.choice([0, 1, 1, 2, 3])
            await_(
                lambda goal=goal, process=process: (
                    recorded(course_of_many) >= goal or process.poll() is not None
                ),
                "the run stands still",
            )
            for _ in range(moments.randrange(2000)):
                pass
            mine = children(process.pid)
            process.kill()
            process.wait()
            await_(lambda mine=mine: not mine & inside(), "a sandbox outlived its run")
    done = subprocess.run(COMMAND, cwd=course_of_many.root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)) == STUDENTS
    assert rows(course_of_many) == undisturbed
    assert recorded(course_of_many) == STUDENTS


def test_ctrl_c_stops_at_once_and_says_how_to_go_on(
    course_of_many: CourseFolder, undisturbed: Any
) -> None:
    hand_in(course_of_many, "student00", NEVER)
    with running(course_of_many) as process:
        await_(lambda: recorded(course_of_many) >= 3, "the run stands still")
        mine = children(process.pid)
        assert mine
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        _, said = process.communicate()
        took = time.monotonic() - began
    assert process.returncode == 130
    assert "再运行一次" in said
    assert "Traceback" not in said
    assert took < 30  # two seconds on an idle machine; no test depends on how busy this one is
    await_(lambda: not mine & inside(), "a sandbox outlived its run")
    hand_in(course_of_many, "student00", RIGHT)
    subprocess.run(COMMAND, cwd=course_of_many.root, check=True, capture_output=True)
    assert rows(course_of_many) == undisturbed


def test_several_machines_one_of_which_is_lost(
    course_of_many: CourseFolder, undisturbed: Any, tmp_path: Path
) -> None:
    address_file = tmp_path / "scheduler.json"
    scheduler = [sys.executable, "-m", "dask", "scheduler", "--host", "127.0.0.1", "--port", "0"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
    started = [
        subprocess.Popen(
            [*scheduler, "--no-dashboard", "--scheduler-file", str(address_file)],
            **quiet,  # type: ignore[call-overload]
        )
    ]
    try:
        await_(address_file.exists, "the scheduler does not start")
        await_(lambda: address_file.read_text().endswith("}"), "the scheduler does not start")
        address = json.loads(address_file.read_text())["address"]
        worker = [sys.executable, "-m", "dask", "worker", address, "--nthreads", "1"]
        for _ in range(2):
            started.append(
                subprocess.Popen(
                    [*worker, "--no-dashboard", "--no-nanny", "--host", "127.0.0.1"],
                    **quiet,  # type: ignore[call-overload]
                )
            )
        with running(course_of_many, "--scheduler", address) as process:
            await_(
                lambda: recorded(course_of_many) >= 3 or process.poll() is not None,
                "the run stands still",
            )
            started[1].kill()
            # an orderly end would hand its work over
            told, said = process.communicate()
        assert process.returncode == 0, said
        assert len(json.loads(told)) == STUDENTS
        assert rows(course_of_many) == undisturbed
        assert list(tmp_path.glob("*/gradebook.db")) == [course_of_many.root / "gradebook.db"]
    finally:
        for each in started:
            each.kill()
            each.wait()


def test_a_scheduler_that_is_not_there_is_one_sentence(course_of_many: CourseFolder) -> None:
    done = subprocess.run(
        [*COMMAND, "--scheduler", "tcp://127.0.0.1:9"],
        cwd=course_of_many.root,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "连不上 Dask 调度器 tcp://127.0.0.1:9" in done.stderr.replace("\n", "")
    assert "Traceback" not in done.stderr
