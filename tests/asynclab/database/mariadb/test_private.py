import os
import socket
import tempfile
from pathlib import Path

import pytest

from asynclab.database import DatabaseError
from asynclab.database.mariadb import Binaries, PrivateServer, find_server, private
from asynclab.database.server import Account
from tests.asynclab.database.conftest import need_mariadb


def commands(binaries: Binaries, folder: Path) -> list[str]:
    prepare, serve = private._commands(binaries, folder, 3307, Account())
    return [" ".join(prepare), " ".join(serve)]


def test_mariadb_is_prepared_by_its_initialiser(tmp_path: Path) -> None:
    binaries = Binaries(Path("/a/mariadbd"), Path("/a/mariadb-install-db"))
    prepare, serve = commands(binaries, tmp_path)
    assert prepare.startswith(f"/a/mariadb-install-db --no-defaults --datadir={tmp_path}/data")
    assert "--auth-root-authentication-method=normal" in prepare
    assert serve.startswith("/a/mariadbd --no-defaults")
    assert "--port=3307" in serve
    assert ("--user=root" in serve) == (os.geteuid() == 0)


def test_mysql_prepares_itself(tmp_path: Path) -> None:
    prepare, serve = commands(Binaries(Path("/a/mysqld"), None), tmp_path)
    assert prepare.startswith("/a/mysqld --no-defaults")
    assert prepare.endswith("--initialize-insecure")
    # what only one of the two knows must not stop the other
    known_to_one = ("log-file-size", "aria", "performance-schema", "mysqlx", "sha2", "certs")
    options = (prepare + serve).split()
    assert all("--loose-" in each for each in options if any(name in each for name in known_to_one))


def test_only_the_account_can_come_in(tmp_path: Path) -> None:
    account = Account()
    private._commands(Binaries(Path("/a/mysqld"), None), tmp_path, 3307, account)
    setup = (tmp_path / "setup.sql").read_text()
    assert f"CREATE USER 'student'@'%' IDENTIFIED BY '{account.password}';" in setup
    assert "DROP USER IF EXISTS 'root'@'127.0.0.1'" in setup


def test_a_folder_with_a_long_name_is_no_place_for_a_socket(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    deep = tmp_path / ("x" * 100)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    folder = private._folder()
    assert len(str(folder / "socket")) < 100
    assert list(deep.iterdir()) == []
    folder.rmdir()


def test_another_port_when_somebody_has_taken_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    need_mariadb()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = [taken.getsockname()[1], private._free_port()]
        monkeypatch.setattr(private, "_free_port", lambda: ports.pop(0))
        server = PrivateServer(find_server(), Account())
        server.stop()
        server.join()
    assert ports == []


def test_a_port_that_is_taken_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    need_mariadb()
    monkeypatch.setattr(private, "_TRIES", 1)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(private, "_free_port", lambda: taken.getsockname()[1])
        with pytest.raises(DatabaseError, match="in use"):
            PrivateServer(find_server(), Account())
