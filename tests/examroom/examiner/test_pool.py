import threading

import pytest

from examroom.errors import SandboxError
from examroom.examiner import Pool
from examroom.examiner.pool import RECYCLE
from examroom.sandbox import CandidateProcess


class FakeHost:
    """A host without anything in it."""

    protected = True

    def __init__(self) -> None:
        self.clean, self.used, self.closed = True, 0, 0

    def candidate(self) -> CandidateProcess:
        raise NotImplementedError

    def reset(self) -> dict[str, object]:
        return {}

    def close(self) -> None:
        self.closed += 1


def test_a_host_that_was_given_back_is_taken_again() -> None:
    pool = Pool(FakeHost)
    host = pool.take()
    pool.give(host)
    assert pool.take() is host
    assert pool.replaced == 0


def test_there_are_as_many_hosts_as_are_asked_for_at_once() -> None:
    pool = Pool(FakeHost)
    one, other = pool.take(), pool.take()
    assert one is not other
    pool.give(one)
    pool.give(other)
    assert {id(pool.take()), id(pool.take())} == {id(one), id(other)}


def test_a_host_that_is_not_as_it_was_is_ended_and_replaced() -> None:
    pool = Pool(FakeHost)
    host = pool.take()
    assert isinstance(host, FakeHost)
    host.clean = False
    pool.give(host)
    assert host.closed == 1
    assert pool.replaced == 1
    assert pool.take() is not host


def test_a_host_is_replaced_after_many_submissions_whatever_its_health() -> None:
    pool = Pool(FakeHost)
    host = pool.take()
    host.used = RECYCLE
    pool.give(host)
    assert pool.take() is not host


def test_the_end_of_the_pool_is_the_end_of_all_hosts() -> None:
    pool = Pool(FakeHost)
    idle, busy = pool.take(), pool.take()
    pool.give(idle)
    pool.close()
    pool.give(busy)
    late = pool.take()
    for host in (idle, busy, late):
        assert isinstance(host, FakeHost)
        assert host.closed >= 1


def test_where_no_host_can_be_had_everybody_is_told() -> None:
    def none() -> FakeHost:
        raise SandboxError("没有沙箱")

    with pytest.raises(SandboxError, match="没有沙箱"):
        Pool(none).take()


def test_threads_do_not_share_a_host() -> None:
    pool = Pool(FakeHost)
    busy: set[int] = set()
    shared: list[int] = []

    def work() -> None:
        for _ in range(300):
            host = pool.take()
            if id(host) in busy:
                shared.append(id(host))
            busy.add(id(host))
            busy.discard(id(host))
            pool.give(host)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shared == []
