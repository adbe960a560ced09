import socket

from examroom.sandbox import CandidateProcess


def test_it_is_ended_once_with_all_that_belongs_to_it() -> None:
    ours, theirs = socket.socketpair()
    listener = socket.create_server(("127.0.0.1", 0))
    ended: list[str] = []
    with theirs:
        process = CandidateProcess(ours, lambda: ended.append("killed"), [listener])
        assert process.alive
        process.close()
        process.close()
    assert ended == ["killed"]
    assert not process.alive
    assert ours.fileno() == listener.fileno() == -1
