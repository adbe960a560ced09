"""The `course` command."""

import json
import shlex
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

from course import demo as demonstration
from course import doctor as examination
from course import lab as jupyterlab
from course import pairs, work
from course import sync as syncing
from course.cases import Exercise
from course.errors import CourseError, DemoError
from examroom import (
    CourseFolder,
    ExamroomError,
    GradingInterrupted,
    differences,
    generate,
)
from examroom import grade as grade_all

app = typer.Typer(
    help="异步 Python 课程：学习、出题、批改。",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

Names = Annotated[
    list[str] | None, typer.Argument(help="作业名，例如 05-async-await；不写就是全部。")
]
Name = Annotated[str, typer.Argument(help="作业名，例如 05-async-await。")]


def main() -> None:
    """Entry point: errors meant for the user are one message, never a traceback."""
    try:
        app()
    except GradingInterrupted as stopped:
        err.print(escape(str(stopped)))
        sys.exit(130)
    except (CourseError, ExamroomError) as error:
        err.print(f"[bold red]出错了：[/]{escape(str(error))}", soft_wrap=True)
        sys.exit(1)


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取。")] = False,
) -> None:
    """检查这台机器：课程需要的东西在不在，不在时怎样得到。缺少必需的东西时退出状态为 1。"""
    found = list(examination.examine())
    healthy = all(finding.found for finding in found if finding.required)
    if as_json:
        print(json.dumps([vars(finding) for finding in found], ensure_ascii=False, indent=2))
        raise typer.Exit(not healthy)
    table = Table("", "需要什么", "用来", "结果")
    for finding in found:
        mark = (
            "[green]✓[/]" if finding.found else "[red]✗[/]" if finding.required else "[yellow]–[/]"
        )
        table.add_row(mark, finding.name, finding.purpose, finding.detail)
    out.print(table)
    _say("可以开始了。" if healthy else "[red]打 ✗ 的是必需的，请先装好它们。[/]")
    raise typer.Exit(not healthy)


@app.command()
def lab(
    role: Annotated[
        jupyterlab.Role, typer.Option(help="学生看不到批改工具。")
    ] = jupyterlab.Role.STUDENT,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="是否打开浏览器。")
    ] = True,
    port: Annotated[
        int, typer.Option(help="端口；被占用时用下一个空闲的。", min=1024, max=65535)
    ] = 8888,
) -> None:
    """打开 JupyterLab，从第 00 章开始。没有浏览器的机器上，它打印要打开的网址。"""
    folder = _folder()
    _say("JupyterLab 正在启动；按两次 Ctrl-C 停止。", style="dim")
    jupyterlab.launch(folder.root, role, browser=browser, port=port)


@app.command()
def start(name: Name) -> None:
    """把发布的练习复制到 work/ 里开始做；已有的文件永远不会被覆盖。"""
    folder = _folder()
    target, copied = work.start(folder, name.rstrip("/"))
    shown = target.relative_to(folder.root)
    if copied:
        _say(f"练习在 [bold]{shown}[/]：在 JupyterLab 里打开 {shown}/exercises.ipynb。")
    else:
        _say(f"{shown} 里已经有你的练习，没有改动它。想重做，就先把那个文件夹改名。")


@app.command()
def sync(
    check: Annotated[
        bool, typer.Option("--check", help="只检查，不改动；不一致时退出状态为 1。")
    ] = False,
    run: Annotated[
        bool, typer.Option("--run", help="所有章节都重新运行：它们导入的东西改过时用。")
    ] = False,
) -> None:
    """让笔记本和它的文本（.md）一致；代码改过的章节重新运行，并保存输出。"""
    folder = _folder()
    found = pairs.find(folder.root)
    problems = []
    with _progress("同步") as progress:
        task = progress.add_task("", total=len(found))
        for pair in found:
            name = str(pair.notebook.relative_to(folder.root))
            progress.update(task, description=name)
            try:
                if check:
                    problems += [f"{name}：{problem}" for problem in syncing.check(pair)]
                else:
                    _say_synced(name, syncing.sync(pair, execute_all=run), progress.console)
            except CourseError as error:
                problems.append(f"{name}：{error}")
            progress.advance(task)
    _end(problems, "笔记本与文本一致。", "请运行 course sync。" if check else "")


