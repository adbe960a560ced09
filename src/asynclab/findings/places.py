"""Where in the program's own code an exception arose."""

import linecache
from collections.abc import Iterator
from types import FrameType, TracebackType

from asynclab.clock import is_library

# The name under which a check's own expression is compiled.
EXPRESSION = "<检查>"


def place_of(error: BaseException) -> tuple[int | None, str]:
    """Line and text of the innermost frame of the program's own code."""
    place: tuple[int | None, str] = (None, "")
    for frame, line in _walk(error.__traceback__):
        file = frame.f_code.co_filename
        if not is_library(file) and file != EXPRESSION:
            place = (line, linecache.getline(file, line).strip())
    return place


def frames(error: BaseException, *, own: bool = True) -> Iterator[FrameType]:
    """An error's frames from the outermost; with `own`, those of the program and the check."""
    for frame, _ in _walk(error.__traceback__):
        if not own or not is_library(frame.f_code.co_filename):
            yield frame


def _walk(trace: TracebackType | None) -> Iterator[tuple[FrameType, int]]:
    while trace is not None:
        yield trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next
