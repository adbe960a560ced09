"""The trusted side: runs the checks, speaks to the candidate, doubts what it says.

Nothing here imports or executes anything that a student wrote.
"""

from examroom.examiner.examine import Examined, examine
from examroom.examiner.pool import Pool

__all__ = ["Examined", "Pool", "examine"]
