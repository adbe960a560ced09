"""What test cells call: run the student's code, and say what is wrong with it.

Everything that crosses between a check and the student's code is JSON, so that the two can be in
processes of their own; see `asynclab.exam.room`.
"""

from asynclab.exam.chance import chance
from asynclab.exam.drive import drive
from asynclab.exam.expect import CheckFailed, expect
from asynclab.exam.probe import Probe, probe
from asynclab.exam.run import run
from asynclab.exam.script import script
from asynclab.script import ScriptResult
from asynclab.trace import Transcript

__all__ = [
    "CheckFailed",
    "Probe",
    "ScriptResult",
    "Transcript",
    "chance",
    "drive",
    "expect",
    "probe",
    "run",
    "script",
]
