"""A Chinese explanation below the errors that beginners meet."""

import html
import warnings
from typing import Any

from IPython.core.interactiveshell import ExecutionResult, InteractiveShell
from IPython.display import display

from asynclab.findings import Remains, explain_failure, explain_remains
from asynclab.trace import Finding


class Explanation:
    """Findings as a notebook shows them; their hints are folded."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings

    def __repr__(self) -> str:
        return "\n".join(f"说明：{finding.message}" for finding in self.findings)

    def _repr_html_(self) -> str:
        parts = []
        for finding in self.findings:
            hints = "".join(f"<li>{html.escape(hint)}</li>" for hint in finding.hints)
            parts.append(
                f"<p><b>说明</b>　{html.escape(finding.message)}</p>"
                f"<details><summary>怎么办</summary><ul>{hints}</ul></details>"
            )
        return "".join(parts)


class Explainer:
    """Watches a shell's cells; explains what it recognises, and is silent about the rest."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._never: list[str] = []
        self._show: Any = None

    def begin(self, *_: Any) -> None:
        """Before a cell: listen for warnings of coroutines that nobody awaits."""
        self._never.clear()
        self._show = warnings.showwarning
        warnings.showwarning = self._warn

    def _warn(self, message: Any, *rest: Any, **named: Any) -> None:
        if "was never awaited" in str(message):
            self._never.append(str(message))
        self._show(message, *rest, **named)

    def end(self, result: ExecutionResult | None = None) -> None:
        """After a cell: explain its error, or what it forgot to await."""
        if self._show is not None:
            warnings.showwarning, self._show = self._show, None
        error = result and (result.error_in_exec or result.error_before_exec)
        found = [*explain_failure(error, self._shell.user_ns)] if error else []
        found += explain_remains(Remains(warnings=self._never))
        if found:
            display(Explanation(found))  # type: ignore[no-untyped-call]
