"""The command line of bubblewrap: what a sandbox can see."""

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from examroom.errors import SandboxError

PROGRAM = "bwrap"
# Inside: the environment's packages, and the code of the candidate and the lab bench.
ENVIRONMENT, CODE = "/opt/environment", "/opt/exam"
HOME = "/home/student"

PACKAGE = Path(__file__).resolve().parents[1]

# What programs look for in /etc; the machine's own has nothing to do in there.
STUBS = {
    "/etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "/etc/passwd": f"student:x:1000:1000::{HOME}:/bin/sh\n",
    "/etc/group": "student:x:1000:\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}
_DEVICES = ("null", "zero", "full", "random", "urandom")
_MEMORY = str(64 << 20)


def folders() -> dict[str, Path]:
    """Folders of this machine that a sandbox sees read-only, by a name for each.

    The interpreter keeps its place, which a virtual environment refers to.
    """
    import asynclab

    found = {
        "environment": Path(sys.prefix),
        "asynclab": Path(asynclab.__file__).parent,
        "candidate": PACKAGE / "candidate",
        "zygote": PACKAGE / "zygote",
    }
    if not sys.base_prefix.startswith("/usr"):
        found["interpreter"] = Path(sys.base_prefix)
    return found


def command(sources: Mapping[str, Path], stubs: Mapping[str, int]) -> list[str]:
    """Everything up to the program that is to run inside.

    Args:
        sources: where each of `folders()` is found by the account that runs bubblewrap.
        stubs: open descriptors of the STUBS, by path.

    Raises:
        SandboxError: bubblewrap is not installed.
    """
    program = shutil.which(PROGRAM)
    if program is None:
        raise SandboxError(_advice("没有安装 bubblewrap"))
    targets = {
        "environment": ENVIRONMENT,
        "asynclab": f"{CODE}/asynclab",
        "candidate": f"{CODE}/examroom/candidate",
        "zygote": f"{CODE}/examroom/zygote",
        "interpreter": sys.base_prefix,
    }
    arguments = [program, "--ro-bind", "/usr", "/usr"]
    for link in ("lib", "lib64", "bin"):
        arguments += ["--symlink", f"usr/{link}", f"/{link}"]
    arguments += ["--proc", "/proc"]
    for device in _DEVICES:
        arguments += ["--dev-bind", f"/dev/{device}", f"/dev/{device}"]
    arguments += ["--symlink", "/proc/self/fd", "/dev/fd"]
    for folder in ("/dev/shm", "/tmp", HOME):
        arguments += ["--size", _MEMORY, "--tmpfs", folder]
    for name, source in sources.items():
        arguments += ["--ro-bind", str(source), targets[name]]
    for file in ("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/etc/fonts"):
        arguments += ["--ro-bind-try", file, file]
    for path, descriptor in stubs.items():
        arguments += ["--file", str(descriptor), path]
    # its own user namespace, in which it may make the candidates' namespaces and nothing else
    arguments += ["--unshare-all", "--unshare-user", "--uid", "1000", "--gid", "1000"]
    arguments += ["--hostname", "exam", "--cap-add", "ALL", "--as-pid-1"]
    arguments += ["--die-with-parent", "--new-session", "--clearenv"]
    for variable, value in _VARIABLES.items():
        arguments += ["--setenv", variable, value]
    return [*arguments, "--remount-ro", "/", "--chdir", HOME, "--"]


_VARIABLES = {
    "HOME": HOME,
    "USER": "student",
    "LANG": "C.UTF-8",
    "PATH": f"{ENVIRONMENT}/bin:/usr/bin",
    "PYTHONPATH": CODE,  # for scripts that the student's code starts
    "PYTHONDONTWRITEBYTECODE": "1",
    "IPYTHONDIR": "/tmp/.ipython",
    "MPLCONFIGDIR": "/tmp/.matplotlib",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "NBGRADER_EXECUTION": "autograde",
}


def explain(said: str) -> SandboxError:
    """Why bubblewrap did not start, from what it said, and what to do."""
    tail = said.strip()[-400:] or "没有说明原因"
    return SandboxError(_advice(f"沙箱没有启动（{tail}）"))


def _advice(what: str) -> str:
    if sys.platform != "linux":
        how = "沙箱只有 Linux 上有：请在 Linux（或 WSL、虚拟机）里批改。"
    elif shutil.which(PROGRAM) is None:
        how = "Debian 或 Ubuntu 请运行 sudo apt install bubblewrap。"
    else:
        how = (
            "多半是系统不许普通用户建立名字空间。Ubuntu 24.04 请运行 "
            "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0；"
            "Docker 容器要用 --privileged（或 --security-opt seccomp=unconfined）启动；"
            "老的 Debian 请运行 sudo sysctl kernel.unprivileged_userns_clone=1。"
        )
    return (
        f"{what}。{how}"
        "确实不需要隔离时（例如只批改自己的作业），可以加上 --unsafe-no-sandbox："
        "那时学生的代码以你的权限运行，这一点会写进反馈和报告。"
    )
