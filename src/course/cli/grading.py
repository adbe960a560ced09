"""Commands of whoever grades."""

import json
import shlex
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.progress import ProgressColumn, Task
from rich.table import Column, Table
from rich.text import Text

from course.cli.app import Names, app, course_folder, end, err, out, progress_bar, say
from course.errors import DemoError

if TYPE_CHECKING:
    from course.demo import Outcome
    from examroom import Graded


@app.command()
def grade(
    names: Annotated[list[str], typer.Argument(help="作业名，例如 05-async-await；可以写几个。")],
    students: Annotated[
        list[str] | None, typer.Option(help="只批改这些学生，用逗号隔开；不写就是全班。")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Dask 调度器的地址，如 tcp://host:8786；不写就用这台机器。")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="没有改过的作业也重新批改。")] = False,
    unsafe_no_sandbox: Annotated[
        bool,
        typer.Option(
            "--unsafe-no-sandbox", help="不用沙箱：学生的代码以你的权限运行，会写进反馈和报告。"
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取。")] = False,
) -> None:
    """在沙箱里并行批改 submitted/ 里的作业，写进成绩册，列出得分和原因。

    中断了，再运行一次就接着批改；没有改过的作业不会重新批改。
    """
    from examroom import grade as grade_class
    from examroom.sandbox import notes

    folder = course_folder()
    if unsafe_no_sandbox:
        err.print("[bold red]没有沙箱：学生的代码以你的权限运行。[/]")
    elif scheduler is None and sys.platform == "linux":
        err.print(*notes(), style="dim", sep="", soft_wrap=True)
    chosen = [s for each in students or [] for s in each.split(",") if s] or None
    told: list[dict[str, Any]] = []
    failed = 0
    for name in (name.rstrip("/") for name in names):
        total, steps = grade_class(
            folder,
            name,
            students=chosen,
            scheduler=scheduler,
            force=force,
            sandboxed=not unsafe_no_sandbox,
        )
        graded = _follow(name, total, steps)
        failed += sum(bool(each.problem) for each in graded)
        if as_json:
            told += [{"assignment": name, **_plain(each)} for each in graded]
        else:
            out.print(_grades(name, graded))
    if as_json:
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        say("细节在 Formgrader（course lab --role instructor）。")
        say("写反馈：nbgrader generate_feedback 作业名")
    end([f"{failed} 份作业没有批改成，原因在上面。"] if failed else [], "")


def _follow(name: str, total: int, steps: Any) -> "list[Graded]":
    """Show progress while a class is graded; the outcomes, by student."""
    from examroom import GradingInterrupted

    graded = []
    try:
        with progress_bar("批改", _Rate()) as progress:
            task = progress.add_task(name, total=total)
            for each in steps:
                graded.append(each)
                progress.advance(task)
    except KeyboardInterrupt:
        raise GradingInterrupted(
            f"已停止：{len(graded)} 份已经写进成绩册。再运行一次同样的命令，会从这里接着批改。"
        ) from None
    finally:
        steps.close()
    return sorted(graded, key=lambda each: each.student)


class _Rate(ProgressColumn):
    """Submissions a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f} 份/秒" if task.speed else "")


def _grades(name: str, graded: "list[Graded]") -> Table:
    table = Table("学生", "得分", _missed(), Column("说明", overflow="fold"), title=name)
    for each in graded:
        if each.result is None:
            table.add_row(
                escape(each.student), "–", "", f"[red]没有批改成：{escape(each.problem)}[/]"
            )
            continue
        found = each.report.findings
        missed = "\n".join(
            f"{c.grade_id} {c.score:g}/{c.max_score:g} {found.get(c.grade_id, '')}".rstrip()
            for c in each.result.missed
        )
        score = f"{each.result.score:g}/{each.result.max_score:g}"
        table.add_row(escape(each.student), score, escape(missed), escape(_remarks(each)))
    return table


def _remarks(graded: "Graded") -> str:
    report = graded.report
    remarks = [f"没有接受 {each.file}：{each.reason}" for each in report.rejected]
    if report.unprotected:
        names = "、".join(report.unprotected)
        remarks.append(f"不受保护的检查（与学生的代码同在一个进程）：{names}")
    if report.left:
        remarks.append("学生的代码在沙箱里留下了东西，沙箱已经换掉")
    if not report.sandboxed:
        remarks.append("没有使用沙箱")
    if graded.state == "unchanged":
        remarks.append("没有改过，沿用上一次的批改")
    return "\n".join(remarks)


def _plain(graded: "Graded") -> dict[str, Any]:
    marks = graded.result
    checks = {} if marks is None else {
        check.grade_id: {"score": check.score, "max_score": check.max_score}
        for check in marks.checks
    }  # fmt: skip
    return {
        "student": graded.student,
        "state": graded.state,
        "score": marks and marks.score,
        "max_score": marks and marks.max_score,
        "checks": checks,
        "problem": graded.problem,
        **graded.report.to_json(),
    }


@app.command()
def demo(
    names: Names = None,
    students: Annotated[int, typer.Option(help="班上有几个学生。", min=1)] = 30,
    folder: Annotated[
        Path | None, typer.Option(help="放在哪个空文件夹里；不写就是新的临时文件夹。")
    ] = None,
) -> None:
    """批改一个演示班：每份作业该得几分事先都知道，逐一核对。"""
    from course import demo as demonstration
    from course.cases import Exercise

    course = course_folder()
    if folder is not None and folder.exists() and (folder.is_file() or any(folder.iterdir())):
        raise DemoError(f"{folder} 不是空文件夹：请换一个，演示不会动你的文件。")
    root = folder or Path(tempfile.mkdtemp(prefix="course-demo-"))
    strange, graded = [], 0
    chosen = [name.rstrip("/") for name in names or course.sources()]
    for name in chosen:
        course.require_source(name)
        if not Exercise(course, name).cases():
            continue
        pupils = demonstration.build(course, root, name, students)
        outcomes = []
        with progress_bar("批改") as progress:
            task = progress.add_task(name, total=len(pupils))
            for outcome in demonstration.run(root, name, pupils):
                outcomes.append(outcome)
                progress.advance(task)
        outcomes.sort(key=lambda outcome: outcome.pupil.student)
        out.print(_demo_table(name, outcomes))
        with err.status(f"写反馈：{name}"):
            demonstration.write_feedback(root, name)
            exported = demonstration.export_grades(root)
        graded += len(outcomes)
        for outcome in outcomes:
            got = outcome.graded.result
            if not outcome.as_expected or not got or exported[name, got.student] != got.score:
                strange.append(f"{name}/{outcome.pupil.student}")
    say(f"课程文件夹：{root}（成绩 grades.csv，反馈 feedback/）")
    say("在 Formgrader 里看这个班：")
    lab_command = shlex.join([sys.executable, "-m", "course", "lab", "--role", "instructor"])
    say(f"  cd {shlex.quote(str(root.resolve()))} && {lab_command}")
    say("  然后打开菜单 Nbgrader → Formgrader。")
    if strange:
        raise DemoError(f"{len(strange)} 份作业的得分与预期不同：{'、'.join(strange)}。")
    say(f"[green]{graded} 份作业的得分全部符合预期。[/]")


def _demo_table(name: str, outcomes: "list[Outcome]") -> Table:
    table = Table("学生", "交的是", "得分", _missed(), "预期", title=name)
    for outcome in outcomes:
        got = outcome.graded.result
        score = f"{got.score:g}/{got.max_score:g}" if got else "–"
        missed = "\n".join(c.grade_id for c in got.missed) if got else outcome.graded.problem
        wrong = "，".join(f"{k} 应为 {want:g}" for k, (want, _) in outcome.wrong.items())
        verdict = "[green]✓[/]" if outcome.as_expected else f"[red]✗ {wrong}[/]"
        table.add_row(outcome.pupil.student, outcome.pupil.case.name, score, missed, verdict)
    return table


def _missed() -> Column:
    return Column("没有得满分的检查", overflow="fold")