@app.command()
def release(
    names: Names = None,
    check: Annotated[
        bool, typer.Option("--check", help="只检查，不改动；过时的话退出状态为 1。")
    ] = False,
) -> None:
    """由 source/ 生成学生版 release/（与 nbgrader generate_assignment 相同）。"""
    folder = _folder()
    problems = []
    wanted = [name.rstrip("/") for name in names or folder.sources()]
    for name in wanted:
        own = [pair for pair in pairs.find(folder.root) if pair.notebook.parent.name == name]
        if any(p.text.exists() and p.newer() is not pairs.Newer.NEITHER for p in own):
            raise CourseError(f"source/{name} 的文本和笔记本不一致：先运行 course sync。")
    with _progress("生成") as progress:
        task = progress.add_task("", total=len(wanted))
        for name in wanted:
            progress.update(task, description=name)
            if check:
                problems += [f"release/{name}/{file} 过时了" for file in differences(folder, name)]
            else:
                generate(folder, name)
                progress.console.print(f"release/{name}")
            progress.advance(task)
    stale = set(folder.releases()) - set(folder.sources())
    problems += [f"release/{name} 没有对应的 source/{name}" for name in sorted(stale)]
    _end(problems, "学生版是最新的。", "请运行 course release。" if check else "")


@app.command()
def grade(name: Name) -> None:
    """批改 submitted/ 里的作业，写成绩册和反馈，列出每人的得分和失分处。"""
    folder = _folder()
    table = Table("学生", "得分", _missed(), title=name)
    problems = []
    name = name.rstrip("/")
    total, steps = grade_all(folder, name)
    with _progress("批改") as progress:
        task = progress.add_task(name, total=total)
        for graded in steps:
            progress.advance(task)
            if graded.result is None:
                problems.append(
                    f"{graded.student} 没有批改成（成绩册里若有分数，是上一次的）：{graded.problem}"
                )
                table.add_row(graded.student, "–", "[red]没有批改成，见下[/]")
                continue
            got = graded.result
            missed = "\n".join(f"{c.grade_id} {c.score:g}/{c.max_score:g}" for c in got.missed)
            table.add_row(got.student, f"{got.score:g}/{got.max_score:g}", missed)
    out.print(table)
    _say("反馈在 feedback/，细节在 Formgrader（course lab --role instructor）。")
    _end(problems, "")


@app.command()
def demo(
    students: Annotated[int, typer.Option(help="班上有几个学生。", min=1)] = 30,
    folder: Annotated[
        Path | None, typer.Option(help="放在哪个空文件夹里；不写就是新的临时文件夹。")
    ] = None,
) -> None:
    """批改一个演示班：每份作业该得几分事先都知道，逐一核对。"""
    course = _folder()
    if folder is not None and folder.exists() and (folder.is_file() or any(folder.iterdir())):
        raise DemoError(f"{folder} 不是空文件夹：请换一个，演示不会动你的文件。")
    root = folder or Path(tempfile.mkdtemp(prefix="course-demo-"))
    strange = []
    for name in course.sources():
        if not Exercise(course, name).cases():
            continue
        pupils = demonstration.build(course, root, name, students)
        outcomes = []
        with _progress("批改") as progress:
            task = progress.add_task(name, total=len(pupils))
            for outcome in demonstration.run(root, name, pupils):
                outcomes.append(outcome)
                progress.advance(task)
        out.print(_demo_table(name, outcomes))
        exported = demonstration.export_grades(root)
        for outcome in outcomes:
            got = outcome.graded.result
            if not outcome.as_expected or not got or exported[name, got.student] != got.score:
                strange.append(outcome.pupil.student)
    _say(f"课程文件夹：{root}（成绩 grades.csv，反馈 feedback/）")
    _say("在 Formgrader 里看这个班：")
    lab_command = shlex.join([sys.executable, "-m", "course", "lab", "--role", "instructor"])
    _say(f"  cd {shlex.quote(str(root.resolve()))} && {lab_command}")
    _say("  然后打开菜单 Nbgrader → Formgrader。")
    if strange:
        raise DemoError(f"{len(strange)} 份作业的得分与预期不同：{'、'.join(strange)}。")
    _say(f"[green]{students} 份作业的得分全部符合预期。[/]")


def _demo_table(name: str, outcomes: list[demonstration.Outcome]) -> Table:
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


def _say_synced(name: str, done: syncing.Synced, console: Console) -> None:
    if done.written or done.executed:
        how = {
            pairs.Newer.TEXT: "由文本更新",
            pairs.Newer.NOTEBOOK: "由笔记本更新",
            pairs.Newer.NEITHER: "整理",
        }
        ran = "，重新运行" if done.executed else ""
        console.print(f"{name}：{how[done.newer]}{ran}")


def _say(text: str, style: str = "") -> None:
    """Print a line that the terminal may wrap, so that a path in it can be copied."""
    out.print(text, style=style, soft_wrap=True)


def _folder() -> CourseFolder:
    return CourseFolder.find(Path.cwd())


def _progress(what: str) -> Progress:
    return Progress(
        TextColumn(f"{what} {{task.description}}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=err,
        transient=True,
    )


def _end(problems: list[str], well: str, advice: str = "") -> None:
    """Say that all is well, or list the problems and exit with status 1."""
    if problems:
        for problem in problems:
            err.print(f"[red]✗[/] {escape(problem)}", soft_wrap=True)
        if advice:
            err.print(advice)
        raise typer.Exit(1)
    if well:
        _say(well)
