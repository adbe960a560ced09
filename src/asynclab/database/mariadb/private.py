"""One private server: its folder, its commands, and when it is ready."""

import os
import socket
import tempfile
import threading
from pathlib import Path

from asynclab.database.errors import DatabaseError
from asynclab.database.mariadb.binaries import Binaries
from asynclab.database.mariadb.keeper import Keeper
from asynclab.database.server import Account
from asynclab.loopback import monotonic

_READY_S = 60.0  # on a busy machine; as a rule it takes less than one second
_LOOK_S = 0.005
_PATH_MAX = 100  # what the address of a Unix socket may be long
_TRIES = 3

# Small and fast, since nothing has to survive. MySQL and MariaDB share most of their options; one
# that a server does not know is ignored when it is "loose".
_SMALL = (
    "--innodb-buffer-pool-size=16M",
    "--loose-innodb-log-file-size=4M",
    "--loose-innodb-temp-data-file-path=ibtmp1:1M:autoextend",
    "--innodb-flush-log-at-trx-commit=0",
)
_OPTIONS = (
    "--bind-address=127.0.0.1",
    "--skip-name-resolve",
    "--skip-log-bin",
    "--key-buffer-size=1M",
    "--loose-aria-pagecache-buffer-size=8M",
    "--loose-performance-schema=OFF",
    "--loose-mysqlx=OFF",
    "--max-connections=100",
    "--innodb-lock-wait-timeout=5",
    "--character-set-server=utf8mb4",
    "--collation-server=utf8mb4_general_ci",
    # without keys a wrong password ends in MySQL's 1045 also where there is no encryption
    "--loose-caching-sha2-password-auto-generate-rsa-keys=OFF",
    "--loose-auto-generate-certs=OFF",
)
# The server runs this before it lets anybody in. Nobody but the account has a way in: root comes
# through the socket in our folder only.
_SETUP = """\
DROP USER IF EXISTS 'root'@'127.0.0.1', 'root'@'::1', ''@'localhost', ''@'127.0.0.1';
CREATE DATABASE `{account.database}`;
CREATE USER '{account.user}'@'%' IDENTIFIED BY '{account.password}';
GRANT ALL PRIVILEGES ON *.* TO '{account.user}'@'%';
"""


class PrivateServer:
    """MariaDB or MySQL for one account, ready when made.

    Args:
        binaries: which one.
        account: whom it lets in, and the name of the empty database.

    Raises:
        DatabaseError: it does not start.
    """

    def __init__(self, binaries: Binaries, account: Account) -> None:
        self.kind = binaries.kind
        for tries_left in reversed(range(_TRIES)):
            self.port = _free_port()
            folder = _folder()
            keeper = Keeper(folder, *_commands(binaries, folder, self.port, account))
            try:
                ready = _wait(keeper, folder, account)
            except BaseException:
                keeper.stop()
                keeper.join()
                raise
            if ready:
                self._keeper = keeper
                return
            keeper.stop()
            log = keeper.join()
            # somebody else may have taken the port between our look and the server's
            if not tries_left or "in use" not in log:
                raise DatabaseError(f"{self.kind} 没有启动起来，它最后说：\n{log}")

    def visit(self) -> socket.socket:
        """A connection to it."""
        return socket.create_connection(("127.0.0.1", self.port))

    def stop(self) -> None:
        """Kill it: nothing that it holds has to survive."""
        self._keeper.stop()

    def join(self) -> None:
        """Wait until its process and its folder are gone."""
        self._keeper.join()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _folder() -> Path:
    """A folder that only this user can look into, with a short name."""
    folder = tempfile.mkdtemp(prefix="asynclab-database-")
    if len(folder) > _PATH_MAX - len("/socket"):
        Path(folder).rmdir()
        folder = tempfile.mkdtemp(prefix="asynclab-database-", dir="/tmp")
    return Path(folder)


def _commands(
    binaries: Binaries, folder: Path, port: int, account: Account
) -> tuple[list[str], list[str]]:
    """What makes the first files, and what serves."""
    (folder / "setup.sql").write_text(_SETUP.format(account=account), "ascii")
    common = ["--no-defaults", f"--datadir={folder / 'data'}", *_SMALL]
    if os.geteuid() == 0:
        common.append("--user=root")  # it would refuse otherwise
    if binaries.initialiser is not None:
        prepare = [str(binaries.initialiser), *common, "--skip-test-db", "--skip-name-resolve"]
        prepare.append("--auth-root-authentication-method=normal")
    else:
        prepare = [str(binaries.server), *common, "--initialize-insecure"]
    serve = [str(binaries.server), *common, *_OPTIONS, f"--port={port}"]
    serve += [f"--socket={folder / 'socket'}", f"--pid-file={folder / 'pid'}"]
    serve += [f"--init-file={folder / 'setup.sql'}"]
    return prepare, serve


def _wait(keeper: Keeper, folder: Path, account: Account) -> bool:
    """Whether it becomes ready: it then lets the account in through the socket in its folder.

    That first visit also makes MySQL remember the password, so that later ones need no encryption.
    """
    deadline = monotonic() + _READY_S
    pause = threading.Event()  # its waiting is real, whatever replaces time.sleep
    address = str(folder / "socket")
    while not _greets(address):
        if not keeper.running or monotonic() > deadline:
            return False
        pause.wait(_LOOK_S)
    import pymysql  # type: ignore[import-untyped]

    try:
        pymysql.connect(unix_socket=address, user=account.user, password=account.password).close()
    except pymysql.MySQLError as refused:
        raise DatabaseError(f"数据库启动了，却不让人进：{refused}") from refused
    return True


def _greets(address: str) -> bool:
    with socket.socket(socket.AF_UNIX) as visitor:
        visitor.settimeout(_READY_S)
        try:
            visitor.connect(address)
            return bool(visitor.recv(1))
        except OSError:
            return False
