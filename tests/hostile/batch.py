"""A class graded as one batch by the real command, and what can be said of it afterwards."""

import hashlib
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from examroom import CourseFolder
from examroom.intake import printable
from tests.hostile.cases.case import Case, Notebook
from tests.hostile.cases.network import PORT, SOCKET
from tests.hostile.kitchen import ASSIGNMENT, NOTEBOOK

WATCH = Path(__file__).with_name("watch.py")
LIMIT_S = 900


@dataclass(frozen=True)
class Run:
    """One run of a command: its status, what it printed, and what was left when it had ended."""

    status: int
    printed: str
    errors: str
    processes: list[str]
    temporary: list[str]
    groups: list[str]


def run(root: Path, *command: str) -> Run:
    """Run a module's command in a course folder, with a temporary folder of its own."""
    # where an account without rights can reach it, too
    temporary = Path(tempfile.mkdtemp(prefix="hostile-", dir="/tmp"))
    temporary.chmod(0o755)
    report = root.parent / f"{root.name}.left"
    before = _groups()
    try:
        done = subprocess.run(
            [sys.executable, str(WATCH), str(report), sys.executable, "-m", *command],
            cwd=root,
            env={**os.environ, "TMPDIR": str(temporary), "HOSTILE": "1"},
            capture_output=True,
            encoding="utf-8",
            timeout=LIMIT_S,
        )
        left = sorted(str(each.relative_to(temporary)) for each in temporary.rglob("*"))
        told = json.loads(report.read_text())
        mark = f"examroom-{told['process']}-"
        groups = sorted(name for name in _groups() - before if name.startswith(mark))
        return Run(done.returncode, done.stdout, done.stderr, told["left"], left, groups)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _groups() -> set[str]:
    """Names of all control groups; os.walk does not mind that some vanish meanwhile."""
    return {Path(folder).name for folder, _, _ in os.walk("/sys/fs/cgroup")}


def hand_in(folder: CourseFolder, submissions: Mapping[str, Case]) -> None:
    """Write submissions, by the names of the students' folders."""
    release = folder.root / "release" / ASSIGNMENT
    for student, case in submissions.items():
        case.write(release, folder.root / "submitted" / student / ASSIGNMENT)


@contextmanager
def listening() -> Iterator[list[socket.socket]]:
    """Sockets outside all sandboxes, where those that reach out would arrive."""
    with ExitStack() as stack:
        found = []
        for family, kind, address in (
            (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", PORT)),
            (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", PORT)),
            (socket.AF_UNIX, socket.SOCK_STREAM, SOCKET),
        ):
            each = stack.enter_context(socket.socket(family, kind))
            each.setblocking(False)
            try:
                each.bind(address)
            except OSError:
                continue  # somebody else listens there, who must not be reached either
            if kind == socket.SOCK_STREAM:
                each.listen()
            found.append(each)
        yield found


def visitors(sockets: Iterable[socket.socket]) -> list[str]:
    """Who has come to the listening sockets."""
    found = []
    for each in sockets:
        try:
            found.append(str(each.accept() if each.type == socket.SOCK_STREAM else each.recv(99)))
        except BlockingIOError:
            continue
    return found


_SUBMITTED = "SELECT id FROM submitted_assignment WHERE student_id IN ({})"
_NOTEBOOKS = f"SELECT id FROM submitted_notebook WHERE assignment_id IN ({_SUBMITTED})"
# Tables, and which of their rows are some students'.
_OWN = {
    "student": "id IN ({})",
    "submitted_assignment": "student_id IN ({})",
    "submitted_notebook": f"assignment_id IN ({_SUBMITTED})",
    "grade": f"notebook_id IN ({_NOTEBOOKS})",
    "comment": f"notebook_id IN ({_NOTEBOOKS})",
}
_COMMON = (
    "course", "assignment", "notebook", "source_cell", "base_cell", "grade_cells", "solution_cells",
    "task_cells",
)  # fmt: skip


def rows(folder: CourseFolder, students: Iterable[str]) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of these students in the gradebook, and those that belong to all."""
    names = tuple(students)
    marks = ",".join("?" * len(names))
    with closing(sqlite3.connect(folder.root / "gradebook.db")) as database:

        def read(table: str, where: str = "1", *values: str) -> list[tuple[Any, ...]]:
            found = database.execute(f"SELECT * FROM {table} WHERE {where}", values)
            return sorted(found, key=repr)

        own = {table: read(table, where.format(marks), *names) for table, where in _OWN.items()}
        return own | {table: read(table) for table in _COMMON}


def prints(*folders: Path) -> dict[str, str]:
    """A fingerprint of every regular file below these folders."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


@dataclass(frozen=True)
class Batch:
    """A graded class: its folder, who handed in what, and what the command told of each."""

    folder: CourseFolder
    cases: Mapping[str, Case]
    run: Run

    @property
    def told(self) -> dict[str, dict[str, Any]]:
        """What the command printed about each student."""
        return _told(self.run.printed)

    def of(self, student: str) -> dict[str, Any]:
        """What the command told about the student with this folder."""
        return self.told[printable(student)]

    def path(self, student: str) -> Path:
        """The student's autograded notebook; it may not be there."""
        return self.folder.root / "autograded" / student / ASSIGNMENT / NOTEBOOK

    def notebook(self, student: str) -> Notebook:
        """The student's autograded notebook."""
        notebook: Notebook = json.loads(self.path(student).read_text(encoding="utf-8"))
        return notebook

    def read(self, student: str, grade_id: str) -> str:
        """What the student reads below a cell, whatever its form."""
        for cell in self.notebook(student)["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id:
                return json.dumps(cell["outputs"], ensure_ascii=False)
        raise KeyError(grade_id)


@cache
def _told(printed: str) -> dict[str, dict[str, Any]]:
    return {each["student"]: each for each in json.loads(printed)}
