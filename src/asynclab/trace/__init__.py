"""What a run did: every step of every task, as plain data."""

from asynclab.trace.plain import plain, readable
from asynclab.trace.recorder import Recorder
from asynclab.trace.transcript import Failure, Finding, Step, TaskTrace, Transcript

__all__ = [
    "Failure",
    "Finding",
    "Recorder",
    "Step",
    "TaskTrace",
    "Transcript",
    "plain",
    "readable",
]
