"""Wall and processor time of commands."""

import os
import platform
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_POLL_S = 0.05
_TRIES = 100


@dataclass(frozen=True)
class Spent:
    """Seconds of wall clock and of processors."""

    wall_s: float
    cpu_s: float


@dataclass(frozen=True)
class Command:
    """A program to run in a folder, where what it says goes to `said.txt`."""

    arguments: Sequence[str]
    folder: Path


class Meter:
    """Runs commands and counts the processor time of everything that they start.

    What a process reports of its children is not enough: when a candidate's namespaces are killed,
    nobody waits for the processes in them, and their time would be missing. A control group counts
    them. Where none can be made (without root), the busy time of the whole machine is taken, which
    is too much rather than too little.
    """

    def __init__(self) -> None:
        self._group: Path | None = _own_group() / f"benchmark-{os.getpid()}"
        try:
            self._group.mkdir()
        except OSError:
            self._group = None

    @property
    def source(self) -> str:
        """Where processor times come from (Chinese)."""
        return "整台机器的忙碌时间" if self._group is None else "控制组"

    def run(self, commands: Sequence[Command], tick: Callable[[], None]) -> Spent:
        """Run commands at once; `tick` is called again and again while they run.

        Raises SystemExit with what a command said when one fails.
        """
        begun, cpu = time.monotonic(), self._cpu_s()
        running = [self._start(command) for command in commands]
        try:
            while any(process.poll() is None for process in running):
                tick()
                time.sleep(_POLL_S)
            spent = Spent(time.monotonic() - begun, self._cpu_s() - cpu)
        finally:
            for process in running:
                process.terminate()
                process.wait()
        for command, process in zip(commands, running, strict=True):
            if process.returncode:
                said = (command.folder / "said.txt").read_text("utf-8", errors="replace")
                raise SystemExit(f"{' '.join(command.arguments)} 失败：\n{said[-4000:]}")
        return spent

    def close(self) -> None:
        """End what an interrupted run has left, and remove the control group."""
        if self._group is None:
            return
        with suppress(OSError):  # Linux 5.14
            (self._group / "cgroup.kill").write_text("1")
        for _ in range(_TRIES):
            with suppress(OSError):  # while a process of it is still ending
                self._group.rmdir()
                return
            time.sleep(_POLL_S)

    def _start(self, command: Command) -> "subprocess.Popen[bytes]":
        arguments = list(command.arguments)
        if self._group is not None:
            join = 'echo $$ > "$0" && exec "$@"'
            arguments = ["sh", "-c", join, str(self._group / "cgroup.procs"), *arguments]
        with (command.folder / "said.txt").open("wb") as said:
            return subprocess.Popen(
                arguments,
                cwd=command.folder,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
            )

    def _cpu_s(self) -> float:
        if self._group is not None:
            microseconds = (self._group / "cpu.stat").read_text().split()[1]
            return int(microseconds) / 1e6
        # user, nice, system, idle, waiting for disks, interrupts, soft interrupts
        ticks = [int(each) for each in Path("/proc/stat").read_text().split()[1:8]]
        return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


def _own_group() -> Path:
    """This process's control group in the unified hierarchy."""
    unified = Path("/sys/fs/cgroup/unified")
    root = unified if unified.exists() else Path("/sys/fs/cgroup")
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        if line.startswith("0::"):
            return root / line[3:].strip("/")
    return root


def machine() -> str:
    """What the figures were measured on, in one line (Chinese)."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{(models or [platform.machine()])[0]}，{os.cpu_count()} 个处理器，{memory:.0f} GiB 内存，"
        f"Linux {platform.release()}，Python {platform.python_version()}"
    )
