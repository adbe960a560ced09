"""Where candidates live: a bubblewrap sandbox, or, at the user's own risk, a bare process."""

from examroom.sandbox.bare import Bare
from examroom.sandbox.limits import Limits
from examroom.sandbox.notes import notes
from examroom.sandbox.process import CandidateProcess, Host
from examroom.sandbox.sandbox import Sandbox

__all__ = ["Bare", "CandidateProcess", "Host", "Limits", "Sandbox", "notes"]
