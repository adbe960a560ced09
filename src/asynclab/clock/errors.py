"""Why a program on the virtual loop was ended."""

from asynclab.clock.waiting import Waiting


class ClockError(RuntimeError):
    """Base of the reasons for which the virtual loop ends a program."""


class DeadlockError(ClockError):
    """Nothing is ready, no timer runs, and nothing outside can wake the loop.

    `waiting` tells every unfinished task, what it waits on, and the line where it does.
    """

    def __init__(self, waiting: tuple[Waiting, ...]) -> None:
        self.waiting = waiting
        tasks = "；".join(map(str, waiting)) or "没有任务"
        super().__init__(f"所有任务都在等，却没有谁能唤醒它们：{tasks}")


class BusyError(ClockError):
    """The program is busy for ever: too many turns of the loop, or one turn that does not end."""

    def __init__(self, reason: str = "有一段代码一直在计算，从不把线程让出来") -> None:
        super().__init__(reason)
