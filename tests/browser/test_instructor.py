"""An instructor in JupyterLab: sees the graded class in Formgrader."""

from pathlib import Path

import nbformat
from playwright.sync_api import Page, expect

from course import demo
from course.cases import Exercise
from course.lab import Role
from examroom import CourseFolder
from tests.browser.conftest import OpenLab, open_notebook

ASSIGNMENT = "05-async-await"
REFLECTIVE = "10-tasks"
PLACE = "（在这里写你的回答）"


def answer(notebook: Path, text: str) -> None:
    """Write a student's answer where the exercise asks for it."""
    content = nbformat.read(notebook, as_version=4)
    (cell,) = (c for c in content.cells if c.cell_type == "markdown" and PLACE in c.source)
    cell.source = text
    nbformat.write(content, notebook)


def test_an_instructor_sees_the_graded_class(
    page: Page, open_lab: OpenLab, tmp_path: Path, project: CourseFolder
) -> None:
    pupils = demo.build(project, tmp_path, ASSIGNMENT, students=3)
    outcomes = list(demo.run(tmp_path, ASSIGNMENT, pupils))
    assert all(outcome.as_expected for outcome in outcomes)
    address = open_lab(tmp_path, Role.INSTRUCTOR, f"source/{ASSIGNMENT}/exercises.ipynb")
    open_notebook(page, address)
    page.locator(".lm-MenuBar-itemLabel", has_text="Nbgrader").click()
    page.locator(".lm-Menu").get_by_text("Formgrader", exact=True).click()
    formgrader = page.frame_locator("iframe[src*=formgrader]")
    row = formgrader.locator("tr", has_text=ASSIGNMENT)
    expect(row).to_contain_text("3")
    formgrader.get_by_role("link", name="Students").click()
    table = formgrader.locator("table")
    for score in ("10 / 10", "0 / 10"):
        expect(table).to_contain_text(score)


def test_formgraders_button_grades_in_the_sandbox(
    page: Page, open_lab: OpenLab, tmp_path: Path, project: CourseFolder
) -> None:
    demo.build(project, tmp_path, ASSIGNMENT, students=1)
    address = open_lab(tmp_path, Role.INSTRUCTOR, f"source/{ASSIGNMENT}/exercises.ipynb")
    open_notebook(page, address)
    page.locator(".lm-MenuBar-itemLabel", has_text="Nbgrader").click()
    page.locator(".lm-Menu").get_by_text("Formgrader", exact=True).click()
    formgrader = page.frame_locator("iframe[src*=formgrader]")
    formgrader.locator("tr", has_text=ASSIGNMENT).locator(".num-submissions a").click()
    row = formgrader.locator("tr", has_text="student1")
    row.locator(".autograde a").click()
    said = formgrader.locator(".modal-body")
    expect(said).to_contain_text("Successfully autograded")
    expect(said).to_contain_text("student1: 10/10 (graded)")
    assert (tmp_path / ".grading" / ASSIGNMENT / "student1.json").exists()


def test_a_reflection_waits_for_a_person_who_sees_its_rubric(
    page: Page, open_lab: OpenLab, tmp_path: Path, project: CourseFolder
) -> None:
    demo.build(project, tmp_path, REFLECTIVE, students=1)
    answer(
        tmp_path / "submitted" / "student1" / REFLECTIVE / "exercises.ipynb", "因为它会等所有任务"
    )
    (outcome,) = demo.run(tmp_path, REFLECTIVE, demo.enrol(Exercise(project, REFLECTIVE), 1))
    assert outcome.as_expected
    address = open_lab(tmp_path, Role.INSTRUCTOR, f"source/{REFLECTIVE}/exercises.ipynb")
    open_notebook(page, address)
    page.locator(".lm-MenuBar-itemLabel", has_text="Nbgrader").click()
    page.locator(".lm-Menu").get_by_text("Formgrader", exact=True).click()
    formgrader = page.frame_locator("iframe[src*=formgrader]")
    formgrader.get_by_role("link", name="Manual Grading").click()
    formgrader.get_by_role("link", name=REFLECTIVE).click()
    formgrader.get_by_role("link", name="exercises").click()
    row = formgrader.locator("tr", has_text="Submission #1")
    waiting = row.locator(".needs-manual-grade")
    expect(waiting).to_have_attribute("data-search", "needs manual grade")
    row.get_by_role("link", name="Submission #1").click()
    rubric = formgrader.get_by_text("参考答案", exact=True)
    expect(rubric).to_be_visible()
    expect(formgrader.get_by_text("因为它会等所有任务")).to_be_visible()
    rubric.scroll_into_view_if_needed()
