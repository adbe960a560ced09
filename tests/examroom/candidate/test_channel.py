import json
import os
import socket
from collections.abc import Iterator

import pytest

from examroom.candidate.channel import Channel


@pytest.fixture
def pair() -> Iterator[tuple[Channel, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Channel(ours), theirs


def test_a_message_is_a_line(pair: tuple[Channel, socket.socket]) -> None:
    channel, examiner = pair
    channel.send({"id": 1, "text": "一\n二"})
    assert examiner.recv(100) == json.dumps({"id": 1, "text": "一\n二"}).encode() + b"\n"


def test_messages_may_come_in_pieces_and_together(pair: tuple[Channel, socket.socket]) -> None:
    channel, examiner = pair
    examiner.sendall(b'{"id": 1}\n{"id"')
    assert channel.receive() == {"id": 1}
    examiner.sendall(b": 2}\n")
    assert channel.receive() == {"id": 2}


@pytest.mark.parametrize("value", [float("nan"), {1}, 10**5000], ids=["NaN", "set", "long"])
def test_what_is_no_json_is_told_shortly(
    pair: tuple[Channel, socket.socket], value: object
) -> None:
    channel, examiner = pair
    channel.send({"id": 1, "value": value})
    told = json.loads(examiner.recv(1000))
    assert set(told) == {"id", "unsendable"}


def test_when_the_examiner_has_gone_the_process_ends(
    pair: tuple[Channel, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave(status: int) -> None:
        raise SystemExit(status)

    channel, examiner = pair
    monkeypatch.setattr(os, "_exit", leave)
    examiner.close()
    with pytest.raises(SystemExit):
        channel.receive()
