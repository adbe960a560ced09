"""The system-call filter of a candidate, as a program for this machine's kernel."""

import errno
import tempfile
from functools import cache

from examroom.errors import SandboxError

# Key rings outlive a process and are found by the next one; the rest has no place in an exercise
# and is where kernels are attacked.
FORBIDDEN = (
    "acct", "add_key", "bpf", "clock_adjtime", "clock_settime", "delete_module", "finit_module",
    "fsconfig", "fsmount", "fsopen", "fspick", "init_module", "io_uring_enter",
    "io_uring_register", "io_uring_setup", "kcmp", "kexec_file_load", "kexec_load", "keyctl",
    "lookup_dcookie", "mount", "mount_setattr", "move_mount", "name_to_handle_at",
    "open_by_handle_at", "open_tree", "perf_event_open", "pidfd_getfd", "pivot_root",
    "process_madvise", "process_vm_readv", "process_vm_writev", "ptrace", "quotactl", "reboot",
    "request_key", "setdomainname", "sethostname", "setns", "settimeofday", "swapoff", "swapon",
    "syslog", "umount2", "unshare", "userfaultfd", "vhangup",
)  # fmt: skip
# Unix, IPv4, IPv6 and netlink sockets are divided by namespaces. Others reach what none divides (a
# hypervisor's vsock, the kernel's own ciphers, radios), or load modules that nobody needs.
_FAMILIES = (1, 2, 10, 16)


@cache
def filter_program() -> bytes:
    """Classic BPF that refuses FORBIDDEN calls with EPERM and strange sockets with EAFNOSUPPORT.

    Raises SandboxError where libseccomp is not installed.
    """
    try:
        import pyseccomp
    except (ImportError, RuntimeError) as error:
        raise SandboxError(
            "没有找到 libseccomp，不能限制学生代码的系统调用。"
            "Debian 或 Ubuntu 请运行 sudo apt install libseccomp2。"
        ) from error
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    refused = pyseccomp.ERRNO(errno.EPERM)
    for name in FORBIDDEN:
        try:
            rules.add_rule(refused, name)
        except OSError:
            continue  # a call that this libseccomp does not know
    unknown = pyseccomp.ERRNO(errno.EAFNOSUPPORT)
    rules.add_rule(unknown, "socket", pyseccomp.Arg(0, pyseccomp.GT, max(_FAMILIES)))
    for family in set(range(max(_FAMILIES))) - set(_FAMILIES):
        rules.add_rule(unknown, "socket", pyseccomp.Arg(0, pyseccomp.EQ, family))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
