"""How fast a class is graded: by nbgrader as it is, by eight nbgraders, and by `course grade`.

    python benchmarks/grading.py [--students N] [--json]

Each way grades copies of the same class (see `classroom`) that nobody has graded before, by one
command on the whole class, as an instructor would give it:

- plain: `nbgrader autograde`, with a configuration that names the course and nothing else;
- parallel plain: eight such processes at once, each with its share of the class in a folder of its
  own, because two nbgraders that write to one gradebook stop each other;
- course: `course grade`, with the project's own configuration.

`course grade` runs before, between and after the others, and the median of its three runs counts:
a time in which the machine is slow spoils one of them, not the comparison. Everybody's grades must
be the same in all runs, cell by cell.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from classroom import ASSIGNMENT, build
from meter import Command, Meter, Spent, machine
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from examroom import CourseFolder, own_programs_first, result

CONFIG = Path(__file__).resolve().parents[1] / "nbgrader_config.py"
PLAIN_CONFIG = 'c = get_config()\nc.CourseDirectory.course_id = "benchmark"\n'
PROGRAMS = Path(sys.executable).parent
AUTOGRADE = [str(PROGRAMS / "nbgrader"), "autograde", ASSIGNMENT]
COURSE_GRADE = [str(PROGRAMS / "course"), "grade", ASSIGNMENT]
PROCESSES = 8

Grades = dict[tuple[str, str], float]


@dataclass(frozen=True)
class Graded:
    """What one way of grading took, and the points that it gave, by student and check."""

    spent: Spent
    grades: Grades


class Benchmark:
    """A class to be graded again and again, each time from the beginning."""

    def __init__(self, root: Path, students: int, progress: Progress, meter: Meter) -> None:
        self._root, self._progress, self._meter = root, progress, meter
        self._say(f"准备 {students} 人的班")
        plain_config = root / "plain_config.py"
        plain_config.write_text(PLAIN_CONFIG, encoding="utf-8")
        self._ours = build(root / "ours", CONFIG, students)
        self._plain = build(root / "plain", plain_config, students)
        self._students = self._plain.submitters(ASSIGNMENT)

    def plain(self) -> Graded:
        """One nbgrader for the whole class."""
        return self._grade(AUTOGRADE, [self._copy(self._plain)])

    def parallel_plain(self) -> Graded:
        """Eight nbgraders at once, the class dealt out among them."""
        hands = [self._students[number::PROCESSES] for number in range(PROCESSES)]
        folders = []
        for hand in filter(None, hands):
            folders.append(self._copy(self._plain))
            for student in set(self._students) - set(hand):
                shutil.rmtree(folders[-1].root / "submitted" / student)
        return self._grade(AUTOGRADE, folders)

    def course(self) -> Graded:
        """The engine."""
        return self._grade(COURSE_GRADE, [self._copy(self._ours)])

    def _copy(self, folder: CourseFolder) -> CourseFolder:
        root = Path(tempfile.mkdtemp(dir=self._root)) / folder.root.name
        shutil.copytree(folder.root, root)
        return CourseFolder(root)

    def _grade(self, arguments: Sequence[str], folders: Sequence[CourseFolder]) -> Graded:
        name = " ".join([Path(arguments[0]).name, arguments[1]])
        name = name if len(folders) == 1 else f"{len(folders)} × {name}"
        self._say(name)
        task = self._progress.add_task(name, total=len(self._students))

        def show() -> None:
            done = [d for f in folders for d in f.root.glob(f"autograded/*/{ASSIGNMENT}")]
            self._progress.update(task, completed=len(done))

        spent = self._meter.run([Command(arguments, folder.root) for folder in folders], show)
        show()
        grades = {key: score for folder in folders for key, score in _grades(folder).items()}
        return Graded(spent, grades)

    def _say(self, what: str) -> None:
        if not self._progress.console.is_terminal:  # which shows the bar
            self._progress.console.print(f"{what} ……")


def _grades(folder: CourseFolder) -> Grades:
    marks = [result(folder, ASSIGNMENT, student) for student in folder.submitters(ASSIGNMENT)]
    return {(each.student, check.grade_id): check.score for each in marks for check in each.checks}


def main(
    students: Annotated[int, typer.Option(min=1, help="班上有几个学生。")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="最后一行是 JSON。")] = False,
) -> None:
    """用三种办法批改同一个班，比较用时和成绩。"""
    err, meter = Console(stderr=True, highlight=False), Meter()
    if os.getloadavg()[0] > 0.5:
        err.print(f"机器上还有别的程序在运行（负载 {os.getloadavg()[0]:.1f}），数字会偏大。")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with (
        tempfile.TemporaryDirectory(prefix="benchmark-") as name,
        Progress(*columns, TimeElapsedColumn(), console=err) as progress,
    ):
        _isolate(Path(name))
        benchmark = Benchmark(Path(name).resolve(), students, progress, meter)
        try:
            ours = [benchmark.course()]
            plain = benchmark.plain()
            ours.append(benchmark.course())
            parallel = benchmark.parallel_plain()
            ours.append(benchmark.course())
        finally:
            meter.close()
    course = sorted(ours, key=lambda run: run.spent.wall_s)[1]
    differing = {
        key
        for run in (parallel, *ours)
        for key in plain.grades.keys() | run.grades.keys()
        if run.grades.get(key) != plain.grades.get(key)
    }
    Console(highlight=False).print(_table(students, plain, parallel, course))
    walls = "、".join(f"{run.spent.wall_s:.1f}" for run in ours)
    print(f"course grade 运行了三次：{walls} 秒；取中间的一次。")
    print(f"{len(plain.grades)} 格成绩，在五次批改里不同的：{len(differing)}。")
    print(f"处理器时间来自{meter.source}。机器：{machine()}。")
    if as_json:
        figures = {
            "students": students,
            "plain_s": round(plain.spent.wall_s, 2),
            "parallel_plain_s": round(parallel.spent.wall_s, 2),
            "course_s": round(course.spent.wall_s, 2),
            "ratio": round(plain.spent.wall_s / course.spent.wall_s, 1),
            "cpu_per_submission_s": round(course.spent.cpu_s / students, 4),
            "grades_equal": not differing,
        }
        print(json.dumps(figures))
    sys.exit(1 if differing else 0)


def _isolate(home: Path) -> None:
    """Let no configuration of the user's make a difference, of nbgrader, Jupyter or IPython."""
    own_programs_first()
    for variable in ("JUPYTER_CONFIG_DIR", "IPYTHONDIR", "XDG_DATA_HOME"):
        os.environ[variable] = str(home / variable.lower())


def _table(students: int, plain: Graded, parallel: Graded, course: Graded) -> Table:
    table = Table("批改的办法", title=f"{students} 份作业")
    for column in ("用时（秒）", "快几倍", "处理器（秒）", "每份处理器（秒）"):
        table.add_column(column, justify="right")
    ways = {
        "nbgrader autograde": plain,
        f"{PROCESSES} × nbgrader autograde": parallel,
        "course grade": course,
    }
    for name, way in ways.items():
        wall, cpu = way.spent.wall_s, way.spent.cpu_s
        faster = f"{plain.spent.wall_s / wall:.1f}"
        table.add_row(name, f"{wall:.1f}", faster, f"{cpu:.1f}", f"{cpu / students:.3f}")
    return table


if __name__ == "__main__":
    typer.run(main)
