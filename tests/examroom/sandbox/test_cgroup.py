import os
from pathlib import Path

import pytest

from examroom.sandbox.cgroup import Groups
from examroom.sandbox.limits import GROUP_MEMORY, GROUP_PROCESSES

REAL = Path("/sys/fs/cgroup")


def own(controller: str) -> str:
    """This process's own group in a hierarchy; empty when it has none there."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controller in controllers.split(","):
            return path.strip("/")
    return ""


def test_in_one_hierarchy_a_group_bounds_everything(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("cpu memory pids")
    (tmp_path / own("")).mkdir(parents=True, exist_ok=True)
    groups = Groups(tmp_path)
    (folder,) = groups.folders
    assert folder.parent == tmp_path / own("")
    limits = {file.name: int(file.read_text()) for file in folder.iterdir()}
    bounds = {"memory.max": GROUP_MEMORY, "memory.swap.max": 0, "pids.max": GROUP_PROCESSES}
    assert limits.items() >= bounds.items()
    assert groups.bound == ["内存", "进程数"]


def test_in_a_hierarchy_for_each_controller_there_is_a_group_in_each(tmp_path: Path) -> None:
    for controller in ("memory", "pids"):
        (tmp_path / controller / own(controller)).mkdir(parents=True)
    groups = Groups(tmp_path)
    limits = {file.name: int(file.read_text()) for f in groups.folders for file in f.iterdir()}
    bounds = {"memory.limit_in_bytes": GROUP_MEMORY, "pids.max": GROUP_PROCESSES}
    assert limits.items() >= bounds.items()
    assert groups.bound == ["内存", "进程数"]


def test_a_controller_that_is_missing_bounds_nothing(tmp_path: Path) -> None:
    (tmp_path / "pids" / own("pids")).mkdir(parents=True)
    groups = Groups(tmp_path)
    assert groups.bound == ["进程数"]
    assert groups.unbound == ["内存"]


def test_where_there_are_no_groups_there_is_nothing_to_join(tmp_path: Path) -> None:
    groups = Groups(tmp_path / "absent")
    assert groups.folders == []
    assert groups.bound == []
    groups.close()


def test_two_sandboxes_have_groups_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "pids" / own("pids")).mkdir(parents=True)
    assert Groups(tmp_path).folders != Groups(tmp_path).folders


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make groups without being asked")
def test_the_machines_own_groups_take_the_limits_and_are_removed_at_the_end() -> None:
    groups = Groups()
    folders = list(groups.folders)
    try:
        for folder in folders:
            assert folder.is_relative_to(REAL)
            for file in ("memory.max", "memory.limit_in_bytes"):
                if (folder / file).exists():
                    assert int((folder / file).read_text()) == GROUP_MEMORY
    finally:
        groups.close()
    assert not any(folder.exists() for folder in folders)
