"""Run a script where the student's code runs."""

from asynclab.exam.room import current_room
from asynclab.script import ScriptResult
from asynclab.script import script as run_here


def script(source: str, *, timeout: float = 10) -> ScriptResult:
    """Run `source` as `python script.py` would, in a new interpreter; see `asynclab.script`.

    Args:
        source: the program's text.
        timeout: seconds after which the script is killed.
    """
    room = current_room()
    return run_here(source, timeout=timeout) if room is None else room.script(source, timeout)
