"""The lab bench of the course: what its notebooks import to look at asynchronous programs."""

from typing import Any

from asynclab.exam import Transcript, run
from asynclab.script import ScriptResult, script
from asynclab.timeline import side_by_side, timeline

__all__ = ["ScriptResult", "Transcript", "run", "script", "side_by_side", "timeline"]


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext asynclab` calls; IPython is imported only then."""
    from asynclab.ipython import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """What `%unload_ext asynclab` calls."""
    from asynclab.ipython import unload

    unload(shell)
