"""The remote form of `asynclab.exam`: checks run here, the student's code somewhere else."""

import ast
import hashlib
import secrets
import socket
from collections.abc import Mapping, Sequence
from typing import Any

from asynclab.exam import CheckFailed, Probe, ScriptResult
from asynclab.exam.chance import Chance
from asynclab.findings import finding
from asynclab.trace import Finding, Transcript, readable
from examroom.errors import ListenerError
from examroom.examiner.desk import Desk
from examroom.examiner.dialogue import Lost, Message
from examroom.examiner.doubts import read_transcript, well_formed
from examroom.examiner.outputs import display
from examroom.examiner.seat import CHECK_S, Seat


class RemoteRoom:
    """What `run`, `drive`, `script` and `expect` of one notebook's checks speak to."""

    def __init__(self, seat: Seat, seed: bytes | None = None) -> None:
        """Checks draw from `seed`, or from the system's randomness where it is None."""
        self._seat = seat
        self._seed = secrets.token_bytes(32) if seed is None else seed
        self.shown: list[dict[str, Any]] = []
        self.begin("")
        self._lent: dict[socket.socket, socket.socket] = {}

    def begin(self, check: str) -> None:
        """A check begins: what it draws does not depend on what others have drawn."""
        self.chance = Chance(hashlib.sha256(self._seed + check.encode()).digest())
        self.shown.clear()

    def run(self, expression: str, values: Mapping[str, Any]) -> Transcript:
        """Evaluate an expression in the candidate.

        Raises CheckFailed when there is no acceptable answer: a check may expect an error of the
        program, but never that there is nothing to check.
        """
        compile(expression, "<检查>", "eval", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        probes = {name: value for name, value in values.items() if isinstance(value, Probe)}
        desk = Desk(probes) if probes else None
        question = {
            "op": "run",
            "expression": expression,
            "values": {name: value for name, value in values.items() if name not in probes},
            "probes": list(probes),
        }
        reply = self._ask(question, CHECK_S, desk)
        try:
            return read_transcript(reply.get("transcript"), desk.now if desk else None)
        except ValueError as doubt:
            raise _doubtful(str(doubt)) from None

    def drive(self, expression: str, moves: Sequence[Any]) -> list[dict[str, Any]]:
        """Move a generator in the candidate; CheckFailed when it cannot be made."""
        question = {"op": "drive", "expression": expression, "moves": list(moves)}
        reply = self._ask(question, CHECK_S)
        try:
            if "failure" in reply:
                failure = well_formed("failure", reply["failure"])
                listed = reply.get("findings")
                findings = listed if type(listed) is list else [None]
                found = [well_formed("finding", each) for each in findings]
                said = f"{expression}：{failure['type']}: {failure['message']}"
                best = Finding(**{**found[0], "hints": tuple(found[0]["hints"])}) if found else None
                raise CheckFailed(said, best)
            return _told(reply.get("moves"), len(moves))
        except ValueError as doubt:
            raise _doubtful(str(doubt)) from None

    def script(self, source: str, timeout: float) -> ScriptResult:
        """Run a script in the candidate's sandbox."""
        question = {"op": "script", "source": source, "timeout": timeout}
        reply = self._ask(question, timeout + CHECK_S)
        status, printed, errors = (reply.get(key) for key in ("status", "printed", "errors"))
        form = type(status) in (int, type(None)) and _texts(printed) and _texts(errors)
        if not form:
            raise _doubtful("脚本结果的格式不对")
        return ScriptResult(status, tuple(printed or ()), tuple(errors or ()))

    def show(self, picture: object) -> None:
        """Put a picture among the check's outputs."""
        self.shown.append(display(picture))

    def listener(self) -> socket.socket:
        """A copy of a listening socket of the candidate's network, lent until it is closed.

        Raises CheckFailed when there is no candidate, ListenerError when all are lent.
        """
        try:
            listeners = self._seat.listeners()
        except Lost as lost:
            raise CheckFailed("没有得到可以检查的结果", explain(lost)) from None
        for each in listeners:
            if each not in self._lent or self._lent[each].fileno() < 0:
                self._lent[each] = each.dup()
                return self._lent[each]
        raise ListenerError(
            f"批改时最多同时开 {len(listeners)} 个网站，它们都开着；请先离开其中一个的 with"
        )

    def _ask(self, question: Message, seconds: float, desk: Desk | None = None) -> Message:
        try:
            return self._seat.ask(question, seconds, desk.hear if desk else None)
        except Lost as lost:
            raise CheckFailed("没有得到可以检查的结果", explain(lost)) from None


def explain(lost: Lost) -> Finding:
    """A loss as a finding."""
    reason = lost.reason if lost.cause == "runs-for-ever" else _bracketed(lost.reason)
    return finding(lost.cause, reason=reason, seconds=lost.seconds)


def _doubtful(reason: str) -> CheckFailed:
    return CheckFailed("得到的结果不可信", finding("not-plausible", reason=_bracketed(reason)))


def _bracketed(reason: str) -> str:
    return f"（{reason}）" if reason else ""


def _told(moves: Any, count: int) -> list[dict[str, Any]]:
    keys = ({"yielded"}, {"returned"}, {"raised"}, {"closed"})
    if type(moves) is not list or len(moves) != count:
        raise ValueError("生成器的记录不对")
    if not all(type(move) is dict and set(move) in keys for move in moves):
        raise ValueError("生成器的记录不对")
    return [readable(move) for move in moves]


def _texts(value: Any) -> bool:
    return type(value) is list and all(type(line) is str for line in value)
