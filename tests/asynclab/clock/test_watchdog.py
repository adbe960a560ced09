import asyncio

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


@pytest.mark.parametrize("program", ["pass", "while True: pass"])
def test_a_debugger_works_afterwards(program: str) -> None:
    source = f"""
import sys
from asynclab.clock import BusyError, VirtualLoop, watched

async def main():
    {program}

try:
    with watched(loop := VirtualLoop(), cpu_seconds=0.1):
        loop.run_until_complete(main())
except BusyError:
    pass
sys.settrace(lambda *_: None)
(lambda: None)()
print("traced")
"""
    assert script(source, timeout=30).printed == ("traced",)
