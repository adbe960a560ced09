"""The zygote's main loop, as the first process of the sandbox."""

import base64
import gc
import json
import os
import resource
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path

from examroom.candidate.serve import serve as answer
from examroom.candidate.shell import warm
from examroom.zygote import hygiene, kernel
from examroom.zygote.namespaces import HOME, spawn

# Seconds in which a killed candidate's namespaces must have ended.
_END_S = 5.0
# Characters told of each thing that differs.
_TOLD = 400


def serve(descriptor: int) -> None:
    """Fork candidates on request until the examiner has gone.

    The first message holds the limits and the system-call filter; then each `fork` (with the
    candidate's socket) is answered by a descriptor of its process, each `reset` by what differs
    from before the first candidate.
    """
    control = socket.socket(fileno=descriptor)
    orders = json.loads(control.recv(1 << 17))
    limits: dict[str, int] = orders["limits"]
    program = base64.b64decode(orders["filter"])
    warm()
    hygiene.wipe()
    kernel.set_dumpable(False)  # no candidate's account may look into this process
    # a first process ignores, from inside its namespace, every signal left at its default
    for number in range(1, signal.NSIG):
        with suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_DFL)
    processes = os.open("/proc/self/ns/pid", os.O_RDONLY)
    # candidates get their namespaces from here and can make no others
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    gc.collect()
    gc.freeze()
    healthy = hygiene.state()
    control.send(b"{}")
    candidate = 0
    while True:
        order, descriptors, _, _ = socket.recv_fds(control, 4096, 1)
        if not order:
            os._exit(0)
        if order == b"fork":
            connection = socket.socket(fileno=descriptors[0])

            def live(connection: socket.socket = connection) -> None:
                _live(connection, limits, program)

            candidate = spawn(processes, connection, live, [control.fileno(), processes])
            connection.close()
            process = os.pidfd_open(candidate)
            socket.send_fds(control, [b"{}"], [process])
            os.close(process)
        else:
            _await_end(candidate)
            now = hygiene.state()
            differs = {n: str(now[n])[:_TOLD] for n in healthy if now[n] != healthy[n]}
            control.send(json.dumps(differs).encode())


def _live(connection: socket.socket, limits: dict[str, int], program: bytes) -> None:
    """Become a candidate: bound, filtered, and then the student's."""
    try:
        os.setsid()
        kernel.set_dumpable(True)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for ignored in (signal.SIGPIPE, signal.SIGXFSZ):  # an error instead of an end
            signal.signal(ignored, signal.SIG_IGN)
        Path("/proc/self/oom_score_adj").write_text("1000")
        for name, value in limits.items():
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))
        kernel.filter_calls(program)
        os.chdir(HOME)
        gc.unfreeze()
        answer(connection)
    finally:
        os._exit(1)


def _await_end(candidate: int) -> None:
    """Wait for the end of a candidate that its examiner has killed."""
    end = time.monotonic() + _END_S
    while candidate and time.monotonic() < end:
        with suppress(ChildProcessError):
            if os.waitpid(candidate, os.WNOHANG)[0] == 0:
                time.sleep(0.0005)
                continue
        return
