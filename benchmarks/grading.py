"""How fast a class is graded, by nbgrader as it is and by this project's engine, in one run.

    python benchmarks/grading.py [--students N] [--json]

Three ways, each with copies of one class (see `classroom`) that nobody has graded yet:

- plain: `nbgrader autograde`, with a configuration that names the course and nothing else;
- parallel plain: eight such processes at once, each with a share of the class in a folder of its
  own, because nbgrader's processes would stop each other at one SQLite gradebook;
- course: `course grade` with the project's own configuration.

Each way is one command on the whole class, as an instructor would give it. `course grade` is run
before, between and after the others, and the median of its three runs counts: a time in which the
machine is slow shows as a spread. The grades of the last of them are compared with plain's, cell by
cell, as are those of parallel plain.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from classroom import ASSIGNMENT, build
from meter import Command, Meter, Spent
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from examroom import CourseFolder, own_programs_first, result

PROJECT = Path(__file__).resolve().parents[1]
PROGRAMS = Path(sys.executable).parent
PROCESSES = 8
PLAIN_CONFIG = 'c = get_config()\nc.CourseDirectory.course_id = "benchmark"\n'

Grades = dict[tuple[str, str], float]


class Benchmark:
    """The class, a meter, and a bar that shows how far a way has come."""

    def __init__(self, root: Path, students: int, progress: Progress) -> None:
        self._root, self._progress = root, progress
        self.meter = Meter()
        config = root / "plain_config.py"
        config.write_text(PLAIN_CONFIG, encoding="utf-8")
        self._say(f"准备 {students} 人的班")
        self._ours = build(root / "ours", PROJECT / "nbgrader_config.py", students)
        self._plain = build(root / "plain", config, students)
        self.students = self._plain.submitters(ASSIGNMENT)

    def plain(self) -> tuple[Spent, Grades]:
        """One process of nbgrader for the whole class."""
        return self._grade("nbgrader autograde", _autograde, [self._copy(self._plain, "one")])

    def parallel_plain(self) -> tuple[Spent, Grades]:
        """Eight processes of nbgrader at once, the class dealt out among them."""
        hands = [self.students[number::PROCESSES] for number in range(PROCESSES)]
        folders = []
        for number, hand in enumerate(filter(None, hands)):
            folders.append(self._copy(self._plain, f"share{number}"))
            for student in set(self.students) - set(hand):
                shutil.rmtree(folders[-1].root / "submitted" / student)
        return self._grade(f"{len(folders)} × nbgrader autograde", _autograde, folders)

    def course(self, number: int) -> tuple[Spent, Grades]:
        """The engine, on a copy that it has not seen."""
        return self._grade("course grade", _course_grade, [self._copy(self._ours, f"run{number}")])

    def _grade(
        self, name: str, arguments: Callable[[], Sequence[str]], folders: Sequence[CourseFolder]
    ) -> tuple[Spent, Grades]:
        self._say(name)
        task = self._progress.add_task(name, total=len(self.students))

        def show() -> None:
            done = [d for f in folders for d in f.root.glob(f"autograded/*/{ASSIGNMENT}")]
            self._progress.update(task, completed=len(done))

        commands = [Command(arguments(), f.root, f.root / "said.txt") for f in folders]
        spent = self.meter.run(commands, show)
        show()
        return spent, {key: score for folder in folders for key, score in _grades(folder).items()}

    def _copy(self, folder: CourseFolder, name: str) -> CourseFolder:
        root = self._root / f"{folder.root.name}-{name}"
        shutil.copytree(folder.root, root)
        return CourseFolder(root)

    def _say(self, what: str) -> None:
        if not self._progress.console.is_terminal:  # where no bar is drawn
            self._progress.console.print(f"{what} ……")


def _autograde() -> list[str]:
    return [str(PROGRAMS / "nbgrader"), "autograde", ASSIGNMENT]


def _course_grade() -> list[str]:
    return [str(PROGRAMS / "course"), "grade", ASSIGNMENT]


def _grades(folder: CourseFolder) -> Grades:
    marks = [result(folder, ASSIGNMENT, student) for student in folder.submitters(ASSIGNMENT)]
    return {(each.student, check.grade_id): check.score for each in marks for check in each.checks}


def main(
    students: Annotated[int, typer.Option(min=1, help="班上有几个学生。")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="最后一行是 JSON。")] = False,
) -> None:
    """用三种办法批改同一个班，比较时间和成绩。"""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True, highlight=False)
    with (
        tempfile.TemporaryDirectory(prefix="benchmark-") as name,
        Progress(*columns, TimeElapsedColumn(), console=console) as progress,
    ):
        root = Path(name).resolve()
        _isolate(root)
        benchmark = Benchmark(root, students, progress)
        try:
            first, _ = benchmark.course(1)
            plain, expected = benchmark.plain()
            second, _ = benchmark.course(2)
            parallel, shared = benchmark.parallel_plain()
            third, ours = benchmark.course(3)
        finally:
            benchmark.meter.close()
    median = sorted((first, second, third), key=lambda spent: spent.wall_s)[1]
    equal = sum(ours.get(key) == score for key, score in expected.items())
    ways = {"nbgrader autograde": plain, f"{PROCESSES} × nbgrader autograde": parallel}
    ways |= {"course grade（三次的中位数）": median}
    out = Console(highlight=False)
    out.print(_table(ways, plain, students))
    walls = "、".join(f"{spent.wall_s:.1f}" for spent in (first, second, third))
    out.print(f"course grade 的三次：{walls} 秒；处理器时间来自{benchmark.meter.source}")
    out.print(f"成绩与 nbgrader 相同的：{equal}/{len(expected)} 格")
    out.print(f"八个进程的成绩与一个进程的{'相同' if shared == expected else '不同'}")
    if as_json:
        figures = {
            "students": students,
            "plain_s": round(plain.wall_s, 2),
            "parallel_plain_s": round(parallel.wall_s, 2),
            "course_s": round(median.wall_s, 2),
            "ratio": round(plain.wall_s / median.wall_s, 1),
            "cpu_per_submission_s": round(median.cpu_s / students, 4),
            "grades_equal": ours == expected,
        }
        print(json.dumps(figures))


def _table(ways: dict[str, Spent], plain: Spent, students: int) -> Table:
    table = Table("批改的办法", title=f"{students} 份作业，{os.cpu_count()} 个处理器核")
    for column in ("用时（秒）", "快几倍", "处理器（秒）", "每份处理器（秒）"):
        table.add_column(column, justify="right")
    for name, spent in ways.items():
        table.add_row(
            name,
            f"{spent.wall_s:.1f}",
            f"{plain.wall_s / spent.wall_s:.1f}",
            f"{spent.cpu_s:.1f}",
            f"{spent.cpu_s / students:.3f}",
        )
    return table


def _isolate(root: Path) -> None:
    """Let no configuration of the user's, of Jupyter or IPython, make a difference."""
    own_programs_first()
    for variable in ("JUPYTER_CONFIG_DIR", "IPYTHONDIR", "XDG_DATA_HOME"):
        os.environ[variable] = str(root / variable.lower())


if __name__ == "__main__":
    typer.run(main)
