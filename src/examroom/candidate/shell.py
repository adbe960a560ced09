"""Runs cells as a notebook's kernel would: IPython, top-level await, magics, rich output.

IPython without a kernel, in virtual time; execnb (AnswerDotAI) has shown that nothing more is
needed.
"""

import asyncio
import os
import subprocess
import sys
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell

from asynclab.clock import VirtualLoop, virtual_time, watched
from examroom.candidate.outputs import Descriptors, Outputs

HistoryManager.enabled = False  # type: ignore[assignment]
OUTPUTS = Outputs()
DESCRIPTORS = Descriptors(OUTPUTS)
_TEXT, _FRAME = 2_000, 4_000  # characters kept of an error's message, and of each of its frames


class _Hook(DisplayHook):
    """The value of a cell's last expression becomes its result."""

    def start_displayhook(self) -> None:
        pass

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        DESCRIPTORS.collect()
        OUTPUTS.add(
            {
                "output_type": "execute_result",
                "data": format_dict,
                "metadata": md_dict or {},
                "execution_count": None,  # the examiner numbers the cells
            }
        )

    def finish_displayhook(self) -> None:
        pass


class _Publisher(DisplayPublisher):
    """What is displayed becomes an output of the cell."""

    def publish(
        self, data: Any, metadata: Any = None, *_: Any, transient: Any = None, **options: Any
    ) -> None:
        DESCRIPTORS.collect()
        parts = {"data": data, "metadata": metadata or {}}
        name: str = (transient or {}).get("display_id", "")
        OUTPUTS.update(name, **parts)
        if not options.get("update"):
            OUTPUTS.add({"output_type": "display_data", **parts}, name)

    def clear_output(self, wait: bool = False) -> None:
        OUTPUTS.clear(wait)


class Shell(InteractiveShell):
    """IPython whose outputs are collected."""

    displayhook_class = _Hook
    display_pub_class = _Publisher

    def init_hooks(self) -> None:
        """As IPython does, but what it would page (`?print`) is not printed: nobody is there."""
        super().init_hooks()  # type: ignore[no-untyped-call]
        self.set_hook("show_in_pager", lambda *_, **__: None, 99)  # type: ignore[no-untyped-call]

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        DESCRIPTORS.collect()
        OUTPUTS.add(_error(etype.__name__, str(evalue), stb))

    def system_piped(self, cmd: str) -> None:
        """`!command`: its output is collected; there is no terminal for it."""
        command = self.var_expand(cmd, depth=1)  # type: ignore[no-untyped-call]
        self.user_ns["_exit_code"] = subprocess.call(command, shell=True)
        DESCRIPTORS.collect()

    system = system_piped

    def ask_exit(self) -> None:
        """`exit` in a cell."""
        raise SystemExit

    def enable_gui(self, gui: Any = None) -> None:
        """There is no window to show anything in."""


class Cells:
    """Runs the cells of one notebook, on a loop that lives as long as they do."""

    def __init__(self) -> None:
        self.shell = Shell.instance()
        self.shell.colors = "nocolor"
        self.loop = VirtualLoop()

    def run(self, source: str) -> bool:
        """Run one cell; what it shows is in OUTPUTS. Tells whether it succeeded."""
        if self.loop.is_closed():
            self.loop = VirtualLoop()
        asyncio.set_event_loop(self.loop)
        try:
            with watched(self.loop), virtual_time(self.loop, self.shell.user_ns):
                result = self.loop.run_until_complete(self._execute(source))
            return bool(result.success)
        except BaseException as error:  # whatever it was, the next cell runs
            OUTPUTS.add(_error(type(error).__name__, str(error), []))
            return False

    async def _execute(self, source: str) -> ExecutionResult:
        shell = self.shell
        broken: Any = None
        try:
            transformed = shell.transform_cell(source)  # type: ignore[no-untyped-call]
        except Exception:
            transformed, broken = source, sys.exc_info()
        result = await shell.run_cell_async(
            source, store_history=True, transformed_cell=transformed, preprocessing_exc_tuple=broken
        )
        shell.events.trigger("post_execute")
        shell.events.trigger("post_run_cell", result)
        return result


def warm() -> None:
    """Import and run once what every candidate needs, so that a fork starts with it."""
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    import aiohttp  # noqa: F401

    import asynclab
    from asynclab.exam.run import evaluate

    asynclab.run("1", namespace={})
    evaluate("asyncio.sleep(1)", {"asyncio": asyncio}, {})
    cells = Cells()
    for source in ("import asyncio\nawait asyncio.sleep(0)", "1/0", "1 + 1", "%load_ext asynclab"):
        cells.run(source)
    cells.loop.close()
    asyncio.set_event_loop(None)
    cells.shell.run_line_magic("unload_ext", "asynclab")
    cells.shell.reset(new_session=True)  # type: ignore[no-untyped-call]
    cells.shell.execution_count = 1
    OUTPUTS.begin()


def no_input(prompt: object = "") -> str:
    """`input()` of a cell that is run while nobody sits there; the words are ipykernel's."""
    raise StdinNotImplementedError(
        "raw_input was called, but this frontend does not support input requests."
    )


def _error(name: str, text: str, frames: list[str]) -> dict[str, Any]:
    return {
        "output_type": "error",
        "ename": name,
        "evalue": text[:_TEXT],
        "traceback": [frame[:_FRAME] for frame in frames[:100]] or [f"{name}: {text[:_TEXT]}"],
    }
