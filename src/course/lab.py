"""JupyterLab as the course needs it, one configuration for each role."""

import os
import sys
import webbrowser
from enum import StrEnum
from importlib.resources import files
from pathlib import Path

FIRST_PAGE = "notebooks/00-start-here.ipynb"


class Role(StrEnum):
    """Who sits in front of JupyterLab; students see none of nbgrader's instructor tools."""

    STUDENT = "student"
    INSTRUCTOR = "instructor"


def environment(role: Role, root: Path) -> dict[str, str]:
    """The environment variables that give JupyterLab this role's configuration.

    What the course decides is read from this package; what the user then changes (theme, language)
    is written to `.jupyter/<role>/` in the course folder, so that the roles, and the user's other
    projects, do not disturb each other.
    """
    own = root / ".jupyter" / role
    return {
        **os.environ,
        # the kernel and nbgrader's helpers (alembic) must be those of this interpreter
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        # the chapters' web sites are on this machine, whatever proxy leads out of it
        "NO_PROXY": ",".join(["127.0.0.1", "localhost", *_given("NO_PROXY")]),
        "no_proxy": ",".join(["127.0.0.1", "localhost", *_given("no_proxy")]),
        "JUPYTER_CONFIG_PATH": str(files("course") / "jupyter" / role),
        "JUPYTER_CONFIG_DIR": str(own),
        "JUPYTERLAB_SETTINGS_DIR": str(own / "lab" / "user-settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(own / "lab" / "workspaces"),
    }


def _given(variable: str) -> list[str]:
    return [value] if (value := os.environ.get(variable)) else []


def command(root: Path, *, browser: bool, port: int, page: str | None = None) -> list[str]:
    """The command that serves JupyterLab from the course folder on loopback.

    `browser=False` only prints the address. A port that is taken gives way to the next free one.
    Without `page` it opens chapter 00, or the launcher in a course that has none.
    """
    if page is None and (root / FIRST_PAGE).exists():
        page = FIRST_PAGE
    options = {
        "ServerApp.root_dir": str(root),
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": str(port),
        "ServerApp.open_browser": str(browser),
        "ServerApp.allow_root": "True",
        "LabApp.default_url": f"/lab/tree/{page}" if page else "/lab",
        # a login shell would set the PATH anew, and the `course` command would not be found
        "ServerApp.terminado_settings": f"shell_command={os.environ.get('SHELL') or 'sh'}",
        # git gives files any times; jupytext would refuse a notebook newer than its text
        "JupytextConfiguration.outdated_text_notebook_margin": "1e9",
        # quiet but for the address, which is logged as critical
        "Application.log_level": "ERROR",
    }
    return [sys.executable, "-m", "jupyterlab", *(f"--{k}={v}" for k, v in options.items())]


def has_browser() -> bool:
    """Whether this machine can show a web page to its user."""
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def trust(root: Path) -> None:
    """Sign the chapters, so that their stored pictures are shown before anybody runs them."""
    import nbformat  # takes a second to import, and most commands do without
    from jupyter_core.paths import jupyter_data_dir
    from nbformat.sign import NotebookNotary

    data = Path(jupyter_data_dir())
    data.mkdir(parents=True, exist_ok=True)  # nobody has used Jupyter here before
    with NotebookNotary(data_dir=str(data)) as notary:
        for path in sorted((root / "notebooks").glob("*.ipynb")):
            notary.sign(nbformat.read(path, as_version=4))


def launch(root: Path, role: Role, *, browser: bool, port: int) -> None:
    """Become JupyterLab; does not return."""
    arguments = command(root, browser=browser and has_browser(), port=port)
    trust(root)
    os.chdir(root)
    os.execve(arguments[0], arguments, environment(role, root))
