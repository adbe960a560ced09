"""A sandbox's processes as this machine sees them."""

from collections.abc import Iterator
from pathlib import Path

from examroom.sandbox import Sandbox


def descendants(pid: int) -> Iterator[int]:
    """A process and all below it, as this machine sees them."""
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            yield from descendants(child)


def status(pid: int, field: str) -> list[str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(line.split()[1:] for line in lines if line.startswith(f"{field}:"))


def process_of(sandbox: Sandbox) -> int:
    assert sandbox._process is not None
    return sandbox._process.pid


def zygote_of(sandbox: Sandbox) -> int:
    """Its process id outside: the first process inside."""
    return next(p for p in descendants(process_of(sandbox)) if status(p, "NSpid")[1:] == ["1"])
