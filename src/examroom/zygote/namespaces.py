"""A world for one candidate: process, mount, IPC, network and host-name namespaces of its own."""

import fcntl
import os
import socket
import struct
from collections.abc import Callable, Sequence
from pathlib import Path

from examroom.zygote import kernel

HOME = "/home/student"
# Folders that a candidate can write; a memory file system each, which ends with its namespaces.
WRITABLE = {"/tmp": "mode=1777", HOME: "mode=700", "/dev/shm": "mode=1777"}
SIZE = "size=64m,nr_inodes=20k"
# Parts of /proc that tell about, or turn, the machine rather than the candidate.
CLOSED = ("sys", "sysrq-trigger", "irq", "bus", "fs", "acpi", "mtrr", "scsi")
LISTENERS = 2
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 1


def spawn(
    process_namespace: int,
    connection: socket.socket,
    candidate: Callable[[], None],
    secret: Sequence[int],
) -> int:
    """Fork a process with namespaces of its own that runs `candidate`; its process id, in here.

    The process returned is the first of its namespace: when it is killed, all others of that
    namespace end with it, however they tried to get away.

    Args:
        process_namespace: descriptor of the caller's own process namespace, to come back to.
        connection: where the examiner is sent the listening sockets of the candidate's network.
        candidate: what to run; it must not return.
        secret: descriptors that are the zygote's alone.
    """
    kernel.setns(process_namespace, kernel.NEW_PID)
    kernel.unshare(kernel.NEW_PID)
    child = os.fork()
    if child:
        return child
    try:
        for descriptor in secret:
            os.close(descriptor)
        _enter()
        _send_listeners(connection)
        kernel.drop_capabilities()
        inner = os.fork()
        if inner == 0:
            candidate()
        _reap(inner, connection)
    finally:
        os._exit(1)


def _enter() -> None:
    kernel.unshare(kernel.NEW_NS | kernel.NEW_IPC | kernel.NEW_NET | kernel.NEW_UTS)
    flags = kernel.NO_SUID | kernel.NO_DEV
    for folder, mode in WRITABLE.items():
        kernel.mount("tmpfs", folder, "tmpfs", flags, f"{SIZE},{mode}")
    kernel.mount("proc", "/proc", "proc", flags | kernel.NO_EXEC)
    for name in CLOSED:
        path = f"/proc/{name}"
        if Path(path).exists():
            kernel.mount(path, path, None, kernel.BIND | kernel.RECURSIVE)
            locked = flags | kernel.NO_EXEC | kernel.READ_ONLY
            kernel.mount(None, path, None, kernel.BIND | kernel.REMOUNT | locked)
    with socket.socket() as any_socket:
        request = struct.pack("16sh14x", b"lo", _IFF_UP)
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, request)


def _send_listeners(connection: socket.socket) -> None:
    """Sockets that listen in the candidate's network and are served by the examiner.

    A server that a check observes thus answers on the candidate's loopback, while it runs where the
    student's code cannot reach it.
    """
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(LISTENERS)]
    socket.send_fds(connection, [b"+"], [listener.fileno() for listener in listeners])
    for listener in listeners:
        listener.close()


def _reap(candidate: int, connection: socket.socket) -> None:
    """What the first process of a namespace is for, until the candidate has ended."""
    connection.close()
    while os.wait()[0] != candidate:
        pass
