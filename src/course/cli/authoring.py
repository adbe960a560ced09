"""Commands of whoever writes chapters and exercises."""

from typing import Annotated

import typer

from course.cli.app import Names, app, course_folder, end, progress_bar
from course.errors import CourseError

_HOW = {"TEXT": "由文本更新", "NOTEBOOK": "由笔记本更新", "NEITHER": "整理"}


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
    from course import pairs
    from course import sync as syncing

    folder = course_folder()
    found = pairs.find(folder.root)
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
        own = [pair for pair in pairs.find(folder.root) if pair.notebook.parent.name == name]
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
