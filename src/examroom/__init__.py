"""The grading engine: generates, grades and reports on nbgrader assignments.

It knows nbgrader and nothing of any one course, so any nbgrader course folder can use it.
"""

from examroom.errors import (
    ExamroomError,
    FolderError,
    GradingError,
    GradingInterrupted,
    ReleaseError,
    StarterError,
)
from examroom.folder import CourseFolder, own_programs_first
from examroom.grading import Graded, grade
from examroom.metadata import ForgetMetadata
from examroom.release import differences, generate, register
from examroom.results import Check, Result, export, result
from examroom.starter import StarterRegions, solved

__all__ = [
    "Check",
    "CourseFolder",
    "ExamroomError",
    "FolderError",
    "ForgetMetadata",
    "Graded",
    "GradingError",
    "GradingInterrupted",
    "ReleaseError",
    "Result",
    "StarterError",
    "StarterRegions",
    "differences",
    "export",
    "generate",
    "grade",
    "own_programs_first",
    "register",
    "result",
    "solved",
]
