import asyncio
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from asynclab import script
from asynclab.clock import BusyError, VirtualLoop, watched


def test_a_computation_without_end_is_interrupted(loop: VirtualLoop) -> None:
    async def spin() -> None:
        while True:
            pass

    with pytest.raises(BusyError), watched(loop, cpu_seconds=0.2):
        loop.run_until_complete(spin())


def test_one_that_catches_the_interruption_is_interrupted_again(loop: VirtualLoop) -> None:
    caught = 0

    async def stubborn() -> None:
        nonlocal caught
        while caught < 2:
            try:
                while True:
                    pass
            except BusyError:
                caught += 1

    with watched(loop, cpu_seconds=0.1):
        loop.run_until_complete(stubborn())
    assert caught == 2


def test_a_program_that_gives_turns_is_left_alone(loop: VirtualLoop) -> None:
    async def busy() -> int:
        total = 0
        for number in range(2000):
            total += sum(range(number))
            await asyncio.sleep(0)
        return total

    with watched(loop, cpu_seconds=0.3):
        assert loop.run_until_complete(busy()) > 0


@pytest.mark.parametrize(
    "where", ["main()", "t = threading.Thread(target=main); t.start(); t.join()"]
)
@pytest.mark.parametrize("program", ["pass", "while True: pass"])
def test_a_debugger_works_afterwards(program: str, where: str) -> None:
    source = f"""
import sys, threading
from asynclab.clock import BusyError, VirtualLoop, watched

async def turn():
    {program}

def main():
    try:
        with watched(loop := VirtualLoop(), cpu_seconds=0.1):
            loop.run_until_complete(turn())
    except BusyError:
        pass
    sys.settrace(lambda *_: None)
    (lambda: None)()
    print("traced")

{where}
"""
    assert script(source, timeout=30).printed == ("traced",)


def test_a_thread_is_watched_as_the_main_thread_is(loop: VirtualLoop) -> None:
    async def spin() -> None:
        while True:
            pass

    def run() -> str:
        with pytest.raises(BusyError), watched(loop, cpu_seconds=0.2):
            loop.run_until_complete(spin())
        return "goes on"

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(run).result() == "goes on"


def test_a_run_inside_a_run_leaves_the_outer_one_watched(loop: VirtualLoop) -> None:
    async def spin() -> None:
        with watched(loop):
            pass
        while True:
            pass

    with pytest.raises(BusyError), watched(loop, cpu_seconds=0.2):
        loop.run_until_complete(spin())


def test_nothing_of_the_watch_is_left(loop: VirtualLoop) -> None:
    before = signal.getsignal(signal.SIGVTALRM), threading.active_count()
    with watched(loop):
        pass
    assert (signal.getsignal(signal.SIGVTALRM), threading.active_count()) == before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)
