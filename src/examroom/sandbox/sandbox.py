"""A sandbox with its zygote, seen from the trusted side."""

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from examroom.errors import SandboxError
from examroom.sandbox import bubblewrap
from examroom.sandbox.account import as_account, as_oneself, is_root
from examroom.sandbox.cgroup import Groups
from examroom.sandbox.filter import filter_program
from examroom.sandbox.limits import Limits
from examroom.sandbox.process import CandidateProcess

# --die-with-parent means the thread that started it: this one does not end before the process.
_LAUNCHER = ThreadPoolExecutor(1, "sandbox-launcher")
_START_S, _FORK_S, _RESET_S, _END_S = 60.0, 20.0, 10.0, 10.0


class Sandbox:
    """One bubblewrap with a zygote inside, which forks one candidate at a time.

    Raises SandboxError when none can be had here; its text says how to get one.
    """

    protected = True

    def __init__(self, limits: Limits = Limits()) -> None:  # noqa: B008 - frozen
        if sys.platform != "linux":
            raise bubblewrap.explain(sys.platform)
        self.clean = True
        self.used = 0
        self._groups = Groups()
        self._stage = Path(tempfile.mkdtemp(prefix="examroom-"))
        self._stage.chmod(0o755)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control = ours
        self._process: subprocess.Popen[bytes] | None = None
        try:
            with theirs:
                self._process = self._start(theirs)
            program = base64.b64encode(filter_program()).decode()
            orders = {"limits": limits.resources(), "filter": program}
            self._exchange(json.dumps(orders).encode(), _START_S)
        except BaseException:
            self.close()
            raise

    def _start(self, theirs: socket.socket) -> "subprocess.Popen[bytes]":
        stubs = {path: _memory_file(text) for path, text in bubblewrap.STUBS.items()}
        sources = bubblewrap.folders()
        root = is_root()
        if root:
            shown = {name: self._stage / name for name in sources}
            inner = bubblewrap.command(shown, stubs)
        else:
            inner = bubblewrap.command(sources, stubs)
        python = f"{bubblewrap.ENVIRONMENT}/bin/python"
        boot = f"{bubblewrap.CODE}/examroom/zygote/boot.py"
        inner += [python, "-I", boot, "zygote", str(theirs.fileno())]
        groups = self._groups.folders
        command = (
            as_account(inner, sources, self._stage, groups) if root else as_oneself(inner, groups)
        )
        try:
            return _LAUNCHER.submit(
                subprocess.Popen,
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=(theirs.fileno(), *stubs.values()),
            ).result()
        except OSError as error:  # a tool of the system is missing
            raise bubblewrap.explain(str(error)) from error
        finally:
            for descriptor in stubs.values():
                os.close(descriptor)

    @property
    def bound(self) -> list[str]:
        """What control groups bound for all processes together."""
        return self._groups.bound

    def candidate(self) -> CandidateProcess:
        """A fresh candidate; the one before it must have been reset."""
        self.used += 1
        ours, theirs = socket.socketpair()
        with theirs:
            descriptors = self._exchange(b"fork", _FORK_S, [theirs.fileno()])[1]
        ours.settimeout(_FORK_S)
        try:
            _, listeners, _, _ = socket.recv_fds(ours, 1, 8)
        except OSError:
            listeners = []
        if not listeners:
            self.clean = False
            raise SandboxError(bubblewrap.explain(f"no namespaces: {self._said()}").args[0])
        process = descriptors[0]

        def kill() -> None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(process, signal.SIGKILL)
            os.close(process)

        return CandidateProcess(ours, kill, [socket.socket(fileno=each) for each in listeners])

    def reset(self) -> dict[str, object]:
        """After a candidate was closed: what it left behind, nothing if all is well.

        A sandbox in which something is left is not `clean` and must not be used again.
        """
        try:
            left: dict[str, object] = json.loads(self._exchange(b"reset", _RESET_S)[0])
        except (SandboxError, ValueError):
            left = {"zygote": "gone"}
        self.clean = self.clean and not left
        return left

    def close(self) -> None:
        """End the sandbox and everything in it."""
        self.clean = False
        self._control.close()
        if self._process is not None:
            try:
                self._process.wait(_END_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._groups.close()
        self._errors.close()
        shutil.rmtree(self._stage, ignore_errors=True)

    def _exchange(
        self, order: bytes, seconds: float, descriptors: Sequence[int] = ()
    ) -> tuple[bytes, list[int]]:
        self._control.settimeout(seconds)
        try:
            if descriptors:
                socket.send_fds(self._control, [order], list(descriptors))
            else:
                self._control.send(order)
            answer, received, _, _ = socket.recv_fds(self._control, 1 << 16, 1)
        except OSError as error:
            self.clean = False
            raise bubblewrap.explain(f"{error}; {self._said()}") from error
        if not answer:
            self.clean = False
            raise bubblewrap.explain(self._said())
        return answer, received

    def _said(self) -> str:
        """What was written to standard error, shortly."""
        if self._errors.closed:
            return ""
        if self._process is not None and self._process.poll() is None:
            try:
                self._process.wait(1)
            except subprocess.TimeoutExpired:
                return "no answer"
        self._errors.seek(0)
        return self._errors.read().decode("utf-8", "replace")


def _memory_file(text: str) -> int:
    descriptor = os.memfd_create("stub", 0)
    os.write(descriptor, text.encode())
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor
