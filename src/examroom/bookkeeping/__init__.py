"""Writes what was examined where nbgrader keeps it: the gradebook and `autograded/`."""

from examroom.bookkeeping.backup import backup
from examroom.bookkeeping.recorder import Bookkeeper

__all__ = ["Bookkeeper", "backup"]
