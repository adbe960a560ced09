import threading
from pathlib import Path

import pytest

from asynclab.database.mariadb.keeper import Keeper


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "it's a folder"
    made.mkdir()
    return made


def shell(command: str) -> list[str]:
    return ["/bin/sh", "-c", command]


def until(path: Path) -> None:
    while not path.exists():
        threading.Event().wait(0.005)


def test_it_prepares_serves_and_clears_away(folder: Path) -> None:
    prepare = shell(f'echo prepared > "{folder}/first"')
    keeper = Keeper(
        folder, prepare, shell(f'echo served; cp "{folder}/first" "{folder}/second"; sleep 1000')
    )
    until(folder / "second")
    assert keeper.running
    keeper.stop()
    assert keeper.join() == "served\n"
    assert not keeper.running
    assert not folder.exists()


def test_a_server_that_ends_by_itself_says_why(folder: Path) -> None:
    keeper = Keeper(folder, shell("true"), shell("echo no space left >&2; exit 1"))
    log = keeper.join()
    keeper.stop()
    assert (log, folder.exists()) == ("no space left\n", False)


def test_what_cannot_be_prepared_is_not_served(folder: Path, tmp_path: Path) -> None:
    keeper = Keeper(folder, shell("echo broken; false"), shell(f"touch {tmp_path}/served"))
    keeper.stop()
    assert keeper.join() == "broken\n"
    assert list(tmp_path.iterdir()) == []


def test_stopped_while_it_prepares(folder: Path, tmp_path: Path) -> None:
    keeper = Keeper(folder, shell("true"), shell("sleep 1000"))
    keeper.stop()
    keeper.join()
    assert list(tmp_path.iterdir()) == []
