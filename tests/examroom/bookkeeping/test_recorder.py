import json
import os
import sqlite3
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties, Execute
from sqlalchemy.exc import SAWarning

from examroom import CourseFolder, result
from examroom.bookkeeping import Bookkeeper, gradebook
from examroom.bookkeeping.gradebook import RunGradebook
from examroom.errors import BookkeepingError, GradebookBusyError
from examroom.submission import Submission
from tests.conftest import PROJECT
from tests.examroom.bookkeeping.course import OUTPUTS, executed, hand_in
from tests.examroom.bookkeeping.look import contents, files, tables

BOTH = ("first", "second")
ANSWERS = {
    "add": "add = sum",
    "by-hand": "by_hand = 1",
    "essay": "我的回答",
    "task": "改了题目也没用",
    "check-error": "assert True",
}
JIA = Submission(
    "jia",
    files={"own.py": b"x = 1\n", "data/table.csv": b"forged\n", "notes/a.txt": b"\xff"},
    timestamp="2026-03-01 08:00:00 UTC\n",
)


@pytest.fixture
def book(course: CourseFolder) -> Iterator[Bookkeeper]:
    with Bookkeeper(course, "mixed", leave_out={"Given"}) as book:
        yield book


def due(folder: CourseFolder) -> None:
    with Gradebook(folder.api().coursedir.db_url) as gradebook:
        gradebook.update_or_create_assignment("mixed", duedate="2026-03-01 07:00:00 UTC")


def autograde(folder: CourseFolder, student: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)
        outcome = folder.api().autograde("mixed", student, force=True)
    assert outcome["success"], outcome


@pytest.mark.parametrize(
    ("submission", "answers", "names"),
    [
        (JIA, ANSWERS, BOTH),
        (replace(JIA, student="yi", timestamp="2026-03-01 10:00:00 +0800"), ANSWERS, ("first",)),
        (Submission("bing"), {}, BOTH),
    ],
    ids=["late, with files of their own", "one notebook missing", "nothing done, no timestamp"],
)
def test_what_is_recorded_is_what_nbgrader_records(
    course: CourseFolder,
    twin: CourseFolder,
    submission: Submission,
    answers: dict[str, str],
    names: tuple[str, ...],
) -> None:
    due(course)
    due(twin)
    hand_in(twin, submission, answers, names)
    autograde(twin, submission.student)
    with Bookkeeper(course, "mixed", leave_out={"Given"}) as book:
        told = book.record(submission, executed(course, answers, names))
    assert contents(course) == contents(twin)
    assert files(course, submission.student) == files(twin, submission.student)
    assert told == result(twin, "mixed", submission.student)


def test_the_course_that_this_is_tried_on_has_something_of_everything(
    course: CourseFolder, book: Bookkeeper
) -> None:
    due(course)
    book.record(JIA, executed(course, ANSWERS))
    rows = contents(course)
    scores = {row["name"]: row["auto_score"] for row in rows if "auto_score" in row}
    assert scores == {
        "check-noise": 1,
        "check-error": 0,
        "check-stderr": 0,
        "check-partly": 1.5,
        "by-hand": None,
        "essay": None,
        "task": None,
        "check-second": 2,
    }
    late = {row["name"]: row["late_submission_penalty"] for row in rows if "flagged" in row}
    assert late == {"first": 0.25, "second": 0.25}
    comments = {row["name"]: row["auto_comment"] for row in rows if "auto_comment" in row}
    assert comments["more"] == "No response."
    assert comments["add"] == "也交了第二本"
    written = files(course, "jia")
    assert written["mixed/own.py"] == (0o444, b"x = 1\n")
    assert written["mixed/data/table.csv"] == (0o444, b"a,b\n")


def test_grading_again_keeps_what_a_human_gave(course: CourseFolder, twin: CourseFolder) -> None:
    hand_in(twin, JIA, ANSWERS, BOTH)
    changed = {**OUTPUTS, "check-error": [], "check-noise": OUTPUTS["check-error"]}
    with Bookkeeper(course, "mixed", leave_out={"Given"}) as book:
        for round_ in (OUTPUTS, changed):
            for folder in (course, twin):
                (folder.root / "outputs.json").write_text(json.dumps(round_), "utf-8")
            autograde(twin, "jia")
            book.record(JIA, executed(course, ANSWERS))
            assert contents(course) == contents(twin)
            for folder in (course, twin):
                with Gradebook(folder.api().coursedir.db_url) as grades:
                    essay = grades.find_grade("essay", "first", "mixed", "jia")
                    essay.manual_score, essay.extra_credit = 3, 0.5
                    essay.needs_manual_grade = False
                    comment = grades.find_comment("add", "first", "mixed", "jia")
                    comment.manual_comment = "写得好"
                    grades.db.commit()
        book.record(JIA, executed(course, ANSWERS))
    with Gradebook(course.api().coursedir.db_url) as grades:
        essay = grades.find_grade("essay", "first", "mixed", "jia")
        assert (essay.score, essay.needs_manual_grade) == (3.5, True)
        assert grades.find_comment("add", "first", "mixed", "jia").comment == "写得好"


