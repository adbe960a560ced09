import contextlib
from pathlib import Path

import pytest

from examroom.bookkeeping.swap import FolderSwap


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "jia" / "ps1"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "old").touch()
    return folder


def names(folder: Path) -> list[str]:
    """What lies in the folder and beside it."""
    return sorted(str(path.relative_to(folder.parent)) for path in folder.parent.rglob("*"))


def stop(folder: Path, *, swapped: bool) -> None:
    """Begin to replace a folder and be interrupted."""
    with contextlib.suppress(KeyboardInterrupt), FolderSwap(folder) as swap:
        (swap.new / "new").touch()
        if swapped:
            swap.swap()
        raise KeyboardInterrupt


OLD = ["ps1", "ps1/sub", "ps1/sub/old"]


def test_the_new_folder_takes_the_place_of_the_old(folder: Path) -> None:
    with FolderSwap(folder) as swap:
        (swap.new / "new").touch()
        assert (folder / "sub" / "old").exists()
        swap.swap()
    assert names(folder) == ["ps1", "ps1/new"]


def test_a_first_version_has_no_old_one(tmp_path: Path) -> None:
    with FolderSwap(tmp_path / "jia" / "ps1") as swap:
        swap.swap()
    assert names(tmp_path / "jia" / "ps1") == ["ps1"]


@pytest.mark.parametrize("swapped", [False, True])
def test_an_error_brings_the_old_folder_back(folder: Path, swapped: bool) -> None:
    stop(folder, swapped=swapped)
    assert names(folder) == OLD


def test_an_error_leaves_no_first_version(tmp_path: Path) -> None:
    stop(tmp_path / "jia" / "ps1", swapped=True)
    assert names(tmp_path / "jia" / "ps1") == []


def test_leftovers_of_a_killed_program_are_cleared_away(folder: Path) -> None:
    folder.rename(folder.with_name(".ps1.old"))  # killed between two renamings
    folder.with_name(".ps1.new").mkdir()
    stop(folder, swapped=False)
    assert names(folder) == OLD


def test_write_protected_files_are_replaced(folder: Path) -> None:
    (folder / "sub" / "old").chmod(0o444)
    with FolderSwap(folder) as swap:
        swap.swap()
    assert names(folder) == ["ps1"]
