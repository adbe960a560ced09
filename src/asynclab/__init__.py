"""The lab bench of the course: what its notebooks import to look at asynchronous programs."""

from asynclab.script import ScriptResult, script

__all__ = ["ScriptResult", "script"]