def test_recording_twice_is_recording_once(course: CourseFolder, book: Bookkeeper) -> None:
    notebooks = executed(course, ANSWERS)
    once = book.record(JIA, notebooks)
    rows, written = tables(course), files(course, "jia")
    assert book.record(JIA, notebooks) == once
    assert (tables(course), files(course, "jia")) == (rows, written)


def test_rows_and_files_of_others_stay_as_they_are(course: CourseFolder, book: Bookkeeper) -> None:
    book.record(JIA, executed(course, ANSWERS))
    rows, written = tables(course), files(course, "jia")
    book.record(replace(JIA, student="yi"), executed(course, {}))
    after = tables(course)
    for name, before in rows.items():
        assert [row for row in after[name] if row in before] == before
    assert files(course, "jia") == written


def test_a_notebook_whose_author_handed_in_nothing_readable_gets_nothing(
    course: CourseFolder, book: Bookkeeper
) -> None:
    assert book.record(Submission("ding"), {}).score == 0
    assert not any(row["needs_manual_grade"] for row in contents(course) if "auto_score" in row)
    assert book.recorded("ding")


def fail(*_: object) -> None:
    raise RuntimeError("写到一半")


@pytest.mark.parametrize("place", [(AssignLatePenalties, "preprocess"), (RunGradebook, "keep")])
def test_an_error_leaves_nothing_half_done_and_does_not_touch_the_next(
    course: CourseFolder,
    book: Bookkeeper,
    monkeypatch: pytest.MonkeyPatch,
    place: tuple[type, str],
) -> None:
    book.record(JIA, executed(course, ANSWERS))
    rows, written = tables(course), files(course, "jia")
    with monkeypatch.context() as broken:
        broken.setattr(*place, fail)
        for student in ("jia", "yi"):
            with pytest.raises(BookkeepingError, match=f"{student}.*写到一半"):
                book.record(replace(JIA, student=student, timestamp=None), executed(course, {}))
    assert tables(course) == rows
    assert files(course, "jia") == written
    assert files(course, "yi") == {}
    assert not book.recorded("yi")
    assert book.record(replace(JIA, student="yi"), executed(course, {})).student == "yi"
    assert book.recorded("yi")


KILLED = """
import os, sys
from pathlib import Path
from examroom import CourseFolder
from examroom.bookkeeping import Bookkeeper, recorder, gradebook
from tests.examroom.bookkeeping.course import executed
from tests.examroom.bookkeeping.test_recorder import JIA

course = CourseFolder(Path(sys.argv[1]))
notebooks = executed(course, {})
renamed = []
def rename(path, target, rename=Path.rename):
    renamed.append(path)
    if len(renamed) == 2:
        os._exit(9)
    return rename(path, target)
if sys.argv[2] == "between renaming two folders":
    Path.rename = rename
else:
    gradebook.RunGradebook.keep = lambda self: os._exit(9)
with Bookkeeper(course, "mixed", leave_out={"Given"}) as book:
    book.record(JIA, notebooks)
"""


@pytest.mark.parametrize("moment", ["between renaming two folders", "before the rows are kept"])
def test_what_a_killed_program_left_is_mended_by_recording_again(
    course: CourseFolder, book: Bookkeeper, moment: str
) -> None:
    book.record(JIA, executed(course, ANSWERS))
    rows = tables(course)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(course.root), moment], cwd=PROJECT, check=False
    )
    assert killed.returncode == 9
    assert tables(course) == rows
    book.record(JIA, executed(course, {}))
    assert {path.split("/")[0] for path in files(course, "jia")} == {"mixed"}
    assert b"add = sum" not in files(course, "jia")["mixed/first.ipynb"][1]
    book.record(JIA, executed(course, ANSWERS))
    assert tables(course) == rows


