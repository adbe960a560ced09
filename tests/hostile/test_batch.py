"""Hostile, broken and unlucky submissions, graded in one batch with honest ones between them."""

import json
import re

import pytest

from tests.hostile.cases import KINDS
from tests.hostile.cases.case import Case
from tests.hostile.conftest import EARLIER, HONEST, Graded, student
from tests.hostile.kitchen import BESIDE, FULL, POINTS

CORPUS = [
    pytest.param(student(kind, case), case, id=f"{kind}/{case.name}")
    for kind, cases in KINDS.items()
    for case in cases
]
OUTPUT_LIMIT = 2_000_000


def test_the_corpus_has_every_class_and_no_name_twice() -> None:
    assert len(KINDS) == 14
    assert all(len(cases) >= 3 for cases in KINDS.values())
    assert len(CORPUS) >= 70
    assert len({name for name, _ in (each.values for each in CORPUS)}) == len(CORPUS)


@pytest.mark.parametrize(("name", "case"), CORPUS)
def test_every_case_gets_the_points_it_must(graded: Graded, name: str, case: Case) -> None:
    told = graded.of(name)
    assert case.problem in told["problem"]
    assert bool(case.problem) == bool(told["problem"])
    if not case.problem:
        assert {check: each["score"] for check, each in told["checks"].items()} == case.points


@pytest.mark.parametrize(("name", "case"), CORPUS)
def test_every_author_reads_why(graded: Graded, name: str, case: Case) -> None:
    told = graded.of(name)
    for check, code in case.finds.items():
        assert told["findings"].get(check) == code, graded.read(name, check)
    reasons = {each["file"]: each["reason"] for each in told["rejected"]}
    assert case.rejects.keys() <= reasons.keys()
    for file, reason in case.rejects.items():
        assert reason in reasons[file]
    for cell, said in case.says.items():
        assert said in graded.read(name, cell)
    if graded.path(name).exists():
        assert case.shows(graded.notebook(name))


def test_no_point_is_lost_without_a_word(graded: Graded) -> None:
    silent = []
    for name in graded.cases:
        told = graded.of(name)
        for check, each in told["checks"].items():
            if check in POINTS and each["score"] < each["max_score"]:
                told_otherwise = told["rejected"] and not graded.path(name).exists()
                if not told_otherwise and '"error"' not in graded.read(name, check):
                    silent.append((name, check))
    assert silent == []


def test_honest_students_between_them_keep_full_marks(graded: Graded) -> None:
    names = [name for name, case in graded.cases.items() if case is HONEST]
    assert len(names) == len(KINDS) + 2
    for name in names:
        got = {check: each["score"] for check, each in graded.of(name)["checks"].items()}
        assert got == FULL, name


def test_nobody_elses_row_changes(graded: Graded) -> None:
    assert graded.after == graded.before
    assert len(graded.before["student"]) == len(EARLIER)
    assert len(graded.before["grade"]) == len(EARLIER) * len(FULL)
    assert {graded.of(name)["state"] for name in EARLIER} == {"unchanged"}


def test_the_batch_tells_of_everybody_and_fails_for_those_it_could_not_grade(
    graded: Graded,
) -> None:
    assert len(graded.told) == len(graded.cases) + len(EARLIER)
    assert graded.run.status == 1
    assert "Traceback" not in graded.run.errors


def test_no_process_is_left(graded: Graded) -> None:
    assert graded.run.processes == []


def test_no_temporary_file_and_no_control_group_is_left(graded: Graded) -> None:
    # what Dask keeps for all of a machine's runs is no leftover of this one
    assert [name for name in graded.run.temporary if not name.startswith("dask-")] == []
    assert graded.run.groups == []


def test_nothing_is_left_for_the_next_candidate(graded: Graded) -> None:
    left = {name: told["left"] for name, told in graded.told.items() if told.get("left")}
    assert left == {}


def test_nobody_reaches_what_listens_outside(graded: Graded) -> None:
    assert graded.visitors == []


def test_outputs_are_kept_below_two_megabytes(graded: Graded) -> None:
    for name in graded.cases:
        if graded.path(name).exists():
            cells = graded.notebook(name)["cells"]
            outputs = [cell["outputs"] for cell in cells if cell["cell_type"] == "code"]
            written = json.dumps(outputs, indent=1, ensure_ascii=False).encode()
            assert len(written) < OUTPUT_LIMIT, name


def test_the_report_names_the_check_that_is_not_protected(graded: Graded) -> None:
    for name, case in graded.cases.items():
        if graded.path(name).exists() and not case.rejects.keys() & {"kitchen.ipynb", "."}:
            assert graded.of(name)["unprotected"] == [BESIDE], name


def test_only_the_check_that_is_not_protected_gives_points_to_who_did_nothing(
    graded: Graded,
) -> None:
    for name, case in graded.cases.items():
        if case.blank and not case.problem:
            gained = {n for n, each in graded.of(name)["checks"].items() if each["score"]}
            assert gained <= {BESIDE}, name


def test_grading_again_changes_nothing(graded: Graded) -> None:
    told = {each["student"]: each for each in json.loads(graded.again.printed)}
    states = {name: each["state"] for name, each in told.items() if not each["problem"]}
    assert set(states.values()) == {"unchanged"}
    assert {name: each["score"] for name, each in told.items()} == {
        name: each["score"] for name, each in graded.told.items()
    }


def test_every_case_says_what_it_is_about() -> None:
    for _, case in (each.values for each in CORPUS):
        assert re.search(r"\w{2}", case.about)
