"""Run a command, and write down which of its processes are there when it has ended.

`watch.py REPORT COMMAND…`: a process whose parent ends becomes this one's child, whatever it did to
get away, so what is left of the command are this process's own descendants.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


def main() -> None:
    report, *command = sys.argv[1:]
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with subprocess.Popen(command) as process:
        status = process.wait()
    left = _descendants()
    told = {"process": process.pid, "left": [_command_line(each) for each in left]}
    Path(report).write_text(json.dumps(told))
    for each in left:
        os.kill(each, signal.SIGKILL)
    sys.exit(status)


def _descendants() -> list[int]:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass  # it had ended, and nobody had asked
    except ChildProcessError:
        return []
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it has just ended
    found = [os.getpid()]
    for process in found:
        found += [child for child, parent in parents.items() if parent == process]
    return found[1:]


def _command_line(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return f"process {process}"


if __name__ == "__main__":
    main()
