"""For all that starts kernels, the notebooks that nbval executes above all: ports of their own.

A kernel binds its ports half a second after Jupyter found them free. Meanwhile the system may give
one of them to another process that asks for a free port, such as a second worker's kernel. So each
worker has a range here, below the ports that the system gives away.
"""

import itertools
import os
import socket

from jupyter_client.connect import LocalPortCache

_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_MANY = 500
_FIRST = 10_000 + _MANY * (_WORKER % 30)
_PORTS = itertools.cycle(range(_FIRST, _FIRST + _MANY))


def _next_port(_: LocalPortCache, ip: str) -> int:
    for port in itertools.islice(_PORTS, _MANY):
        with socket.socket() as probe:
            try:
                probe.bind((ip, port))
            except OSError:
                continue
        return port
    raise OSError(f"no free port for a kernel on {ip}")


LocalPortCache.find_available_port = _next_port
