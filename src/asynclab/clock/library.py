"""Which files are a library's, and not the program's own."""

import asyncio
import os
from pathlib import Path

_LIBRARY = (
    str(Path(asyncio.__file__).parents[1]) + os.sep,  # the standard library
    str(Path(__file__).parents[1]) + os.sep,  # asynclab itself
    "<frozen",
)


def is_library(file: str) -> bool:
    """Whether code of this file is a library's: a program's author has no line in it."""
    return file.startswith(_LIBRARY) or "site-packages" in file
