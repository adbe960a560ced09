"""An instructor in JupyterLab: sees the graded class in Formgrader."""

from pathlib import Path

from playwright.sync_api import Page, expect

from course import demo
from course.lab import Role
from examroom import CourseFolder
from tests.browser.conftest import OpenLab, open_notebook

ASSIGNMENT = "05-async-await"


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
