import threading
from collections.abc import Callable

from asynclab.clock.threads import ProgramThreads


def ran(work: Callable[[], object], start: Callable[[threading.Thread], object]) -> None:
    thread = threading.Thread(target=work)
    start(thread)
    thread.join()


def test_what_the_program_starts_is_its_own_and_what_that_starts() -> None:
    own = ProgramThreads()
    seen: list[bool] = []

    def inner() -> None:
        seen.append(threading.current_thread() in own)

    def outer() -> None:
        inner()  # known from its first moment
        ran(inner, threading.Thread.start)

    with own.watching():
        assert threading.current_thread() in own
        ran(outer, threading.Thread.start)
    assert seen == [True, True]
    assert threading.current_thread() not in own


def test_what_somebody_else_starts_meanwhile_is_not() -> None:
    own = ProgramThreads()
    begun, ask = threading.Event(), threading.Event()
    seen: list[bool] = []

    def bystander() -> None:
        begun.set()
        ask.wait()
        ran(lambda: seen.append(threading.current_thread() in own), threading.Thread.start)

    thread = threading.Thread(target=bystander)
    thread.start()
    begun.wait()
    with own.watching():
        ask.set()
        thread.join()
    assert seen == [False]


def test_one_can_be_excluded() -> None:
    own = ProgramThreads()
    seen: list[bool] = []

    def start(thread: threading.Thread) -> None:
        own.exclude(thread)
        thread.start()

    with own.watching():
        ran(lambda: seen.append(threading.current_thread() in own), start)
    assert seen == [False]


def test_a_program_inside_a_program_belongs_to_both() -> None:
    outer, inner = ProgramThreads(), ProgramThreads()
    seen: list[tuple[bool, bool]] = []

    def note() -> None:
        here = threading.current_thread()
        seen.append((here in outer, here in inner))

    begin = threading.Thread.start
    with outer.watching():
        with inner.watching():
            ran(note, threading.Thread.start)
        ran(note, threading.Thread.start)
    assert seen == [(True, True), (True, False)]
    assert threading.Thread.start is begin


def test_what_an_earlier_program_left_running_is_no_part_of_the_next() -> None:
    own = ProgramThreads()
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    with own.watching():
        thread.start()
    assert thread in own
    with own.watching():
        assert thread not in own
    over.set()
    thread.join()
