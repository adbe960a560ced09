import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from examroom.examiner.dialogue import Lost
from examroom.sandbox import Bare
from tests.examroom.speaker import Speaker


@pytest.fixture
def bare() -> Iterator[Bare]:
    bare = Bare()
    yield bare
    bare.close()


def test_a_candidate_without_a_sandbox_runs_cells_in_a_folder_that_is_removed(bare: Bare) -> None:
    speaker = Speaker(bare.candidate())
    home = Path(speaker.tells("os.getcwd()", "import os"))
    assert speaker.tells("await asyncio.sleep(1, [__name__, 2])", "import asyncio") == [
        "__main__", 2,
    ]  # fmt: skip
    assert speaker.tells("os.environ['NBGRADER_EXECUTION']") == "autograde"
    speaker.prints("open('left', 'w').close()")
    speaker.close()
    assert bare.reset() == {}
    assert not home.exists()


def test_it_does_not_pretend_to_protect(bare: Bare) -> None:
    assert not bare.protected


def test_its_end_and_its_children_cost_nobody_anything(bare: Bare) -> None:
    speaker = Speaker(bare.candidate())
    child = speaker.tells("p.pid", "import subprocess\np = subprocess.Popen(['sleep', '1000'])")
    with pytest.raises(Lost):
        speaker.cell("import os\nos._exit(1)")
    assert bare.reset() == {}
    end = time.monotonic() + 60
    while alive(child):  # told to end, it does so when it has its turn
        assert time.monotonic() < end


def alive(pid: int) -> bool:
    """Whether there is such a process that has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