def test_a_notebook_that_no_program_could_read_is_not_written(
    course: CourseFolder, book: Bookkeeper
) -> None:
    notebooks = executed(course, ANSWERS)
    notebooks["first"]["cells"][1]["outputs"] = [{"output_type": "stream", "text": "没有名字"}]
    with pytest.raises(BookkeepingError, match="jia"):
        book.record(JIA, notebooks)
    assert files(course, "jia") == {}


def test_an_unknown_student_is_refused_where_the_course_wants_that(course: CourseFolder) -> None:
    course.config.Autograde.create_student = False
    before = tables(course)
    with Bookkeeper(course, "mixed", leave_out={"Given"}) as book:
        with pytest.raises(BookkeepingError, match="nbgrader db student add jia"):
            book.record(JIA, executed(course, ANSWERS))
        assert tables(course) == before
        assert not (course.root / "autograded" / "jia").exists()
        with Gradebook(course.api().coursedir.db_url) as grades:
            grades.add_student("jia")
        assert book.record(JIA, executed(course, ANSWERS)).student == "jia"


def test_a_gradebook_that_another_program_locks_is_waited_for(
    course: CourseFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gradebook, "BUSY_TIMEOUT", 0.05)
    notebooks = executed(course, ANSWERS)
    with (
        Bookkeeper(course, "mixed", leave_out={"Given"}) as book,
        closing(sqlite3.connect(course.root / "gradebook.db", isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(GradebookBusyError, match="Formgrader"):
            book.record(JIA, notebooks)
        assert files(course, "jia") == {}
        other.execute("ROLLBACK")
        other.execute("BEGIN")
        other.execute("SELECT * FROM grade").fetchall()  # a reader, too, keeps it from committing
        with pytest.raises(GradebookBusyError):
            book.record(JIA, notebooks)
        assert files(course, "jia") == {}
        other.execute("ROLLBACK")
        assert book.record(JIA, notebooks).student == "jia"
        assert other.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_what_a_student_put_in_the_folder_for_submissions_is_not_read(
    course: CourseFolder, book: Bookkeeper
) -> None:
    submitted = course.root / "submitted" / "jia" / "mixed"
    submitted.mkdir(parents=True)
    os.mkfifo(submitted / "first.ipynb")
    assert book.record(JIA, executed(course, ANSWERS)).student == "jia"


def test_a_students_file_cannot_stand_in_the_way_of_the_courses_own(
    course: CourseFolder, book: Bookkeeper
) -> None:
    files_ = {"data": b"", "first.ipynb/x": b"", "own.py": b"y = 2\n"}
    book.record(replace(JIA, files=files_), executed(course, ANSWERS))
    assert {path for path in files(course, "jia") if "ipynb" not in path} == {
        "mixed",
        "mixed/data",
        "mixed/data/table.csv",
        "mixed/own.py",
        "mixed/timestamp.txt",
    }


class NeverRun(Execute):
    preprocess = fail


def test_steps_that_execute_a_notebook_are_never_run(course: CourseFolder) -> None:
    steps = course.config.Autograde.autograde_preprocessors
    steps += [NeverRun, "nbgrader.preprocessors.Execute"]
    with Bookkeeper(course, "mixed", leave_out={"Given"}) as book:
        assert book.record(JIA, executed(course, ANSWERS)).student == "jia"


def test_the_courses_hooks_are_run(course: CourseFolder) -> None:
    called: list[Any] = []

    def hook(**about: Any) -> None:
        called.append((about["assignment"], about["student"], len(about["notebooks"])))

    course.config.Autograde.pre_convert_hook = hook
    course.config.Autograde.post_convert_hook = hook
    with Bookkeeper(course, "mixed", leave_out={"Given"}) as book:
        book.record(JIA, executed(course, ANSWERS, ("first",)))
    assert called == [("mixed", "jia", 1)] * 2


def test_outputs_are_taken_as_they_are_given(course: CourseFolder, book: Bookkeeper) -> None:
    notebooks = executed(course, ANSWERS)
    stream = new_output("stream", name="stdout", text=["一\n", "二\n"])
    notebooks["second"]["cells"][0]["outputs"] = [stream]
    before = json.dumps(notebooks)
    book.record(JIA, notebooks)
    assert json.dumps(notebooks) == before
    written = json.loads(files(course, "jia")["mixed/second.ipynb"][1])
    assert written["cells"][0]["outputs"] == [stream]
