"""`%load_ext asynclab`: what the lab bench adds to a notebook."""

from IPython.core.interactiveshell import InteractiveShell

from asynclab.ipython.explain import Explainer
from asynclab.ipython.interrupt import Interruptible
from asynclab.ipython.magic import TimelineMagic

_LOADED: dict[int, tuple[Interruptible, Explainer]] = {}


def load(shell: InteractiveShell) -> None:
    """Keep waiting cells interruptible, explain common errors, add `%%timeline`."""
    if id(shell) in _LOADED:
        return
    parts = _LOADED[id(shell)] = (Interruptible(), Explainer(shell))
    for part in parts:
        shell.events.register("pre_run_cell", part.begin)
        shell.events.register("post_run_cell", part.end)
    shell.register_magics(TimelineMagic)


def unload(shell: InteractiveShell) -> None:
    """Take away what `load` added, but for the magic, which IPython keeps."""
    for part in _LOADED.pop(id(shell), ()):
        shell.events.unregister("pre_run_cell", part.begin)
        shell.events.unregister("post_run_cell", part.end)
