import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from examroom.examiner.dialogue import LARGEST, Dialogue, Lost
from examroom.sandbox import CandidateProcess
from tests.examroom.examiner.fake import Behaviour, FakeCandidate, says

Meet = Callable[[Behaviour], Dialogue]


@pytest.fixture
def meet() -> Iterator[Meet]:
    """Makes a dialogue with a fake candidate."""
    made: list[Dialogue] = []

    def meet(behaviour: Behaviour) -> Dialogue:
        made.append(Dialogue(FakeCandidate(behaviour)))
        return made[-1]

    yield meet
    for dialogue in made:
        dialogue.close()


def loss(dialogue: Dialogue, seconds: float = 10, **question: Any) -> Lost:
    """How the candidate is lost over a question; it has been ended then."""
    with pytest.raises(Lost) as lost:
        dialogue.ask(question, seconds)
    assert not dialogue.process.alive
    return lost.value


def test_a_question_gets_its_answer(meet: Meet) -> None:
    dialogue = meet(says('{"id": ID, "value": [1, "二", 2.5, null]}\n'))
    for _ in range(3):
        assert dialogue.ask({"op": "x"}, 10)["value"] == [1, "二", 2.5, None]


def test_the_number_of_a_question_cannot_be_guessed(meet: Meet) -> None:
    seen: list[int] = []

    def note(question: dict[str, Any], connection: socket.socket) -> None:
        seen.append(question["id"])
        says('{"id": ID}\n')(question, connection)

    dialogue = meet(note)
    for _ in range(20):
        dialogue.ask({}, 10)
    assert len(set(seen)) == 20
    assert max(seen) > 1 << 40


def test_an_answer_may_come_in_pieces(meet: Meet) -> None:
    def slowly(question: dict[str, Any], connection: socket.socket) -> None:
        for byte in b'{"id": %d, "text": "\xe4\xba\x8c"}\n' % question["id"]:
            connection.sendall(bytes([byte]))

    assert meet(slowly).ask({}, 10)["text"] == "二"


@pytest.mark.parametrize("said", [b"", b'{"id": ID', b'{"id": ID, "v": [1, 2'])
def test_silence_and_half_an_answer_are_no_answer(meet: Meet, said: bytes) -> None:
    lost = loss(meet(says(said)), seconds=0.1)
    assert (lost.cause, lost.seconds) == ("no-answer", 0.1)


def test_a_flood_is_too_much(meet: Meet) -> None:
    def flood(question: dict[str, Any], connection: socket.socket) -> None:
        while True:
            connection.sendall(b"x" * (1 << 20))

    assert loss(meet(flood)).cause == "too-much"


def test_many_small_messages_are_too_much_as_well(meet: Meet) -> None:
    def chat(question: dict[str, Any], connection: socket.socket) -> None:
        while True:
            connection.sendall(b'{"id": %d, "now": 0, "x": "%s"}\n' % (question["id"], b"x" * 9999))

    heard: list[int] = []
    with pytest.raises(Lost) as lost:
        meet(chat).ask({}, 30, lambda message: heard.append(len(message["x"])))
    assert lost.value.cause == "too-much"
    assert sum(heard) <= LARGEST


def test_endless_chatter_without_an_answer_ends_with_the_time(meet: Meet) -> None:
    def chat(question: dict[str, Any], connection: socket.socket) -> None:
        while True:
            connection.sendall(b'{"id": %d, "now": 0}\n' % question["id"])
            connection.recv(100)

    with pytest.raises(Lost) as lost:
        meet(chat).ask({}, 0.2, lambda message: {"go": "on"})
    assert lost.value.cause == "no-answer"


def test_whoever_hears_enough_ends_the_candidate(meet: Meet) -> None:
    def chat(question: dict[str, Any], connection: socket.socket) -> None:
        connection.sendall(b'{"id": %d, "now": 0}\n' % question["id"])

    def enough(message: dict[str, Any]) -> None:
        raise Lost("runs-for-ever", "问了太多次")

    dialogue = meet(chat)
    with pytest.raises(Lost, match="runs-for-ever 问了太多次"):
        dialogue.ask({}, 30, enough)
    assert not dialogue.process.alive


