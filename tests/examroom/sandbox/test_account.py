import os
import subprocess
from pathlib import Path

import pytest

from examroom.sandbox.account import ACCOUNT, as_account, as_oneself, is_root


@pytest.mark.skipif(not is_root(), reason="only root becomes another")
def test_root_becomes_an_account_without_rights_that_reaches_what_it_is_shown(
    tmp_path: Path,
) -> None:
    secret, stage, group = tmp_path / "secret", Path("/tmp/examroom-stage"), tmp_path / "group"
    for folder in (secret, stage, group):
        folder.mkdir()
    try:
        (secret / "file").write_text("reached\n")
        tmp_path.chmod(0o700)
        look = f"cat {stage}/given/file; id -u; id -G; grep CapEff /proc/self/status; echo $$"
        command = as_account(["sh", "-c", look], {"given": secret}, stage, [group])
        told = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
        nothing = "CapEff:\t0000000000000000"
        assert told[:4] == ["reached", str(ACCOUNT), str(ACCOUNT), nothing]
        assert (group / "cgroup.procs").read_text() == told[4] + "\n"
        assert list(stage.iterdir()) == []  # it was shown in a mount namespace of its own
    finally:
        stage.rmdir()


def test_an_ordinary_user_joins_the_groups_and_stays_who_he_is(tmp_path: Path) -> None:
    command = as_oneself(["sh", "-c", "id -u; echo $$"], [tmp_path])
    told = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
    assert told[0] == str(os.getuid())
    assert (tmp_path / "cgroup.procs").read_text() == told[1] + "\n"
    assert as_oneself(["id"], []) == ["id"]
