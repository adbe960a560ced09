"""Control groups: bounds for all processes of a sandbox together, where they can be had.

Limits of a process do not add up: 256 processes of 4 GiB each are within them. A group's do. Only
root, or a user to whom the system has delegated a group, can make one.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from examroom.sandbox.limits import GROUP_MEMORY, GROUP_PROCESSES

_ROOT = Path("/sys/fs/cgroup")
# As much of the processors for each sandbox, however many processes compete in it: hundreds that
# compute for ever must not cost the student next to them a check.
_UNIFIED = {
    "memory.max": GROUP_MEMORY,
    "memory.swap.max": 0,
    "pids.max": GROUP_PROCESSES,
    "cpu.weight": 100,
}
_LEGACY = {
    "memory": {"memory.limit_in_bytes": GROUP_MEMORY},
    "pids": {"pids.max": GROUP_PROCESSES},
    "cpu": {"cpu.shares": 1024},
}
_SAID = {"memory": "内存", "pids": "进程数"}


class Groups:
    """The control groups of one sandbox; `folders` is empty where none can be had."""

    def __init__(self, root: Path = _ROOT) -> None:
        # a run that was killed leaves its groups, and its number is given to another process
        name = f"examroom-{os.getpid()}-{secrets.token_hex(4)}"
        self.folders: list[Path] = []
        if (root / "cgroup.controllers").exists():
            self._make(root / _own("") / name, _UNIFIED)
        else:
            for controller, limits in _LEGACY.items():
                self._make(root / controller / _own(controller) / name, limits)

    @property
    def bound(self) -> list[str]:
        """What the groups bound, as the report says it."""
        files = [file.name for folder in self.folders for file in folder.iterdir()]
        return [said for name, said in _SAID.items() if any(f.startswith(name) for f in files)]

    @property
    def unbound(self) -> list[str]:
        """What only limits of single processes bound."""
        return [said for said in _SAID.values() if said not in self.bound]

    def close(self) -> None:
        """Remove the groups; what was in them must have ended."""
        for folder in self.folders:
            with suppress(OSError):
                folder.rmdir()

    def _make(self, folder: Path, limits: dict[str, int]) -> None:
        try:
            folder.mkdir()
        except OSError:
            return
        written = 0
        for file, value in limits.items():
            with suppress(OSError):
                (folder / file).write_text(str(value))
                written += 1
        if written:
            self.folders.append(folder)
        else:
            folder.rmdir()


def _own(controller: str) -> str:
    """This process's own group, as a path below the controller's folder."""
    with suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if controller in controllers.split(","):
                return path.strip("/")
    return ""
