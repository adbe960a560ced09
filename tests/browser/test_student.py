"""A student in JupyterLab: reads and runs a chapter, does an exercise, validates it."""

import json
import re
from pathlib import Path

import nbformat
import requests
import websocket
from playwright.sync_api import Page, expect

from course.cases import Exercise
from course.lab import Role
from course.work import start
from examroom import CourseFolder
from tests.browser.conftest import OpenLab, open_notebook

CHAPTER = "notebooks/05-async-await.ipynb"
EXERCISE = "work/05-async-await/exercises.ipynb"


def forget_outputs(notebook: Path) -> None:
    content = nbformat.read(notebook, as_version=4)
    for cell in content.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(content, notebook)


def run_all(page: Page) -> None:
    page.get_by_text("运行", exact=True).first.click()
    page.get_by_text("运行所有单元格", exact=True).click()
    prompts = page.locator(".jp-CodeCell .jp-InputPrompt")
    expect(prompts.filter(has_text=re.compile(r"\[[ *]\]"))).to_have_count(0)


def validate(page: Page) -> str:
    page.locator(".jp-NotebookPanel-toolbar").get_by_text("Validate").click()
    dialog = page.locator(".jp-Dialog", has_text=re.compile("Validation Results"))
    expect(dialog).to_be_visible()
    return dialog.inner_text()


def test_a_student_runs_a_chapter(page: Page, open_lab: OpenLab, classroom: Path) -> None:
    forget_outputs(classroom / CHAPTER)
    address = open_lab(classroom, Role.STUDENT, CHAPTER)
    open_notebook(page, address)
    result = page.get_by_text("甲的热水 乙的热水")
    expect(result).to_have_count(0)
    run_all(page)
    expect(result).to_be_visible()
    expect(page.locator(".jp-Dialog")).to_have_count(0)
    # figures are drawn, not left as text
    expect(page.locator(".jp-RenderedMermaid").first).to_be_visible()
    result.scroll_into_view_if_needed()


def test_students_see_chinese_and_no_instructors_tools(
    page: Page, open_lab: OpenLab, classroom: Path
) -> None:
    address = open_lab(classroom, Role.STUDENT, CHAPTER)
    open_notebook(page, address)
    menus = page.locator(".lm-MenuBar-itemLabel")
    expect(menus.first).to_have_text("文件")
    menus.filter(has_text="Nbgrader").click()
    entries = page.locator(".lm-Menu-itemLabel")
    expect(entries.filter(has_text="Assignment List")).to_be_visible()
    tools = re.compile("Formgrader|Create|Course List")
    expect(entries.filter(has_text=tools)).to_have_count(0)


def test_validate_tells_what_fails_on_the_untouched_exercise(
    page: Page, open_lab: OpenLab, classroom: Path
) -> None:
    start(CourseFolder(classroom), "05-async-await")
    address = open_lab(classroom, Role.STUDENT, EXERCISE)
    open_notebook(page, address)
    said = validate(page)
    for reason in ("没有找到 fun1", "没有找到 main", "brew_all 应当能够运行到底", "同时查询 1 个"):
        assert reason in said


def test_validate_passes_on_the_solved_exercise(
    page: Page, open_lab: OpenLab, classroom: Path, project: CourseFolder
) -> None:
    exercise = Exercise(project, "05-async-await")
    exercise.write(exercise.reference(), classroom / "work" / "05-async-await")
    address = open_lab(classroom, Role.STUDENT, EXERCISE)
    open_notebook(page, address)
    assert "Success" in validate(page)


def test_the_course_command_works_in_jupyterlabs_terminal(
    open_lab: OpenLab, classroom: Path
) -> None:
    address = open_lab(classroom, Role.STUDENT, CHAPTER)
    match = re.fullmatch(r"http://([^/]+)/.*token=(\w+)", address)
    assert match
    server, token = match.groups()
    headers = {"Authorization": f"token {token}"}
    name = requests.post(f"http://{server}/api/terminals", headers=headers).json()["name"]
    terminal = websocket.create_connection(
        f"ws://{server}/terminals/websocket/{name}", header=headers, timeout=90
    )
    terminal.send(json.dumps(["stdin", "course start 05-async-await\n"]))
    said = ""
    while "exercises.ipynb" not in said:
        said += str(json.loads(terminal.recv())[-1])
    terminal.close()
    assert (classroom / EXERCISE).exists()
