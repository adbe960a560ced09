"""Candidates without a sandbox, for code that its owner runs, or at the instructor's own risk."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from examroom.sandbox.bubblewrap import PACKAGE
from examroom.sandbox.process import CandidateProcess


class Bare:
    """Each candidate is a process of its own in an empty folder, with the rights of the user."""

    protected = False
    clean = True
    used = 0

    def __init__(self) -> None:
        self._home: Path | None = None

    def candidate(self) -> CandidateProcess:
        """A fresh interpreter; it takes about as long to start as any."""
        self._home = home = Path(tempfile.mkdtemp(prefix="examroom-"))
        ours, theirs = socket.socketpair()
        with theirs:
            boot = PACKAGE / "zygote" / "boot.py"
            environment = {
                **os.environ,
                "IPYTHONDIR": str(home / ".ipython"),
                "MPLBACKEND": "module://matplotlib_inline.backend_inline",
                "NBGRADER_EXECUTION": "autograde",
            }
            process = subprocess.Popen(
                [sys.executable, "-I", str(boot), "candidate", str(theirs.fileno())],
                cwd=home,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )

        def kill() -> None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

        listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
        return CandidateProcess(ours, kill, listeners)

    def reset(self) -> dict[str, object]:
        """Remove the candidate's folder."""
        if self._home is not None:
            shutil.rmtree(self._home, ignore_errors=True)
            self._home = None
        return {}

    def close(self) -> None:
        """Nothing is left to end."""
        self.reset()
