"""The grading engine: generates, grades and reports on nbgrader assignments.

It knows nbgrader and nothing of any one course, so any nbgrader course folder can use it. What is
named here is imported when it is first used: nbgrader takes a second to import, and a student's
own check needs none of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from examroom.autograde import install
    from examroom.engine import Graded, Report, grade
    from examroom.errors import (
        ClusterError,
        ExamroomError,
        FolderError,
        GradingError,
        GradingInterrupted,
        PaperError,
        ReleaseError,
        SandboxError,
        StarterError,
    )
    from examroom.folder import CourseFolder, own_programs_first
    from examroom.metadata import ForgetMetadata
    from examroom.release import differences, generate, register, scratch
    from examroom.results import Check, Result, export, result
    from examroom.starter import StarterRegions, solved

__all__ = [
    "Check",
    "ClusterError",
    "CourseFolder",
    "ExamroomError",
    "FolderError",
    "ForgetMetadata",
    "Graded",
    "GradingError",
    "GradingInterrupted",
    "PaperError",
    "ReleaseError",
    "Report",
    "Result",
    "SandboxError",
    "StarterError",
    "StarterRegions",
    "differences",
    "export",
    "generate",
    "grade",
    "install",
    "own_programs_first",
    "register",
    "result",
    "scratch",
    "solved",
]

_MODULES = {
    "autograde": ["install"],
    "engine": ["Graded", "Report", "grade"],
    "errors": [
        "ClusterError",
        "ExamroomError",
        "FolderError",
        "GradingError",
        "GradingInterrupted",
        "PaperError",
        "ReleaseError",
        "SandboxError",
        "StarterError",
    ],
    "folder": ["CourseFolder", "own_programs_first"],
    "metadata": ["ForgetMetadata"],
    "release": ["differences", "generate", "register", "scratch"],
    "results": ["Check", "Result", "export", "result"],
    "starter": ["StarterRegions", "solved"],
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'examroom' has no attribute {name!r}")
    return getattr(import_module(f"examroom.{_HOMES[name]}"), name)
