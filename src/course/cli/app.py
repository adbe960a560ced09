"""What all commands share: the application, the terminal, how errors are told."""

import atexit
import gc
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from course.errors import CourseError
from examroom.errors import ExamroomError, GradingInterrupted
from examroom.folder import CourseFolder
from examroom.grammars import skip_format_grammars

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
    # what a command imports is hundreds of thousands of objects, and none of them is garbage,
    # neither while it runs nor as it ends
    gc.set_threshold(200_000)
    atexit.register(gc.freeze)
    skip_format_grammars()
    try:
        app()
    except GradingInterrupted as stopped:
        err.print(escape(str(stopped)))
        sys.exit(130)
    except (CourseError, ExamroomError) as error:
        err.print(f"[bold red]出错了：[/]{escape(str(error))}", soft_wrap=True)
        sys.exit(1)


def say(text: str, style: str = "") -> None:
    """Print a line that the terminal may wrap, so that a path in it can be copied."""
    out.print(text, style=style, soft_wrap=True)


def course_folder() -> CourseFolder:
    """The course that the current folder is in."""
    return CourseFolder.find(Path.cwd())


def progress_bar(what: str, *more: ProgressColumn) -> Progress:
    """A live bar with the number done and the time left, on standard error."""
    return Progress(
        TextColumn(f"{what} {{task.description}}"),
        BarColumn(),
        MofNCompleteColumn(),
        *more,
        TimeRemainingColumn(),
        console=err,
        transient=True,
    )


def end(problems: list[str], well: str, advice: str = "") -> None:
    """Say that all is well, or list the problems and exit with status 1."""
    if problems:
        for problem in problems:
            err.print(f"[red]✗[/] {escape(problem)}", soft_wrap=True)
        if advice:
            err.print(advice)
        raise typer.Exit(1)
    if well:
        say(well)
