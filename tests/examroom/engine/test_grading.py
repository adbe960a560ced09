import csv
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from tornado.ioloop import IOLoop

from examroom import CourseFolder, FolderError, GradingError, SandboxError, export, grade
from examroom.bookkeeping import Bookkeeper
from examroom.engine import Graded
from examroom.engine.spool import Spool
from examroom.errors import BookkeepingError, ExamroomError
from tests.examroom.engine.conftest import (
    HANGS,
    IN_TURN,
    RIGHT,
    autograded,
    hand_in,
    rows,
)


def graded(course: CourseFolder, **options: Any) -> dict[str, Graded]:
    options.setdefault("parallel", False)
    total, steps = grade(course, "waiting", **options)
    found = {each.student: each for each in steps}
    assert len(found) == total
    return found


def scores(found: dict[str, Graded]) -> dict[str, float | None]:
    return {student: each.result and each.result.score for student, each in found.items()}


def test_each_submission_gets_its_points_findings_and_row(course: CourseFolder) -> None:
    hand_in(course, "jia", RIGHT)
    hand_in(course, "yi", IN_TURN)
    hand_in(course, "bing", None)
    hand_in(course, "ding", HANGS)
    found = graded(course, parallel=True)

    assert scores(found) == {"jia": 3, "yi": 1, "bing": 0, "ding": 0}
    assert {each.state for each in found.values()} == {"graded"}
    assert found["yi"].report.findings == {"check-together": "sequential"}
    assert found["ding"].report.findings["check-together"] == "program-died"
    assert found["jia"].report.unprotected == ("check-plain",)
    assert all(each.report.sandboxed for each in found.values())
    told = autograded(course, "yi")["check-together"].outputs
    assert [output.output_type for output in told] == ["display_data", "error"]
    assert "<svg" in told[0].data["text/html"]
    assert "应当同时进行" in told[1].evalue

    export(course, course.root / "grades.csv")
    with (course.root / "grades.csv").open(encoding="utf-8", newline="") as file:
        exported = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert exported == scores(found)


def test_of_what_a_stopped_run_breaks_off_no_traceback_is_printed(
    course: CourseFolder, caplog: pytest.LogCaptureFixture
) -> None:
    hand_in(course, "jia", RIGHT)
    graded(course, parallel=True)
    # as Dask's own does where Ctrl-C comes before the request has begun
    loop = IOLoop(make_current=False)
    loop._run_callback(lambda: nothing)  # type: ignore[name-defined]  # noqa: F821
    loop.close()
    assert caplog.records == []


def test_a_file_that_is_no_notebook_costs_its_author_the_notebook_and_nobody_else(
    course: CourseFolder,
) -> None:
    hand_in(course, "jia", RIGHT)
    hand_in(course, "yi", None).write_text("not a notebook", encoding="utf-8")
    os.mkfifo(course.root / "submitted" / "jia" / "waiting" / "pipe")
    found = graded(course)
    assert scores(found) == {"jia": 3, "yi": 0}
    assert found["jia"].report.rejected[0].file == "pipe"
    assert "JSON" in found["yi"].report.rejected[0].reason
    assert "JSON" in autograded(course, "yi")["check-together"].outputs[0].evalue


def test_a_name_that_cannot_be_used_fails_alone(course: CourseFolder) -> None:
    hand_in(course, "jia", RIGHT)
    hand_in(course, "evil\nname", RIGHT)
    found = graded(course)
    assert scores(found) == {"jia": 3, "evil\\nname": None}
    assert "看不见" in found["evil\\nname"].problem


def test_only_what_changed_is_graded_again(course: CourseFolder) -> None:
    hand_in(course, "jia", RIGHT)
    hand_in(course, "yi", IN_TURN)
    graded(course)
    assert {each.state for each in graded(course).values()} == {"unchanged"}
    hand_in(course, "yi", RIGHT)
    again = graded(course)
    assert {name: each.state for name, each in again.items()} == {
        "jia": "unchanged",
        "yi": "graded",
    }
    assert scores(again) == {"jia": 3, "yi": 3}
    assert {each.state for each in graded(course, force=True).values()} == {"graded"}


def test_what_is_gone_from_the_gradebook_is_graded_again(course: CourseFolder) -> None:
    hand_in(course, "jia", RIGHT)
    graded(course)
    (course.root / "gradebook.db").unlink()
    found = graded(course)
    assert (found["jia"].state, scores(found)) == ("graded", {"jia": 3})


def test_some_students_only(course: CourseFolder) -> None:
    hand_in(course, "jia", RIGHT)
    hand_in(course, "yi", RIGHT)
    assert scores(graded(course, students=["yi"])) == {"yi": 3}
    with pytest.raises(GradingError, match="bing"):
        grade(course, "waiting", students=["bing"])


