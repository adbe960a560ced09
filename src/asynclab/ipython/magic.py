"""The cell magic `%%timeline`."""

import ast
import asyncio
import linecache
import shlex
import sys

from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, magics_class
from IPython.display import display

from asynclab.exam.bench import Bench
from asynclab.timeline import timeline
from asynclab.trace import Transcript

USAGE = "用法：%%timeline [--real] [--title 标题]，下一行起是要运行的代码"


_FILE = "<%%timeline>"


class TracedCellError(Exception):
    """The cell under `%%timeline` failed; the picture above shows how far it came."""

    def __init__(self, transcript: Transcript) -> None:
        error = transcript.error
        assert error is not None
        first, *_ = error.leaves()
        where = f"第 {first.line} 行 {first.code}\n" if first.line else ""
        told = "".join(f"\n说明：{finding.message}" for finding in transcript.findings)
        super().__init__(f"{where}{first.type}: {first.message}{told}")

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


@magics_class
class TimelineMagic(Magics):
    """Runs a cell and shows the timeline of its tasks."""

    @cell_magic
    def timeline(self, line: str, cell: str) -> None:
        """Run the cell's code, top-level await included, and draw what its tasks did.

        Time is virtual: sleeping takes none. With `--real` the code waits as it always does.
        Names that the cell defines stay defined.
        """
        real, title = _options(line)
        source = "\n" + cell  # the magic's own line is the first of the notebook's cell
        code = compile(source, _FILE, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        linecache.cache[_FILE] = (len(source), None, source.splitlines(True), _FILE)
        shell = self.shell
        assert shell is not None
        outer = asyncio._get_running_loop()
        asyncio._set_running_loop(None)
        try:
            transcript = Bench(shell.user_ns, {}, real_time=real).run(code)
        finally:
            asyncio._set_running_loop(outer)
        for printed in transcript.printed:
            print(printed)
        sys.stdout.flush()
        display(timeline(transcript, title=title))  # type: ignore[no-untyped-call]
        if transcript.error is not None:
            raise TracedCellError(transcript)


def _options(line: str) -> tuple[bool, str]:
    words = shlex.split(line)
    real, title = False, "时间线"
    while words:
        word = words.pop(0)
        if word == "--real":
            real = True
        elif word == "--title" and words:
            title = words.pop(0)
        else:
            raise UsageError(f"不认识 {word}。{USAGE}")
    return real, title
