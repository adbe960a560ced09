"""Run a source as a script in a fresh interpreter, where behaviour differs from a notebook cell."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_EXCEPTION = re.compile(r"(?:  \| )?([A-Za-z_][\w.]*)(?:: .*)?")
_FRAME = re.compile(r'[ |]*File "(?P<file>[^"]+)", line \d+')
_SOURCE = re.compile(r"(?: *\| )? {4}")  # the text of a frame's line stands below it, indented
_CARETS = re.compile(r"[ |]*[~^]+")
_LIBRARY = os.path.dirname(os.__file__) + os.sep  # noqa: PTH120 - compared as text


@dataclass(frozen=True)
class ScriptResult:
    """What a script did, as somebody at a terminal would have seen it.

    `status` is the exit status (None when time ran out), `printed` the lines of standard output,
    `errors` the lines of standard error, `exception` the type that ended the script (its bare name,
    None when it ended normally).
    """

    status: int | None
    printed: tuple[str, ...]
    errors: tuple[str, ...]

    @property
    def exception(self) -> str | None:
        """Bare name of the exception that ended the script, or None."""
        if not self.status:
            return None
        last, ignored = None, False
        for line in self.errors:
            if line.startswith("Exception ignored"):  # one of an ending interpreter's own
                ignored = True
            elif match := _EXCEPTION.fullmatch(line):
                last, ignored = (last, False) if ignored else (match, False)
        return last[1].rpartition(".")[2] if last else None

    def __str__(self) -> str:
        """The terminal, shortened: without the standard library's frames and without carets."""
        end = "超时，已被终止" if self.status is None else f"退出状态 {self.status}"
        return "\n".join([*self.printed, *_own_frames(self.errors), f"（{end}）"])

    def _repr_pretty_(self, printer: object, cycle: bool) -> None:
        printer.text(str(self))  # type: ignore[attr-defined]


def script(source: str, *, timeout: float = 10) -> ScriptResult:
    """Run `source` as `python script.py` would, in a new interpreter in development mode.

    Args:
        source: the program's text.
        timeout: seconds after which the script is killed.

    Returns:
        A ScriptResult; displayed in a notebook it reads like a terminal.

    Example:
        >>> script("print(1); asyncio").exception
        'NameError'

    """
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "script.py").write_text(source, encoding="utf-8")
        # NO_COLOR: a terminal's colours would end up in the lines
        environment = {**os.environ, "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
        try:
            done = subprocess.run(
                [sys.executable, "-X", "dev", "-W", "ignore::ImportWarning", "script.py"],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                stdin=subprocess.DEVNULL,
                timeout=timeout,
            )
        except subprocess.TimeoutExpired as late:
            return ScriptResult(None, _lines(late.stdout, folder), _lines(late.stderr, folder))
    return ScriptResult(done.returncode, _lines(done.stdout, folder), _lines(done.stderr, folder))


def _lines(text: str | bytes | None, folder: str) -> tuple[str, ...]:
    """Output as lines, without the names of the temporary and the standard library's folders."""
    if isinstance(text, bytes):  # what TimeoutExpired holds, whatever was asked for
        text = text.decode("utf-8", "replace")
    return tuple((text or "").replace(folder + os.sep, "").replace(_LIBRARY, "").splitlines())


def _own_frames(errors: tuple[str, ...]) -> Iterator[str]:
    """Lines of a traceback that speak of the script itself.

    Without asyncio's remark on a slow callback: every one is, on a machine that is busy enough.
    """
    foreign = False
    for line in errors:
        if line.startswith("Executing <"):
            continue
        if frame := _FRAME.match(line):
            foreign = frame["file"] != "script.py"
        elif not _SOURCE.match(line):
            foreign = False
        if not foreign and not _CARETS.fullmatch(line):
            yield line