def test_an_examined_submission_that_was_not_recorded_is_not_examined_again(
    course: CourseFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(course, "jia", IN_TURN)

    def fails(*_: Any) -> None:
        raise BookkeepingError("磁盘满了")

    with monkeypatch.context() as patch:
        patch.setattr(Bookkeeper, "record", fails)
        assert graded(course)["jia"].problem == "磁盘满了"
    entry = Spool(course.root, "waiting").find("jia")
    assert entry is not None
    assert not entry.recorded
    monkeypatch.setattr("examroom.engine.grading.inline", None)  # nobody could examine anything
    found = graded(course)
    assert (found["jia"].state, scores(found)) == ("resumed", {"jia": 1})
    assert found["jia"].report.findings == {"check-together": "sequential"}


def test_an_error_in_one_examination_is_told_and_the_rest_goes_on(
    course: CourseFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(course, "jia", RIGHT)
    hand_in(course, "yi", RIGHT)
    from examroom.engine import fanout, job

    def once(paper: Any, submission: Any, *rest: Any, **options: Any) -> Any:
        if submission.student == "jia":
            raise ZeroDivisionError("哎呀")
        return job.examine_submission(paper, submission, *rest, **options)

    monkeypatch.setattr(fanout, "examine_submission", once)
    found = graded(course)
    assert scores(found) == {"jia": None, "yi": 3}
    assert "ZeroDivisionError: 哎呀" in found["jia"].problem


def test_the_gradebook_is_copied_before_a_run_writes(course: CourseFolder) -> None:
    hand_in(course, "jia", RIGHT)
    graded(course)
    backups = sorted((course.root / ".grading" / "backups").iterdir())
    assert len(backups) == 1
    assert stat.S_ISREG(backups[0].stat().st_mode)
    graded(course)  # nothing to write
    assert sorted((course.root / ".grading" / "backups").iterdir()) == backups


def test_two_runs_at_once_are_refused(course: CourseFolder) -> None:
    hand_in(course, "jia", RIGHT)
    _, steps = grade(course, "waiting", parallel=False)
    next(steps)
    with pytest.raises(ExamroomError, match="另一次批改"):
        graded(course)
    steps.close()  # type: ignore[attr-defined]
    assert scores(graded(course)) == {"jia": 3}


def test_manual_grades_are_kept(course: CourseFolder) -> None:
    from nbgrader.api import Gradebook

    hand_in(course, "jia", IN_TURN)
    graded(course)
    api = course.api()
    with Gradebook(api.coursedir.db_url, api.course_id) as gradebook:
        row = gradebook.find_grade("check-together", "waiting", "waiting", "jia")
        row.manual_score = 1.5
        gradebook.db.commit()
    assert scores(graded(course, force=True)) == {"jia": 2.5}
    assert ("check-together", 0, 1.5, True) in rows(course)["jia"]


def test_without_a_sandbox_it_is_said_in_report_and_feedback(course: CourseFolder) -> None:
    hand_in(course, "jia", RIGHT)
    found = graded(course, sandboxed=False)
    assert scores(found) == {"jia": 3}
    assert not found["jia"].report.sandboxed
    course.api().generate_feedback("waiting")
    page = (course.root / "feedback/jia/waiting/waiting.html").read_text("utf-8")
    assert "没有使用沙箱" in page
    # in a sandbox it is another examination
    assert graded(course)["jia"].state == "graded"


def test_no_sandbox_to_be_had_stops_before_anything_is_written(
    course: CourseFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(course, "jia", RIGHT)
    before = rows(course)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SandboxError, match="unsafe-no-sandbox"):
        graded(course)
    assert rows(course) == before


def test_a_fresh_copy_without_a_gradebook_can_grade(course: CourseFolder) -> None:
    hand_in(course, "jia", RIGHT)
    (course.root / "gradebook.db").unlink()
    released = (course.root / "release/waiting/waiting.ipynb").read_bytes()
    assert scores(graded(course)) == {"jia": 3}
    assert (course.root / "release/waiting/waiting.ipynb").read_bytes() == released


def test_nobody_handed_in_is_an_error_with_what_to_do(course: CourseFolder) -> None:
    with pytest.raises(GradingError, match="submitted/"):
        grade(course, "waiting")


def test_an_unknown_assignment_is_refused(course: CourseFolder) -> None:
    with pytest.raises(FolderError):
        grade(course, "sleeping")


def test_a_damaged_spool_entry_is_examined_again(course: CourseFolder, tmp_path: Path) -> None:
    hand_in(course, "jia", RIGHT)
    graded(course)
    (course.root / ".grading/waiting/jia.json").write_text("{")
    assert graded(course)["jia"].state == "graded"
