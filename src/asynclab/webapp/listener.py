"""The socket on which an application is served."""

import errno
import os
import socket

from asynclab.webapp.errors import PortError


def listen(port: int) -> socket.socket:
    """A socket that listens on 127.0.0.1.

    Args:
        port: which port; 0 is a free one.

    Raises:
        PortError: it cannot be had.

    Example:
        >>> with listen(0) as listener:
        ...     listener.getsockname()[0]
        '127.0.0.1'
    """
    # The protocol is spelt out, else asyncio does not know that the connections are TCP and leaves
    # Nagle's delay on: 40 ms for every answer on a connection that is used again.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere it would let two servers have the same port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
    except OSError as refused:
        listener.close()
        if refused.errno == errno.EADDRINUSE:
            raise PortError(f"端口 {port} 已经被占用：换一个，或者不写 port") from refused
        raise PortError(f"端口 {port} 用不了：{refused.strerror}") from refused
    return listener
