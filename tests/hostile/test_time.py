"""However its candidates come and go, a notebook gets no more time than every other."""

from typing import Any, ClassVar

import pytest

from examroom.examiner import seat
from examroom.examiner.dialogue import Lost, Message
from examroom.examiner.seat import ALL_S, CELL_S, Seat


class Idler:
    """A candidate whose cells are quick at first, and take all the time there is afterwards."""

    clock = 0.0
    lost: ClassVar[list[str]] = []

    def __init__(self, _: object) -> None:
        pass

    def ask(self, question: Message, seconds: float, *_: object) -> Message:
        if question["op"] != "cell":
            self.lost.append(question["op"])
            raise Lost("program-died")
        if self.lost:
            Idler.clock += seconds
        return {}

    def close(self) -> None:
        pass


class Host:
    """A host, and the pool that has no other."""

    def take(self) -> "Host":
        return self

    def give(self, host: "Host") -> None:
        pass

    def candidate(self) -> None:
        pass

    def reset(self) -> dict[str, object]:
        return {}


def test_cells_that_run_again_take_their_time_from_the_notebooks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(seat, "monotonic", lambda: Idler.clock)
    monkeypatch.setattr(seat, "Dialogue", Idler)
    pool: Any = Host()
    sitting = Seat(pool, {})
    cells = 2 * int(ALL_S / CELL_S)
    for _ in range(cells):
        sitting.cell("pass")
    for _ in range(3):  # each check ends the candidate, and the next one begins anew
        with pytest.raises(Lost):
            sitting.ask({"op": "run"})
    assert 0 < Idler.clock <= ALL_S
