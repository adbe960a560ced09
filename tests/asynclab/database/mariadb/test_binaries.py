import sys
from pathlib import Path

import pytest

from asynclab.database.mariadb import binaries
from asynclab.database.mariadb.binaries import MissingServerError, find_server


@pytest.fixture
def bin_(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The only folder in which programs are looked for."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "env"))
    monkeypatch.setattr(binaries, "_FOLDERS", ())
    return folder


def program(path: Path, says: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return path


def test_debians_mariadb(bin_: Path) -> None:
    server = program(bin_ / "mariadbd")
    initialiser = program(bin_ / "mariadb-install-db")
    found = find_server()
    assert (found.server, found.initialiser, found.kind) == (server, initialiser, "MariaDB")


def test_conda_forges_mysql(bin_: Path, tmp_path: Path) -> None:
    server = program(tmp_path / "env" / "bin" / "mysqld", "mysqld  Ver 9.3.0 for Linux on x86_64")
    found = find_server()
    assert (found.server, found.initialiser, found.kind) == (server, None, "MySQL")


def test_homebrews_version_off_the_path(
    bin_: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opt = tmp_path / "opt" / "mariadb@10.11" / "bin"
    server, initialiser = program(opt / "mariadbd"), program(opt / "mariadb-install-db")
    pattern = str(tmp_path / "opt" / "mariadb*" / "bin").lstrip("/")
    monkeypatch.setattr(binaries, "_FOLDERS", (pattern,))
    assert (find_server().server, find_server().initialiser) == (server, initialiser)


def test_mariadb_under_mysqls_name(bin_: Path) -> None:
    program(bin_ / "mysqld", "mysqld  Ver 10.11.6-MariaDB for Linux on x86_64")
    program(bin_ / "mysql_install_db")
    assert find_server().kind == "MariaDB"


def test_each_server_has_its_own_initialiser(bin_: Path, tmp_path: Path) -> None:
    own = program(tmp_path / "lib" / "bin" / "mariadb-install-db")
    (bin_ / "mariadbd").symlink_to(program(tmp_path / "lib" / "sbin" / "mariadbd"))
    program(bin_ / "mariadb-install-db")
    assert find_server().initialiser == own


def test_without_its_initialiser_it_is_of_no_use(bin_: Path) -> None:
    program(bin_ / "mariadbd")
    with pytest.raises(MissingServerError):
        find_server()
    program(bin_ / "mysqld", "mysqld  Ver 8.4.0")
    assert find_server().kind == "MySQL"


@pytest.mark.parametrize(
    ("platform", "advice"),
    [
        ("linux", "sudo apt install mariadb-server"),
        ("darwin", "brew install mariadb"),
        ("win32", "内置的数据库"),
    ],
)
def test_where_there_is_none_it_is_said_how_to_get_one(
    platform: str, advice: str, bin_: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    with pytest.raises(MissingServerError, match=advice):
        find_server()
