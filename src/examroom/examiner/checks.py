"""Test cells: which of them can run on the trusted side, and running one there."""

import asyncio
import builtins
import inspect
import io
import linecache
import traceback
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from numbers import Real
from typing import Any

from asynclab.exam import CheckFailed
from asynclab.exam.room import entered, running_here
from examroom.errors import SandboxError
from examroom.examiner.outputs import Output, error, result, stream
from examroom.examiner.room import RemoteRoom
from examroom.examiner.sources import compiled, definitions, names_in


class Checks:
    """The checks of one notebook; names that one defines are there for the next, as in a kernel.

    Args:
        given: sources of the paper's own cells that are no checks. Their imports, definitions and
            literal constants are there for the checks; the rest of them runs in the candidate only.
        room: where the student's code is.
    """

    def __init__(self, given: Iterable[str], room: RemoteRoom) -> None:
        self._room = room
        self._printed = io.StringIO()
        own = {**vars(builtins), "print": self._print}
        self._names: dict[str, Any] = {"__name__": "__exam__", "__builtins__": own}
        self._exam_names: set[str] = set()
        for source in given:
            self._prepare(source)

    def trusted(self, source: str) -> bool:
        """Whether a check reaches the student's code through `asynclab.exam`, so runs here.

        One that does not (it calls the student's functions by name) can only run beside them.
        """
        try:
            imported, mentioned = names_in(source)
        except SyntaxError:
            return False
        self._exam_names |= imported
        if not mentioned.isdisjoint(self._exam_names):
            return True
        self._prepare(source)  # what it imports and defines is there for later checks
        return False

    def run(self, source: str, name: str, points: float) -> tuple[list[Output], str | None]:
        """Run one check; its outputs, and the finding that it named when it failed.

        Args:
            source: the cell.
            name: what tracebacks call it.
            points: the most that its value may claim.
        """
        self._printed.seek(0)
        self._printed.truncate()
        self._room.begin(name)
        file = f"<检查 {name}>"
        linecache.cache[file] = (len(source), None, source.splitlines(True), file)
        found: str | None = None
        last: list[Output] = []
        try:
            with entered(self._room):
                value = self._execute(source, file)
            if value is not None:
                last = [_credit(value, points)]
        except CheckFailed as failed:
            found = failed.finding.code if failed.finding else None
            last = [error("CheckFailed", str(failed), failed._render_traceback_())]
        except (KeyboardInterrupt, SandboxError):
            raise  # not the check's: the instructor's own, and the machine's
        except BaseException as problem:  # an assertion of the check, or a slip of its author
            last = [_problem(problem, file)]
        return [*stream(self._printed.getvalue()), *self._room.shown, *last], found

    def _execute(self, source: str, file: str) -> Any:
        outcome = None
        with _no_loop_around(), closing(asyncio.Runner()) as runner:
            for code in compiled(source, file):
                outcome = eval(code, self._names)
                if code.co_flags & inspect.CO_COROUTINE:
                    outcome = runner.run(outcome)
        return outcome

    def _prepare(self, source: str) -> None:
        imported, given = definitions(source)
        self._exam_names |= imported
        for code in given:
            try:
                exec(code, self._names)
            except Exception:
                continue  # it needs what only the candidate has; a check that needs it says so

    def _print(self, *values: Any, file: Any = None, **options: Any) -> None:
        """Collected per check: several notebooks are examined at once in one process."""
        if file is None and not running_here():
            file = self._printed
        print(*values, file=file, **options)


@contextmanager
def _no_loop_around() -> Iterator[None]:
    """A check may await at its top level, though Formgrader's server has a loop running."""
    outer = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(outer)


def _credit(value: Any, points: float) -> Output:
    """The value of a check's last expression; nbgrader stops at one that exceeds the points."""
    if not _is_number(value):
        return result(value)
    if not 0 <= value <= points:
        said = f"这一格的值 {value!r} 不在 0 和满分 {points:g} 之间"
        return error("ValueError", said, [f"ValueError: {said}"])
    return result(value if isinstance(value, int) else float(value))


def _is_number(value: object) -> bool:
    return type(value) is not bool and isinstance(value, Real)


def _problem(problem: BaseException, file: str) -> Output:
    """Any other exception, with the lines of the check that led to it."""
    summary = traceback.TracebackException.from_exception(problem)
    summary.stack = traceback.StackSummary.from_list(
        [frame for frame in summary.stack if frame.filename == file]
    )
    return error(type(problem).__name__, str(problem), list(summary.format(chain=False)))
