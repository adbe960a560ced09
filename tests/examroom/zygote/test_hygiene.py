import ctypes
import os
from pathlib import Path

import pytest

from examroom.zygote import hygiene, kernel
from tests.examroom.speaker import Speaker


def test_a_deep_tree_is_emptied_without_recursion(tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    for _ in range(3_000):
        os.mkdir("deeper", dir_fd=folder)
        folder, outer = os.open("deeper", os.O_RDONLY, dir_fd=folder), folder
        os.close(outer)
    os.close(folder)
    hygiene._empty(str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_read_is_emptied_as_well(tmp_path: Path) -> None:
    for name in ("shut", "broad"):
        (tmp_path / name).mkdir()
        for number in range(20):
            (tmp_path / name / str(number)).mkdir()
            (tmp_path / name / str(number) / "file").touch()
    (tmp_path / "shut").chmod(0)
    hygiene._empty(str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_links_are_removed_and_not_followed(tmp_path: Path) -> None:
    kept, emptied = tmp_path / "kept", tmp_path / "emptied"
    for folder in (kept, emptied):
        folder.mkdir()
    (kept / "file").touch()
    (emptied / "link").symlink_to(kept)
    (emptied / "folder").mkdir()
    (emptied / "folder" / "link").symlink_to(kept)
    (emptied / "lost").symlink_to(tmp_path / "nowhere")
    hygiene._empty(str(emptied))
    assert list(emptied.iterdir()) == []
    assert (kept / "file").exists()


@pytest.mark.parametrize("kind", ["shm", "sem", "msg"])
def test_system_v_objects_are_found_and_removed(kind: str) -> None:
    libc = ctypes.CDLL(None)
    make = {"shm": (0, 100, 0o1600), "sem": (0, 1, 0o1600), "msg": (0, 0o1600)}
    number = getattr(libc, f"{kind}get")(*make[kind])
    assert number in hygiene._system_v(kind)
    kernel.remove_ipc(kind, number)
    assert number not in hygiene._system_v(kind)
    with pytest.raises(OSError, match=kind):
        kernel.remove_ipc(kind, number)


def test_of_a_candidates_own_world_the_wipe_leaves_nothing(candidate: Speaker) -> None:
    """What the second line does, where it may be tried: in a candidate, to its own folders."""
    left = (
        "import sys\nsys.path.insert(0, '/opt/exam')\nfrom examroom.zygote import hygiene\n"
        "import ctypes, pathlib\nctypes.CDLL(None).msgget(7, 0o1600)\n"
        "for folder in hygiene.WRITABLE: pathlib.Path(folder, 'left').touch()"
    )
    candidate.prints(left)
    state = candidate.tells("hygiene.state()")
    assert len(state["files"]) == 3
    assert len(state["ipc"]["msg"]) == 1
    after = "[hygiene.state()[name] for name in ('files', 'ipc')]"
    nothing = [[], {"shm": [], "sem": [], "msg": []}]
    assert candidate.tells(after, "hygiene.wipe()") == nothing


def test_a_key_is_new_but_one_that_was_used_or_grows_old_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = "2f6c9e01 I--Q---    12 perm 3f030000  1000 65534 keyring   _ses: 1\n"
    monkeypatch.setattr(hygiene, "_read", lambda path: said)
    before = hygiene._keys()
    said = said.replace("   12 perm", "   13   3d")
    assert hygiene._keys() == before
    said += "31aa20b7 I--Q---     1 perm 3f010000  1000  1000 user      left: 1\n"
    assert len(hygiene._keys()) == 2
