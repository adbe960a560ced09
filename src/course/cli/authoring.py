"""Commands of whoever writes chapters and exercises."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from course.cli.app import Names, app, course_folder, end, out, progress_bar
from course.errors import CourseError

if TYPE_CHECKING:
    from course.pairs import Pair

_HOW = {"TEXT": "由文本更新", "NOTEBOOK": "由笔记本更新", "NEITHER": "整理"}


@app.command()
def sync(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="章名或作业名，例如 05-async-await（两样都算）；不写就是全部。"),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="只检查，不改动；不一致时退出状态为 1。")
    ] = False,
    run: Annotated[
        bool, typer.Option("--run", help="所有章节都重新运行：它们导入的东西改过时用。")
    ] = False,
) -> None:
    """让笔记本和它的文本（.md）一致；代码改过的章节重新运行，并保存输出。"""
    from course import pairs
    from course import sync as syncing

    folder = course_folder()
    found = pairs.find(folder.root)
    if names:
        found = [pair for name in names for pair in _named(found, name.removesuffix("/"))]
    problems = []
    with progress_bar("同步") as progress:
        task = progress.add_task("", total=len(found))
        for pair in found:
            name = str(pair.notebook.relative_to(folder.root))
            progress.update(task, description=name)
            try:
                if check:
                    problems += [f"{name}：{problem}" for problem in syncing.check(pair)]
                else:
                    done = syncing.sync(pair, execute_all=run)
                    if done.written or done.executed:
                        ran = "，重新运行" if done.executed else ""
                        progress.console.print(f"{name}：{_HOW[done.newer.name]}{ran}")
            except CourseError as error:
                problems.append(f"{name}：{error}")
            progress.advance(task)
    end(problems, "笔记本与文本一致。", "请运行 course sync。" if check else "")


@app.command()
def mutants(names: Names = None) -> None:
    """改坏参考答案的每一处，看检查发现了多少：不到 95%，或者有没说明的漏网者，退出状态为 1。

    确实与原来等价的，写进 tests/mutants/作业名.toml，并说明理由。
    """
    from course.mutation import ENOUGH, survey

    folder = course_folder()
    table = Table("作业", "改坏", "发现", "等价", "漏网", "比例")
    problems = []
    for name in (name.rstrip("/") for name in names or folder.sources()):
        total, steps, result = survey(folder, name)
        with progress_bar("检查") as progress:
            task = progress.add_task(name, total=total)
            for _ in steps:
                progress.advance(task)
        counts = (result.total, result.caught, len(result.equivalent), len(result.survivors))
        table.add_row(name, *map(str, counts), f"{result.share:.1%}")
        problems += [f"{name}：{m.cell} 漏网：{m.change}" for m in result.survivors]
        problems += [f"{name}：tests/mutants 里的这一条已经没有用：{s}" for s in result.stale]
        if result.share < ENOUGH:
            problems.append(f"{name}：只发现了 {result.share:.1%}，至少要 {ENOUGH:.0%}。")
    out.print(table)
    end(problems, "每一个都发现了，或者说明了理由。", "加强检查，或者说明它为什么等价。")


def _named(found: list["Pair"], name: str) -> list["Pair"]:
    """The chapter and the exercises of this name."""
    named = [pair for pair in found if pair.name == name]
    if not named:
        raise CourseError(f"没有 notebooks/{name}.md，也没有 source/{name}/：名字写对了吗？")
    return named


@app.command()
def release(
    names: Names = None,
    check: Annotated[
        bool, typer.Option("--check", help="只检查，不改动；过时的话退出状态为 1。")
    ] = False,
) -> None:
    """由 source/ 生成学生版 release/（与 nbgrader generate_assignment 相同）。"""
    from course import pairs
    from examroom import differences, generate

    folder = course_folder()
    problems = []
    wanted = [name.rstrip("/") for name in names or folder.sources()]
    for name in wanted:
        own = [p for p in pairs.find(folder.root) if p.name == name and not p.is_chapter]
        if any(p.text.exists() and p.newer() is not pairs.Newer.NEITHER for p in own):
            raise CourseError(f"source/{name} 的文本和笔记本不一致：先运行 course sync。")
    with progress_bar("生成") as progress:
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
    end(problems, "学生版是最新的。", "请运行 course release。" if check else "")
