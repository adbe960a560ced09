import base64
from collections.abc import Callable
from typing import Any

import pytest

from examroom.errors import SandboxError
from examroom.examiner import Pool
from examroom.examiner import seat as seats
from examroom.examiner.dialogue import Lost
from examroom.examiner.seat import Seat
from examroom.sandbox import CandidateProcess
from tests.examroom.examiner.fake import FakeCandidate


class Machine:
    """Hosts whose candidates note what they are asked, and die of a cell that says so."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []  # of each candidate
        self.hosts: list[Host] = []
        self.left: dict[str, object] = {}
        self.broken = 0  # hosts that can make no candidate

    def make(self) -> "Host":
        self.hosts.append(Host(self))
        return self.hosts[-1]


class Host:
    protected = True

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.clean, self.used = True, 0
        self.events: list[str] = []

    def candidate(self) -> CandidateProcess:
        if self._machine.broken:
            self._machine.broken -= 1
            self.clean = False
            raise SandboxError("没有沙箱")
        asked: list[str] = []
        self._machine.asked.append(asked)
        self.used += 1

        def behave(question: dict[str, Any], connection: Any) -> None:
            asked.append(str(question.get("source") or question["op"]))
            if question.get("source") == "die":
                connection.shutdown(2)
            elif question["op"] == "files":
                content = base64.b64decode(question["files"]["a.txt"]).decode()
                asked[-1] += f" {content}"
            connection.sendall(b'{"id": %d, "outputs": []}\n' % question["id"])

        return FakeCandidate(behave)

    def reset(self) -> dict[str, object]:
        self.events.append("reset")
        self.clean = self.clean and not self._machine.left
        return self._machine.left

    def close(self) -> None:
        self.events.append("closed")


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def seated(machine: Machine, request: pytest.FixtureRequest) -> Callable[..., Seat]:
    def seated(**files: bytes) -> Seat:
        seat = Seat(Pool(machine.make), {name.replace("_", "."): f for name, f in files.items()})
        request.addfinalizer(seat.close)
        return seat

    return seated


def test_one_candidate_runs_all_cells_after_it_got_the_files(
    machine: Machine, seated: Callable[..., Seat]
) -> None:
    seat = seated(a_txt="一".encode())
    seat.cell("x = 1")
    seat.cell("x")
    seat.ask({"op": "run"})
    assert machine.asked == [["files 一", "x = 1", "x", "run"]]


def test_nobody_sits_down_before_there_is_a_question(
    machine: Machine, seated: Callable[..., Seat]
) -> None:
    seated().close()
    assert machine.hosts == []


def test_after_a_loss_the_next_question_finds_a_fresh_candidate_with_the_same_cells(
    machine: Machine, seated: Callable[..., Seat]
) -> None:
    seat = seated(a_txt=b"1")
    seat.cell("x = 1")
    with pytest.raises(Lost):
        seat.cell("die")
    seat.cell("y = 2")
    assert machine.asked[1] == ["files 1", "x = 1", "y = 2"]  # not the one that killed it
    assert seat.lost == ["program-died"]
    assert len(machine.hosts) == 1
    assert machine.hosts[0].events == ["reset"]


def test_a_cell_that_kills_when_it_is_run_again_costs_each_question(
    machine: Machine, seated: Callable[..., Seat]
) -> None:
    seat = seated()
    seat.cell("x = 1")
    seat._done.append("die")
    for _ in range(2):
        with pytest.raises(Lost):
            seat.cell("die")
    assert seat.lost == ["program-died"] * 2


def test_what_was_left_behind_is_reported_and_the_host_is_not_used_again(
    machine: Machine, seated: Callable[..., Seat]
) -> None:
    machine.left = {"files": ["/tmp/x"]}
    seat = seated()
    seat.cell("x = 1")
    seat.close()
    assert seat.left == [{"files": ["/tmp/x"]}]
    assert machine.hosts[0].events == ["reset", "closed"]


def test_a_host_that_has_died_is_replaced_once(
    machine: Machine, seated: Callable[..., Seat]
) -> None:
    machine.broken = 1
    seat = seated()
    seat.cell("x = 1")
    assert len(machine.hosts) == 2
    assert seat.lost == []


def test_where_no_candidate_can_be_had_at_all_it_says_so(
    machine: Machine, seated: Callable[..., Seat]
) -> None:
    machine.broken = 2
    with pytest.raises(SandboxError):
        seated().cell("x = 1")


def test_all_questions_together_have_an_end(
    machine: Machine, seated: Callable[..., Seat], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seats, "ALL_S", -1.0)
    seat = seated()
    for _ in range(2):
        with pytest.raises(Lost) as lost:
            seat.cell("x = 1")
        assert lost.value.cause == "no-answer"
    assert machine.asked in ([], [[], []])
