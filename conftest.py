"""For all that starts kernels, the notebooks that nbval executes above all: ports of their own.

A kernel binds its ports half a second after Jupyter found them free. Where several processes look
for ports at once, the system gives one to two of them now and then; each has a range here, below
those that the system gives away.
"""

import itertools
import os
import socket

from jupyter_client.connect import LocalPortCache

_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_PORTS = itertools.cycle(range(10_000 + 500 * (_WORKER % 30), 10_500 + 500 * (_WORKER % 30)))


def _next_port(_: LocalPortCache, ip: str) -> int:
    for port in itertools.islice(_PORTS, 500):
        with socket.socket() as probe:
            try:
                probe.bind((ip, port))
            except OSError:
                continue
        return port
    raise OSError(f"no free port for a kernel on {ip}")


LocalPortCache.find_available_port = _next_port
