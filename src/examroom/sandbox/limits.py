"""What a candidate may use."""

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Bounds of a candidate, each of which costs it a check, never anybody else anything."""

    memory: int = 4 << 30  # bytes of address space, a process
    processes: int = 256  # with threads, a sandbox
    file: int = 32 * MIB  # bytes, each
    files: int = 512  # open at once, a process
    cpu: int = 60  # seconds of processor time, a process

    def resources(self) -> dict[str, int]:
        """As RLIMIT names and their values."""
        return {
            "AS": self.memory,
            "NPROC": self.processes,
            "FSIZE": self.file,
            "NOFILE": self.files,
            "CPU": self.cpu,
            "CORE": 0,
            "RTPRIO": 0,
        }


# For a whole sandbox, where a control group can be had.
GROUP_MEMORY = 5 << 30
GROUP_PROCESSES = 512
