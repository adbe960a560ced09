"""Where the server's programs are: Debian, conda-forge, Homebrew, Fedora."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from asynclab.database.errors import DatabaseError

_SERVERS = ("mariadbd", "mysqld")
_INITIALISERS = ("mariadb-install-db", "mysql_install_db")
# folders that are often not on a user's PATH; Homebrew keeps some versions off it altogether
_FOLDERS = (
    "usr/sbin",
    "usr/local/sbin",
    "usr/local/bin",
    "usr/libexec",
    "usr/local/mysql/bin",
    "opt/homebrew/bin",
    "opt/homebrew/opt/mariadb*/bin",
    "opt/homebrew/opt/mysql*/bin",
    "usr/local/opt/mariadb*/bin",
    "usr/local/opt/mysql*/bin",
    "home/linuxbrew/.linuxbrew/bin",
)
_VERSION_S = 10.0


class MissingServerError(DatabaseError):
    """Neither MariaDB nor MySQL is installed; the text says how to get one."""


@dataclass(frozen=True)
class Binaries:
    """The programs of one server: itself, and for MariaDB what makes its first files.

    MySQL's `mysqld` makes its first files itself (`--initialize-insecure`).
    """

    server: Path
    initialiser: Path | None

    @property
    def kind(self) -> str:
        """The product's name."""
        return "MySQL" if self.initialiser is None else "MariaDB"


def find_server() -> Binaries:
    """The first server that is there and can be started.

    Raises:
        MissingServerError: there is none.

    Example:
        >>> try:
        ...     kind = find_server().kind
        ... except MissingServerError:
        ...     kind = "MariaDB"
        >>> kind in ("MariaDB", "MySQL")
        True
    """
    if sys.platform != "win32":
        for server in _programs(_SERVERS):
            if not _is_mariadb(server):
                return Binaries(server, None)
            # a MariaDB without its initialiser cannot be started; there may be another server
            if initialiser := _initialiser(server):
                return Binaries(server, initialiser)
    how = {
        "darwin": "macOS 请运行 brew install mariadb",
        "linux": "Debian 或 Ubuntu 请运行 sudo apt install mariadb-server",
    }.get(sys.platform, "这个系统上用内置的数据库就可以")
    raise MissingServerError(
        f"没有找到 MariaDB（{_SERVERS[0]}）。{how}；conda 请运行 conda install mysql-server。"
    )


def _programs(names: tuple[str, ...]) -> Iterator[Path]:
    """All programs of these names, beside this interpreter, on the PATH and elsewhere."""
    folders = [str(Path(sys.prefix) / "bin"), *os.get_exec_path()]
    folders += [str(found) for pattern in _FOLDERS for found in sorted(Path("/").glob(pattern))]
    for name in names:
        if found := shutil.which(name, path=os.pathsep.join(folders)):
            yield Path(found)


def _initialiser(server: Path) -> Path | None:
    """What belongs to this server rather than to another one that is installed as well."""
    own = server.resolve().parent
    near = [own, own.parent / "bin", own.parent / "scripts"]
    for name in _INITIALISERS:
        if found := shutil.which(name, path=os.pathsep.join(map(str, near))):
            return Path(found)
    return next(_programs(_INITIALISERS), None)


def _is_mariadb(server: Path) -> bool:
    """Whether this is MariaDB; its `mysqld` is as often a link to it as a program of MySQL's."""
    if "mariadbd" in (server.name, server.resolve().name):
        return True
    try:
        told = subprocess.run(
            [server, "--no-defaults", "--version"],
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=_VERSION_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return "MariaDB" in told.stdout
