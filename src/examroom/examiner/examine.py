"""Examine one notebook: its cells in the candidate, its checks on the trusted side."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from examroom.examiner.checks import Checks
from examroom.examiner.dialogue import Lost
from examroom.examiner.outputs import BESIDE, Accepted, Output, error, result
from examroom.examiner.pool import Pool
from examroom.examiner.room import RemoteRoom, explain
from examroom.examiner.seat import Seat
from examroom.paper import NotebookJSON


@dataclass(frozen=True)
class Examined:
    """A notebook with its outputs, and what the report says of it.

    `findings` are codes by grade id; `unprotected` are the grade ids of checks that ran beside the
    student's code; `lost` are the causes for which a candidate was lost, `left` what one left
    behind in its sandbox.
    """

    notebook: NotebookJSON
    findings: Mapping[str, str] = field(default_factory=dict)
    unprotected: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    left: tuple[Mapping[str, object], ...] = ()


def examine(
    notebook: NotebookJSON,
    files: Mapping[str, bytes],
    pool: Pool,
    seed: bytes | None = None,
) -> Examined:
    """Run a rebuilt notebook.

    Args:
        notebook: as `rebuild` made it; it is not changed.
        files: data files that its code finds in its folder, by path.
        pool: hosts for the candidate.
        seed: what its checks' random inputs depend on; None for other ones every time.

    Raises:
        SandboxError: there is no host to be had.
    """
    notebook = {**notebook, "cells": [dict(cell) for cell in notebook["cells"]]}
    seat = Seat(pool, files)
    try:
        return _Examination(notebook, seat, seed).run()
    finally:
        seat.close()


class _Examination:
    def __init__(self, notebook: NotebookJSON, seat: Seat, seed: bytes | None) -> None:
        self._notebook, self._seat = notebook, seat
        self._code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        given = [cell["source"] for cell in self._code if _is_given(cell)]
        self._checks = Checks(given, RemoteRoom(seat, seed))
        self._accepted = Accepted()
        self._findings: dict[str, str] = {}
        self._unprotected: list[str] = []

    def run(self) -> Examined:
        for number, cell in enumerate(self._code, 1):
            if not cell["source"].strip():
                continue
            if not _is_check(cell):
                cell["outputs"] = self._run_cell(cell["source"])
            elif self._checks.trusted(cell["source"]):
                cell["outputs"] = self._run_check(cell)
            else:
                cell["outputs"] = self._run_unprotected(cell)
            cell["execution_count"] = number
            for output in cell["outputs"]:
                if output["output_type"] == "execute_result":
                    output["execution_count"] = number
        return Examined(
            self._notebook,
            self._findings,
            tuple(self._unprotected),
            tuple(self._seat.lost),
            tuple(self._seat.left),
        )

    def _run_cell(self, source: str) -> list[Output]:
        try:
            return self._accepted.take(self._seat.cell(source).get("outputs"))
        except Lost as lost:
            return [_lost(lost)]

    def _run_check(self, cell: dict[str, Any]) -> list[Output]:
        grade = cell["metadata"]["nbgrader"]
        name = grade["grade_id"]
        outputs, found = self._checks.run(cell["source"], name, float(grade["points"]))
        if found:
            self._findings[name] = found
        return self._accepted.shorten(outputs)

    def _run_unprotected(self, cell: dict[str, Any]) -> list[Output]:
        grade = cell["metadata"]["nbgrader"]
        self._unprotected.append(grade["grade_id"])
        try:
            reply = self._seat.cell(cell["source"])
        except Lost as lost:
            self._findings[grade["grade_id"]] = lost.cause
            return [_lost(lost)]
        outputs = Accepted(BESIDE).take(reply.get("outputs"))
        if reply.get("succeeded") is not True and not any(map(_is_error, outputs)):
            outputs.append(error("CheckFailed", "检查没有运行到底", ["检查没有运行到底"]))
        elif _results(outputs) < _results(reply.get("outputs")):
            said = "输出太多，这一格的值没有保存"  # without it, nbgrader gives all points
            outputs.append(error("CheckFailed", said, [said]))
        return [_graded(output, float(grade["points"])) for output in outputs]


def _is_check(cell: dict[str, Any]) -> bool:
    grade = cell["metadata"].get("nbgrader", {})
    return bool(grade.get("grade")) and not grade.get("solution")


def _is_given(cell: dict[str, Any]) -> bool:
    """Whether a cell is the paper's own and no check."""
    grade = cell["metadata"].get("nbgrader", {})
    extra = cell["metadata"].get("examroom", {}).get("extra")
    return not (extra or grade.get("solution") or grade.get("grade"))


def _is_error(output: Output) -> bool:
    return bool(output["output_type"] == "error")


def _results(outputs: Any) -> int:
    """How many values of a last expression there are among outputs, which may be a stranger's."""
    listed = outputs if type(outputs) is list else []
    kinds = [each.get("output_type") for each in listed if type(each) is dict]
    return kinds.count("execute_result")


def _lost(lost: Lost) -> Output:
    said = explain(lost).message
    return error("CandidateLost", said, [f"[{lost.cause}] {said}"])


def _graded(output: Output, points: float) -> Output:
    """An output of a check, so that nbgrader reads it as it was meant.

    What is written to standard error costs nothing; a value that is no number counts as none; one
    that exceeds the points, or is no number that can be compared, is not believed.
    """
    if output["output_type"] == "stream":
        return {**output, "name": "stdout"}
    if output["output_type"] != "execute_result":
        return output
    text = output["data"].get("text/plain", "")
    try:
        credit = float(text)
    except (TypeError, ValueError):
        return output if text else result(None)
    if 0 <= credit <= points:
        return output
    said = f"这一格的值 {text} 不在 0 和满分 {points:g} 之间"
    return error("ValueError", said, [f"ValueError: {said}"])
