"""Runs a server that must not outlive this process, whatever ends it.

A shell stands between: it prepares and starts the server, and reads a pipe whose other end only
this process holds. The pipe ends when this process closes it, exits, crashes or is killed; then
the shell kills the server and deletes the folder. It works wherever there is a POSIX shell.
"""

import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

# $1: the folder, $2: what makes its first files, $3: the server. What is printed at the end is
# the end of their log, which says why they ended.
_SCRIPT = r"""
trap '' HUP INT TERM
exec 3<&0 4>&1 </dev/null >"$1/log" 2>&1
if sh -c "$2" 3<&- 4>&-; then
    sh -c "exec $3" 3<&- 4>&- &
    server=$!
    exec 2>/dev/null
    { read -r _; kill -9 $server; } <&3 4>&- &
    watcher=$!
    exec 3<&-
    wait $server
    kill -9 $watcher
fi
tail -c 2000 "$1/log" >&4
rm -rf -- "$1"
"""


class Keeper:
    """A server and its folder, both gone when this process is.

    Args:
        folder: exists already; everything that the server needs is in it.
        prepare: the command that makes the server's first files.
        serve: the command that is the server.
    """

    def __init__(self, folder: Path, prepare: Sequence[str], serve: Sequence[str]) -> None:
        commands = shlex.join(prepare), shlex.join(serve)
        self._shell = subprocess.Popen(
            ["/bin/sh", "-c", _SCRIPT, "asynclab-database", str(folder), *commands],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # an interrupted cell interrupts the kernel's whole group
        )

    @property
    def running(self) -> bool:
        """Whether it is still being prepared, or serves."""
        return self._shell.poll() is None

    def stop(self) -> None:
        """Let go of the pipe: server and folder go."""
        assert self._shell.stdin is not None
        self._shell.stdin.close()

    def join(self) -> str:
        """Wait until server and folder are gone.

        Returns:
            The end of the server's log.
        """
        assert self._shell.stdout is not None
        with self._shell.stdout as told:
            log = told.read().decode("utf-8", "replace")
        self._shell.wait()
        return log
