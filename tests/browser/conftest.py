"""JupyterLab servers and a headless Chromium for the browser tests.

Every test leaves a screenshot in `test-artifacts/`, to be looked at; they are not in git.
"""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, expect, sync_playwright
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from course.doctor import MissingError, find_chromium
from course.lab import Role, command, environment

ARTIFACTS = Path(__file__).resolve().parents[2] / "test-artifacts"
SECONDS = 1000
# A machine under load takes its time; nothing here is about speed.
PATIENCE = 90 * SECONDS
OpenLab = Callable[[Path, Role, str], str]


@pytest.fixture(scope="module")  # while it lives, Playwright runs a loop in this very thread
def browser() -> Iterator[Browser]:
    try:
        chromium = find_chromium()
    except MissingError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=chromium,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )


def answering(address: str) -> None:
    """Wait for a server that has told its address but may not listen yet."""
    patient = requests.Session()
    retry = Retry(connect=50, backoff_factor=0.1, backoff_max=1)
    patient.mount("http://", HTTPAdapter(max_retries=retry))
    patient.get(address).raise_for_status()


@contextmanager
def jupyter(root: Path, role: Role, page: str) -> Iterator[str]:
    """A JupyterLab for one role, as `course lab` starts it; gives its address, token included."""
    server = subprocess.Popen(
        command(root, browser=False, port=0, page=page),
        cwd=root,
        env=environment(role, root),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert server.stderr is not None
    said = []
    try:
        for line in server.stderr:
            said.append(line)
            if address := re.search(r"http://127\.0\.0\.1:\d+/lab\S+token=\w+", line):
                answering(address[0])
                yield address[0]
                break
        else:
            pytest.fail("JupyterLab did not start:\n" + "".join(said))
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.communicate(timeout=10)
        except subprocess.TimeoutExpired:  # a worker thread of anyio may outlive its loop
            os.killpg(server.pid, signal.SIGKILL)
            server.communicate()


@pytest.fixture
def open_lab() -> Iterator[OpenLab]:
    """Starts a JupyterLab and gives its address; all are stopped after the test's screenshot."""
    with ExitStack() as servers:
        yield lambda root, role, page: servers.enter_context(jupyter(root, role, page))


@pytest.fixture
def page(browser: Browser, open_lab: OpenLab, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, locale="zh-CN")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    yield page
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{request.node.name}.png")
    context.close()


@pytest.fixture
def classroom(tmp_path: Path) -> Path:
    """A copy of what a student's course folder holds, so that a test may change it."""
    project = Path(__file__).resolve().parents[2]
    for name in ("notebooks", "release", "work"):
        shutil.copytree(project / name, tmp_path / name)
    shutil.copy(project / "nbgrader_config.py", tmp_path)
    return tmp_path


def open_notebook(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".jp-NotebookPanel .jp-Cell").first).to_be_visible()
    # cells that are run before the kernel has answered stay unrun
    expect(page.get_by_text("Python 3 (ipykernel) | 空闲")).to_be_visible()
