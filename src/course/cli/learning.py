"""Commands of whoever learns: is the machine fit, open the course, do an exercise."""

import json
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Column, Table

from course import doctor as examination
from course import lab as jupyterlab
from course import work
from course.cli.app import Name, app, course_folder, out, say


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
    say("可以开始了。" if healthy else "[red]打 ✗ 的是必需的，请先装好它们。[/]")
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
    folder = course_folder()
    say("JupyterLab 正在启动；按两次 Ctrl-C 停止。", style="dim")
    jupyterlab.launch(folder.root, role, browser=browser, port=port)


@app.command()
def start(name: Name) -> None:
    """把发布的练习复制到 work/ 里开始做；已有的文件永远不会被覆盖。"""
    folder = course_folder()
    target, copied = work.start(folder, name.rstrip("/"))
    shown = target.relative_to(folder.root)
    if copied:
        say(f"练习在 [bold]{shown}[/]：在 JupyterLab 里打开 {shown}/exercises.ipynb。")
    else:
        say(f"{shown} 里已经有你的练习，没有改动它。想重做，就先把那个文件夹改名。")


@app.command()
def check(name: Name) -> None:
    """检查 work/ 里自己做的练习：得几分，哪里不对，往哪里想；不记成绩，想检查几次都行。"""
    from course import check as checking

    folder = course_folder()
    name = name.rstrip("/")
    with out.status("检查……"):
        checks = checking.check(folder, name)
    table = Table("", "检查", "得分", Column("说明", overflow="fold"), title=name)
    for each in checks:
        score = "–" if each.score is None else f"{each.score:g}"
        mark = (
            "[yellow]…[/]" if each.score is None else "[green]✓[/]" if each.passed else "[red]✗[/]"
        )
        said = "等老师批改" if each.score is None else each.said
        hint = f"\n[dim]提示：{escape(each.hint)}[/]" if each.hint else ""
        table.add_row(mark, each.name, f"{score}/{each.max_score:g}", escape(said) + hint)
    out.print(table)
    page = folder.root / "work" / f"check-{name}.html"
    checking.write_page(name, checks, page)
    got, most = (sum(n) for n in zip(*((c.score or 0, c.max_score) for c in checks), strict=True))
    say(f"一共 {got:g}/{most:g} 分。画着经过的页面：{page.relative_to(folder.root)}")
