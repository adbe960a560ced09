"""Probes whose values and time are the examiner's."""

from typing import Any

from asynclab.exam.probe import Answer, ProbeFunction
from examroom.candidate.channel import Channel


class RemoteProbe(ProbeFunction):
    """What the student's code is given for a probe: the examiner keeps its records and answers.

    Args:
        channel: to the examiner.
        request: the number of the request that is being answered.
    """

    def __init__(self, channel: Channel, request: int) -> None:
        super().__init__()
        self._channel, self._request = channel, request

    def begin(self, arguments: list[Any]) -> tuple[int, float]:
        """Tell the examiner of a call, who says how long it takes."""
        self._tell(begin=arguments)
        reply = self._channel.receive()
        return reply["number"], reply["delay"]

    def settle(self, number: int, elapsed: float) -> Answer:
        """Ask the examiner for the answer, who gives it when its time has come."""
        self._tell(settle=number)
        return Answer(**self._channel.receive())

    def abandon(self, number: int) -> None:
        """Tell the examiner that nobody waits for the answer any more."""
        self._tell(abandon=number)

    def _tell(self, **message: Any) -> None:
        self._channel.send(
            {"id": self._request, "probe": self.__name__, "now": self.now, **message}
        )
