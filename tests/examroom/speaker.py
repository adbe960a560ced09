"""Speaking to a candidate as its examiner does."""

import json
from typing import Any

from examroom.examiner.dialogue import Dialogue
from examroom.sandbox import CandidateProcess


class Speaker:
    """Runs cells in a candidate and tells what came of them."""

    def __init__(self, process: CandidateProcess) -> None:
        self.process = process
        self._dialogue = Dialogue(process)

    def ask(self, seconds: float = 20, **question: Any) -> dict[str, Any]:
        """The reply to a question."""
        return self._dialogue.ask(question, seconds)

    def cell(self, source: str, seconds: float = 20) -> list[dict[str, Any]]:
        """The outputs of a cell, whether or not it succeeded."""
        outputs: list[dict[str, Any]] = self.ask(seconds, op="cell", source=source)["outputs"]
        return outputs

    def prints(self, source: str, seconds: float = 20) -> str:
        """What a cell printed, which must succeed."""
        reply = self.ask(seconds, op="cell", source=source)
        assert reply["succeeded"], reply["outputs"]
        texts = [each["text"] for each in reply["outputs"] if each.get("name") == "stdout"]
        return "".join(texts).strip()

    def tells(self, expression: str, setup: str = "") -> Any:
        """The value of an expression, which must be JSON."""
        return json.loads(self.prints(f"{setup}\nimport json\nprint(json.dumps({expression}))"))

    def close(self) -> None:
        """End the candidate."""
        self._dialogue.close()
