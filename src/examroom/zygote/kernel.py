"""The few calls of the Linux kernel that Python has no name for."""

import ctypes
import os
import struct
from typing import Any

_libc = ctypes.CDLL(None, use_errno=True)

# sched.h
NEW_NS, NEW_UTS, NEW_IPC = 0x00020000, 0x04000000, 0x08000000
NEW_PID, NEW_NET = 0x20000000, 0x40000000
# sys/mount.h
READ_ONLY, NO_SUID, NO_DEV, NO_EXEC, REMOUNT = 1, 2, 4, 8, 32
BIND, RECURSIVE = 4096, 16384
# linux/prctl.h
_SET_DUMPABLE, _SET_SECCOMP, _CAPBSET_DROP, _SET_NO_NEW_PRIVS, _CAP_AMBIENT = 4, 22, 24, 38, 47
_SECCOMP_FILTER, _CAP_AMBIENT_CLEAR = 2, 4
_CAPABILITY_VERSION = 0x20080522
_LAST_CAPABILITY = 63


def _call(name: str, *arguments: Any) -> int:
    # integers as long as a register: what a variadic function reads, it reads whole
    whole = [ctypes.c_ulong(each) if isinstance(each, int) else each for each in arguments]
    result: int = getattr(_libc, name)(*whole)
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")
    return result


def unshare(namespaces: int) -> None:
    """Leave namespaces for new ones; `NEW_PID` takes effect for the next child."""
    _call("unshare", namespaces)


def setns(descriptor: int, kind: int) -> None:
    """Enter the namespace of this descriptor."""
    _call("setns", descriptor, kind)


def mount(source: str | None, target: str, kind: str | None, flags: int, options: str = "") -> None:
    """Mount, bind or change a mount."""
    encoded = [None if text is None else text.encode() for text in (source, target, kind)]
    _call("mount", *encoded, flags, options.encode())


def set_dumpable(dumpable: bool) -> None:
    """Whether processes of the same account may look into this one."""
    _call("prctl", _SET_DUMPABLE, int(dumpable), 0, 0, 0)


def drop_capabilities() -> None:
    """Give up every capability, for ever."""
    _call("prctl", _CAP_AMBIENT, _CAP_AMBIENT_CLEAR, 0, 0, 0)
    for capability in range(_LAST_CAPABILITY + 1):
        try:
            _call("prctl", _CAPBSET_DROP, capability, 0, 0, 0)
        except OSError:
            break  # the kernel knows no more
    _call("capset", struct.pack("=Ii", _CAPABILITY_VERSION, 0), bytes(24))


def filter_calls(program: bytes) -> None:
    """Install a system-call filter (classic BPF, 8 bytes an instruction); children inherit it."""
    code = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    _call("prctl", _SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _call("prctl", _SET_SECCOMP, _SECCOMP_FILTER, ctypes.c_char_p(header), 0, 0)


def remove_ipc(kind: str, number: int) -> None:
    """Remove a System V `shm`, `sem` or `msg` object."""
    arguments = (number, 0, 0, None) if kind == "sem" else (number, 0, None)
    _call(f"{kind}ctl", *arguments)
