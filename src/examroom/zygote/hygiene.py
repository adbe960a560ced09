"""What a candidate could leave in the zygote's own world; nothing, unless its namespaces leak.

The zygote looks after each candidate, and its examiner replaces a sandbox that is not as it was.
"""

import os
import re
import resource
from contextlib import suppress
from pathlib import Path
from typing import Any

from examroom.zygote import kernel
from examroom.zygote.namespaces import WRITABLE

_KINDS = ("shm", "sem", "msg")
_LIMITS = [name for name in dir(resource) if name.startswith("RLIMIT_")]


def wipe() -> None:
    """Empty the writable folders and remove System V objects."""
    for folder in WRITABLE:
        _empty(folder)
    for kind in _KINDS:
        for number in _system_v(kind):
            with suppress(OSError):
                kernel.remove_ipc(kind, number)


def state() -> dict[str, Any]:
    """Everything that must be the same before and after a candidate."""
    return {
        "processes": sorted(entry.name for entry in Path("/proc").glob("[0-9]*")),
        "files": sorted(str(entry) for folder in WRITABLE for entry in Path(folder).iterdir()),
        "ipc": {kind: _system_v(kind) for kind in _KINDS},
        "keys": _keys(),
        "sockets": _sockets(),
        "limits": {
            name: resource.getrlimit(getattr(resource, name)) for name in _LIMITS
        },
        "priority": [os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0)],
        "processors": sorted(os.sched_getaffinity(0)),
        "oom": _read("/proc/self/oom_score_adj"),
    }  # fmt: skip


def _keys() -> list[str]:
    """Keys by number, rights, owner, name and content: how often and how long is no trace."""
    lines = [line.split(None, 4) for line in _read("/proc/keys").splitlines()]
    return [f"{number} {rest}" for number, _flags, _uses, _expiry, rest in lines]


def _sockets() -> list[str]:
    """How many sockets of each kind there are; listing them would search all the kernel has."""
    counts = _read("/proc/net/sockstat") + _read("/proc/net/sockstat6")
    return re.findall(r"\w+: (?:used|inuse) \d+", counts)


def _empty(folder: str) -> None:
    """Remove everything in a folder without recursion: a tree may be thousands of folders deep."""
    moved = 0
    while entries := list(Path(folder).iterdir()):
        before = moved
        for entry in entries:
            with suppress(OSError):
                if entry.is_symlink() or not entry.is_dir():
                    entry.unlink()
                    continue
                entry.chmod(0o700)
                for inner in entry.iterdir():
                    if inner.is_dir() and not inner.is_symlink():
                        moved += 1
                        inner.rename(f"{folder}/\x01{moved}")  # one level up, then again
                    else:
                        inner.unlink()
                entry.rmdir()
        if moved == before:
            return


def _system_v(kind: str) -> list[int]:
    lines = _read(f"/proc/sysvipc/{kind}").splitlines()[1:]
    return sorted(int(line.split()[1]) for line in lines)


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
