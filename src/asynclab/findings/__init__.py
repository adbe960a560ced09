"""Named diagnoses: one table of them, and looking for them in what a run left behind."""

from asynclab.findings.failures import explain_failure, failure_of
from asynclab.findings.table import TABLE, Diagnosis, finding, place
from asynclab.findings.traces import LEFT_BEHIND, Remains, explain_remains

__all__ = [
    "LEFT_BEHIND",
    "TABLE",
    "Diagnosis",
    "Remains",
    "explain_failure",
    "explain_remains",
    "failure_of",
    "finding",
    "place",
]
