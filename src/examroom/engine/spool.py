"""Examined submissions on disk: nothing that was examined is lost before it is recorded.

`.grading/<assignment>/<student>.json` holds an examination until it is recorded, and its report
from then on. A run that was killed begins by recording what it finds here.
"""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from examroom.engine.job import Examination, Report
from examroom.paper import Paper
from examroom.submission import Submission

# To be raised when the same submission would be examined otherwise than before.
_VERSION = 1
FOLDER = ".grading"


@dataclass(frozen=True)
class Entry:
    """What is known of one submission: of which text (`digest`), and whether it is recorded."""

    digest: str
    report: Report
    examination: Examination | None

    @property
    def recorded(self) -> bool:
        """Whether it is in the gradebook."""
        return self.examination is None


class Spool:
    """The entries of one assignment."""

    def __init__(self, root: Path, assignment: str) -> None:
        self._folder = root / FOLDER / assignment
        self._folder.mkdir(parents=True, exist_ok=True)

    def find(self, student: str) -> Entry | None:
        """This student's entry; None when there is none that can be read."""
        try:
            data = json.loads(self._path(student).read_text(encoding="utf-8"))
            report = Report.from_json(data["report"])
            notebooks = data["notebooks"]
            examination = None if notebooks is None else Examination(notebooks, report)
            return Entry(data["digest"], report, examination)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, student: str, digest: str, examination: Examination) -> None:
        """Keep an examination that is yet to be recorded."""
        self._write(student, digest, examination.report, examination.notebooks)

    def done(self, student: str, digest: str, report: Report) -> None:
        """It is recorded: keep the report alone."""
        self._write(student, digest, report, None)

    def _write(self, student: str, digest: str, report: Report, notebooks: Any) -> None:
        data = {"digest": digest, "report": report.to_json(), "notebooks": notebooks}
        path = self._path(student)
        unfinished = path.with_suffix(".part")
        unfinished.write_text(json.dumps(data), encoding="utf-8")
        os.replace(unfinished, path)  # noqa: PTH105 - a killed writer leaves the old or the new

    def _path(self, student: str) -> Path:
        return self._folder / f"{student}.json"


def digest(paper: Paper, submission: Submission, *, sandboxed: bool) -> str:
    """Differs whenever the examination could: by the paper, by what was handed in, by the mode."""
    mode = [_VERSION, paper.digest, submission.timestamp, sandboxed]
    parts = hashlib.sha256(json.dumps(mode).encode())
    for kind in (submission.notebooks, submission.files):
        for name, data in sorted(kind.items()):
            parts.update(json.dumps([name, hashlib.sha256(data).hexdigest()]).encode())
    for rejected in submission.rejected:
        parts.update(json.dumps([rejected.file, rejected.reason]).encode())
    return parts.hexdigest()
