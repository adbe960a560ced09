"""What the course needs of a machine: found, or how to get it."""

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

from course.bootstrap import SetupError, check_python
from examroom.errors import SandboxError


@dataclass(frozen=True)
class Finding:
    """One thing that the course needs, whether it is there, and what to do when it is not."""

    name: str
    found: bool
    required: bool
    detail: str
    purpose: str


class MissingError(Exception):
    """A need that is not met; the text says how to get it."""


def examine() -> Iterator[Finding]:
    """Look for everything the course can use, the indispensable first."""
    for name, required, purpose, look in _NEEDS:
        try:
            yield Finding(name, True, required, look(), purpose)
        except MissingError as missing:
            yield Finding(name, False, required, str(missing), purpose)


def find_chromium() -> Path:
    """A Chromium or Chrome of the system; MissingError says how to install one."""
    return _program(
        ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
        debian="chromium",
        mac="--cask chromium",
    )


def _python() -> str:
    try:
        check_python(sys.version_info)
    except SetupError as error:
        raise MissingError(str(error)) from error
    return sys.version.split()[0]


def _package(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError as error:
        raise MissingError(f"没有安装 {name}：在课程文件夹里运行 make setup。") from error


def _kernel() -> str:
    try:
        spec = KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel as error:
        raise MissingError("没有 python3 内核：在课程文件夹里运行 make setup。") from error
    # a spec that says just "python" means the interpreter that starts it, on the PATH or not
    name = spec.argv[0]
    executable = sys.executable if name in ("python", "python3") else shutil.which(name)
    if executable is None:
        raise MissingError(
            f"内核指向不存在的 {name}：运行 python -m ipykernel install --sys-prefix。"
        )
    return f"{_package('ipykernel')}（{executable}）"


def _lab_extensions() -> str:
    _package("jupyterlab")
    names = ("@jupyter/nbgrader", "jupyterlab-jupytext")
    extensions = Path(sys.prefix) / "share" / "jupyter" / "labextensions"
    missing = [name for name in names if not (extensions / name).is_dir()]
    if missing:
        raise MissingError(f"JupyterLab 缺少扩展 {'、'.join(missing)}：运行 make setup。")
    return f"{_package('jupyterlab')}，{_package('nbgrader')}，{_package('jupytext')}"


def _alembic() -> str:
    beside = Path(sys.executable).parent / "alembic"
    if beside.exists() or shutil.which("alembic"):
        return _package("alembic")
    raise MissingError("找不到 alembic 命令（nbgrader 建立成绩册时要用）：运行 make setup。")


def _language_pack() -> str:
    return _package("jupyterlab-language-pack-zh-CN")


def _sandbox() -> str:
    from examroom.sandbox import Sandbox

    # Some systems install bubblewrap and forbid the namespaces it needs: only a run can tell.
    try:
        sandbox = Sandbox()
        try:
            sandbox.candidate().close()
        finally:
            sandbox.close()
    except SandboxError as error:
        raise MissingError(str(error)) from error
    return f"能用（{shutil.which('bwrap')}）"


# what a chapter imports beyond asynclab and the standard library
_CHAPTERS = {
    "greenlet": "01",
    "sqlalchemy": "01",
    "requests": "03、06、12、16",
    "aiohttp": "03、06、13、16、18",
    "matplotlib": "画图的各章",
    "tqdm": "16",
    "aiomysql": "17、18",
    "mysql-mimic": "17、18",
    "fastapi": "18",
    "uvicorn": "18",
    "websockets": "18",
    "httpx2": "18",
}


def _chapters() -> str:
    missing = []
    for name, chapters in _CHAPTERS.items():
        try:
            version(name)
        except PackageNotFoundError:
            missing.append(f"{name}（第 {chapters} 章）")
    if missing:
        raise MissingError(f"没有安装 {'、'.join(missing)}：在课程文件夹里运行 make setup。")
    return f"{len(_CHAPTERS)} 个都在"


def _mariadb() -> str:
    from asynclab.database.mariadb import MissingServerError, find_server

    try:
        found = find_server()
    except MissingServerError as missing:
        raise MissingError(str(missing)) from missing
    return f"{found.kind}（{found.server}）"


def _fonts() -> str:
    from asynclab.plotting import chinese_font

    if font := chinese_font():
        return font
    raise MissingError(
        "没有找到中文字体，图里的中文会变成方框："
        "Debian 或 Ubuntu 请运行 sudo apt install fonts-noto-cjk。"
    )


def _program(names: tuple[str, ...], *, debian: str, mac: str | None) -> Path:
    """The first of these programs that is there, also in the system folders off a user's PATH."""
    for name in names:
        for path in (None, "/usr/sbin:/usr/local/sbin:/opt/homebrew/bin"):
            if found := shutil.which(name, path=path):
                return Path(found)
    how = f"Debian 或 Ubuntu：sudo apt install {debian}"
    if sys.platform == "darwin":
        how = f"macOS：brew install {mac}" if mac else "macOS 上没有它，请在 Linux 上批改"
    raise MissingError(f"没有找到 {names[0]}。{how}。")


_NEEDS: tuple[tuple[str, bool, str, Callable[[], str]], ...] = (
    ("Python", True, "运行一切", _python),
    ("内核", True, "运行单元", _kernel),
    ("JupyterLab 与扩展", True, "界面、Validate、批改", _lab_extensions),
    ("成绩册工具", True, "建立 gradebook.db", _alembic),
    ("各章用到的包", True, "运行各章的单元", _chapters),
    ("uvloop", False, "第 15 章（Windows 上没有）", lambda: _package("uvloop")),
    ("简体中文界面", False, "JupyterLab 的中文菜单", _language_pack),
    ("中文字体", False, "图中的中文", _fonts),
    ("Dask", False, "批改：并行", lambda: _package("distributed")),
    ("沙箱 bubblewrap", False, "批改：隔离学生的代码", _sandbox),
    ("MariaDB", False, "第 17 章：真正的行锁", _mariadb),
    ("Chromium", False, "贡献者：浏览器测试", lambda: str(find_chromium())),
)