@pytest.mark.parametrize(
    "said",
    [
        "{}\n", "[]\n", "null\n", "3\n", "\n", "not json\n", '{"id": ID} {"id": ID}\n',
        '{"id": ID, "v": NaN}\n', '{"id": ID, "v": Infinity}\n', '{"id": ID, "v": -Infinity}\n',
        '{"id": ID, "v": 1e999}\n', '{"id": ID, "v": [-1e999]}\n', '{"id": "ID"}\n',
        '{"id": ID1}\n', '{"id": -1}\n', '{"id": null}\n', '{"id": [ID]}\n',
        '{"id": ID}\n{"id": ID}\n', '{"id": ID}\nx', '{"id": ID, "unsendable": "x"}\n',
        f'{{"id": ID, "v": {"[" * 100_000}{"]" * 100_000}}}\n',
        f'{{"id": ID, "v": {"9" * 5000}}}\n',
        b'{"id": ID, "v": "\xff"}\n',
    ],
    ids=lambda said: str(said)[:30],
)  # fmt: skip
def test_what_is_no_answer_is_not_plausible(meet: Meet, said: str | bytes) -> None:
    lost = loss(meet(says(said)))
    assert lost.cause == "not-plausible"
    assert lost.reason


def test_who_speaks_unasked_is_not_asked(meet: Meet) -> None:
    dialogue = meet(says('{"id": ID}\n'))
    process = dialogue.process
    assert isinstance(process, FakeCandidate)
    process.theirs.sendall(b'{"id": 1}\n')
    assert loss(dialogue).reason == "没有问它，它却说话"


def test_who_ends_without_an_answer_has_died(meet: Meet) -> None:
    def leave(question: dict[str, Any], connection: socket.socket) -> None:
        connection.shutdown(socket.SHUT_RDWR)

    assert loss(meet(leave)).cause == "program-died"


def test_who_has_died_cannot_be_asked(meet: Meet) -> None:
    dialogue = meet(says('{"id": ID}\n'))
    process = dialogue.process
    assert isinstance(process, FakeCandidate)
    process.theirs.shutdown(socket.SHUT_RDWR)
    assert loss(dialogue).cause == "program-died"
    assert loss(dialogue).cause == "program-died"


def test_who_does_not_listen_gives_no_answer(meet: Meet) -> None:
    """A question that is larger than what a socket holds, to a candidate that was stopped."""
    ours, theirs = socket.socketpair()
    process = CandidateProcess(ours, theirs.close)
    with pytest.raises(Lost) as lost:
        Dialogue(process).ask({"files": "x" * (8 << 20)}, 0.1)
    assert lost.value.cause == "no-answer"


# What is said on the way to the answer


def test_on_the_way_to_its_answer_it_may_say_and_ask_things(meet: Meet) -> None:
    def converse(question: dict[str, Any], connection: socket.socket) -> None:
        number = question["id"]
        connection.sendall(b'{"id": %d, "now": 1}\n{"id": %d, "now": 2}\n' % (number, number))
        told = connection.recv(100)
        connection.sendall(b'{"id": %d, "told": %s}\n' % (number, told.strip()))

    heard: list[float] = []

    def hear(message: dict[str, Any]) -> dict[str, Any] | None:
        heard.append(message["now"])
        return {"reply": "yes"} if message["now"] == 2 else None

    assert meet(converse).ask({}, 10, hear)["told"] == {"reply": "yes"}
    assert heard == [1, 2]


@pytest.mark.parametrize("error", [ValueError("胡说"), OverflowError(), RecursionError()], ids=repr)
def test_nonsense_on_the_way_is_not_plausible(meet: Meet, error: Exception) -> None:
    def refuse(message: dict[str, Any]) -> None:
        raise error

    with pytest.raises(Lost) as lost:
        meet(says('{"id": ID, "now": 1}\n')).ask({}, 10, refuse)
    assert lost.value.cause == "not-plausible"
