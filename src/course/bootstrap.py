"""Build the `.venv` that every make target runs in, from `requirements.lock`.

Run as a plain file (`python3 src/course/bootstrap.py .venv`) by whatever Python the machine has, so
only the standard library is used, and syntax that an old Python can still read far enough to be
told that it is too old.
"""

import hashlib
import io
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, List

OLDEST, TOO_NEW = (3, 11), (3, 14)
PROJECT = Path(__file__).resolve().parents[2]
OFFLINE = (
    "NewConnectionError",
    "name resolution",
    "dns error",
    "tcp connect",
    "ConnectError",
    "Network is unreachable",
    "error sending request",
    "No matching distribution",
)


class SetupError(Exception):
    """The environment cannot be built; the message is one sentence for the person who asked."""


def check_python(version: Any) -> None:
    """Refuse an interpreter outside the supported range. `version`: `sys.version_info`-like."""
    if not OLDEST <= tuple(version[:2]) < TOO_NEW:
        raise SetupError(
            "这里的 Python 是 %d.%d，课程需要 3.11、3.12 或 3.13："
            "请安装其中之一，再运行 make setup PYTHON=python3.12（换成你的版本）。" % version[:2]
        )


def check_venv_module() -> None:
    """Refuse an interpreter that was packaged without `venv` or `ensurepip` (Debian's is)."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError as error:
        raise SetupError(
            "这个 Python 缺少 venv 模块：Debian 或 Ubuntu 请运行 apt install python3-venv，"
            "其他系统请换用 python.org 的安装包。"
        ) from error


def fingerprint(venv: Path) -> str:
    """Digest of all that the environment depends on; equal means there is nothing to do."""
    parts = [str(venv)]
    for name in ("requirements.lock", "pyproject.toml", "src/course/bootstrap.py"):
        parts.append(hashlib.sha256((PROJECT / name).read_bytes()).hexdigest())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def pinned(name: str) -> str:
    """The lines of one package in the lock, hashes included, as a requirements file."""
    lines = (PROJECT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(name + "=="))
    end = start + 1
    while lines[end].lstrip().startswith("--hash"):
        end += 1
    return "\n".join(lines[start:end]) + "\n"


def run(log: Path, *command: str) -> None:
    """Run one step; its output goes to the log, and a failure becomes one sentence."""
    with log.open("a", encoding="utf-8") as out:
        out.write("$ " + " ".join(command) + "\n")
        out.flush()
        done = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, cwd=str(PROJECT))
    if done.returncode:
        said = log.read_text(encoding="utf-8", errors="replace")
        if any(word in said for word in OFFLINE):
            raise SetupError(
                "下载依赖失败，看起来没有网络：请检查网络或代理，再运行一次同样的命令。"
                "（细节在 %s）" % log
            )
        raise SetupError("安装依赖时出错，最后几行在 %s；改好后再运行一次同样的命令。" % log)


def build(venv: Path, chosen: bool = False) -> bool:
    """Make the environment from nothing, or do nothing when it is already what it should be.

    Args:
        venv: where it is.
        chosen: the user named this Python, so an environment of another version will not do.
    """
    stamp = venv / "ready"
    wanted, version = fingerprint(venv), platform.python_version()
    if stamp.exists():
        made_for, _, made_with = stamp.read_text().partition(" ")
        if made_for == wanted and (made_with == version or not chosen):
            return False
    check_python(sys.version_info)
    check_venv_module()
    print("正在准备运行环境 %s（第一次需要一两分钟）……" % venv, flush=True)
    if venv.exists():
        shutil.rmtree(str(venv))
    venv.mkdir(parents=True)
    log = venv / "setup.log"
    binaries = venv / ("Scripts" if os.name == "nt" else "bin")
    python = str(binaries / "python")
    run(log, sys.executable, "-m", "venv", str(venv))
    only_uv = venv / "uv.txt"
    only_uv.write_text(pinned("uv"))
    run(log, python, "-m", "pip", "install", "--require-hashes", "--quiet", "-r", str(only_uv))
    uv = (str(binaries / "uv"), "pip", "install", "--python", python, "--compile-bytecode")
    run(log, *uv, "--require-hashes", "-r", str(PROJECT / "requirements.lock"))
    run(log, *uv, "--no-build-isolation", "--no-deps", "-e", str(PROJECT))
    readable_diffs(python)
    stamp.write_text(wanted + " " + version)
    print("准备好了。", flush=True)
    return True


def readable_diffs(python: str) -> None:
    """Teach this clone's git to show notebooks as text, as `.gitattributes` asks for."""
    if (PROJECT / ".git").exists() and shutil.which("git"):
        show = "'%s' -m jupytext --to md:myst --output -" % python
        git = ("git", "-C", str(PROJECT), "config", "--local")
        subprocess.run((*git, "diff.notebook.textconv", show), check=False)


def main(arguments: List[str]) -> int:
    """Entry point: `bootstrap.py VENV [--chosen]`. Returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and sys.version_info >= (3, 7):
            stream.reconfigure(errors="backslashreplace")  # for terminals without Chinese
    try:
        build(Path(arguments[0]).absolute(), chosen="--chosen" in arguments)
    except KeyboardInterrupt:
        print("已停止；再运行一次同样的命令会重新准备。", file=sys.stderr)
        return 130
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
