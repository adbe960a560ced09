"""What a cell prints and displays, as the outputs of a notebook, bounded in size."""

import io
import json
import os
from contextlib import suppress
from typing import Any

# Characters of one cell's outputs; what is over is dropped, with a note.
LIMIT = 1_000_000
# More for a cell's value and its error, which decide about marks: noise must not hide them.
RESERVE = 100_000
NOTE = "\n……（输出太多，其余省略）\n"


class Outputs:
    """Collects the outputs of the cell that runs."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget what was collected."""
        self.items: list[dict[str, Any]] = []
        self._size = 0
        self._outdated = False
        self._displayed: dict[str, list[dict[str, Any]]] = {}

    def clear(self, wait: bool) -> None:
        """Forget what was collected: at once, or when something new comes."""
        self._outdated = True
        if not wait:
            self.begin()

    def stream(self, name: str, text: str) -> None:
        """Add text that was written to `stdout` or `stderr`."""
        if text:
            self._renew()
        if text := self._bounded(text):
            if self.items and self.items[-1].get("name") == name:
                self.items[-1]["text"] += text
            else:
                self.items.append({"output_type": "stream", "name": name, "text": text})

    def add(self, output: dict[str, Any], name: str = "") -> None:
        """Add a display, a result or an error; a display may have a name to update it by."""
        self._renew()
        # an error is short, and why a cell failed is what its author must not miss
        if output["output_type"] == "error" or self._fits(output):
            self.items.append(output)
            if name:
                self._displayed.setdefault(name, []).append(output)

    def update(self, name: str, **parts: Any) -> None:
        """Change the displays of this name, as far as they are this cell's."""
        for output in self._displayed.get(name, ()):
            if self._fits({**output, **parts}):
                self._size -= len(json.dumps(output))
                output.update(parts)

    def _renew(self) -> None:
        if self._outdated:
            self.begin()

    def _fits(self, output: dict[str, Any]) -> bool:
        """Whether there is room for an output, which is then taken; if not, a note says so."""
        try:
            size = len(json.dumps(output, allow_nan=False))
        except (TypeError, ValueError, RecursionError):
            self.stream("stderr", "（这个输出不是 JSON，没有保存）\n")
            return False
        decides = output["output_type"] in ("execute_result", "error")
        if self._size + size > LIMIT + (RESERVE if decides else 0):
            self.stream("stderr", NOTE)
            return False
        self._size += size
        return True

    def _bounded(self, text: str) -> str:
        room = LIMIT - self._size
        if room <= 0:
            return ""
        self._size += min(len(text), room)
        return text if len(text) <= room else text[:room] + NOTE


class Stream(io.TextIOBase):
    """Stands in for `sys.stdout` or `sys.stderr`."""

    encoding, errors = "utf-8", "replace"

    def __init__(self, outputs: Outputs, name: str, descriptor: int) -> None:
        self._outputs, self.name, self._descriptor = outputs, name, descriptor

    def write(self, text: str) -> int:
        """Collect the text."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._outputs.stream(self.name, text)
        return len(text)

    def writable(self) -> bool:
        """Yes."""
        return True

    def fileno(self) -> int:
        """The descriptor that programs started by the student's code inherit."""
        return self._descriptor


class Descriptors:
    """Collects what is written past Python: by child processes, by C code."""

    def __init__(self, outputs: Outputs) -> None:
        self._outputs = outputs
        self._files: dict[int, int] = {}

    def redirect(self) -> None:
        """Put files in memory in place of descriptors 1 and 2, and nothing in place of 0."""
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.close(nothing)
        for number in (1, 2):
            file = _memory()
            os.dup2(file, number)
            os.close(file)
            self._files[number] = number

    def collect(self) -> None:
        """Move what was written into the outputs."""
        for number in self._files:
            with suppress(OSError):  # closed or replaced by the student's code
                self._collect(number)

    def _collect(self, number: int) -> None:
        size = os.lseek(number, 0, os.SEEK_END)
        if size:
            text = os.pread(number, min(size, LIMIT), 0).decode("utf-8", "replace")
            self._outputs.stream("stdout" if number == 1 else "stderr", text)
            os.ftruncate(number, 0)
            os.lseek(number, 0, os.SEEK_SET)


def _memory() -> int:
    """A file that no folder names."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("output", 0)
    import tempfile

    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
