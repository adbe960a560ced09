"""nbval and the gate together let nothing through: each has holes that the other closes."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from course.gate import faults
from course.pairs import METADATA
from examroom import CourseFolder

ERROR = new_output("error", ename="ZeroDivisionError", evalue="division by zero", traceback=["…"])
PRINTED = new_output("stream", name="stdout", text="2\n")
RAISES = {"tags": ["raises-exception"]}

CASES: dict[str, tuple[NotebookNode, bool, bool]] = {
    # a cell, whether nbval passes it, whether the gate does
    "true": (new_code_cell("print(2)", execution_count=1, outputs=[PRINTED]), True, True),
    "raises": (
        new_code_cell("1 / 0", execution_count=1, outputs=[ERROR], metadata=RAISES),
        True,
        True,
    ),
    "stripped": (new_code_cell("print(2)"), True, False),
    "never-raised": (new_code_cell("x = 1", execution_count=1, metadata=RAISES), True, False),
    "raises-no-more": (
        new_code_cell("x = 1", execution_count=1, outputs=[ERROR], metadata=RAISES),
        False,
        True,
    ),
    "raises-another": (
        new_code_cell("unknown", execution_count=1, outputs=[ERROR], metadata=RAISES),
        False,
        True,
    ),
    "prints-another": (
        new_code_cell("print(3)", execution_count=1, outputs=[PRINTED]),
        False,
        True,
    ),
    "prints-no-more": (new_code_cell("x = 1", execution_count=1, outputs=[PRINTED]), False, True),
}


@pytest.fixture(scope="module")
def nbval(project: CourseFolder, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The verdict of `pytest --nbval`, with the options of `make test`, on each case."""
    folder: Path = tmp_path_factory.mktemp("nbval")
    for name, (cell, _, _) in CASES.items():
        notebook = new_notebook(cells=[cell], metadata=METADATA)
        nbformat.write(notebook, folder / f"{name}.ipynb")
    options = ["--nbval", "--nbval-current-env", "--nbval-sanitize-with"]
    command = [sys.executable, "-m", "pytest", *options, str(project.root / "tests/nbval.cfg")]
    done = subprocess.run(
        [*command, "-rA", "--rootdir", folder, "-c", "/dev/null", folder],
        capture_output=True,
        text=True,
    )
    return dict(map(reversed, re.findall(r"(PASSED|FAILED) \S*?([\w-]+)\.ipynb", done.stdout)))


@pytest.mark.parametrize("name", CASES)
def test_nbval(name: str, nbval: dict[str, str]) -> None:
    _, passes, _ = CASES[name]
    assert nbval[name] == ("PASSED" if passes else "FAILED")


@pytest.mark.parametrize("name", CASES)
def test_gate(name: str) -> None:
    cell, _, passes = CASES[name]
    assert (list(faults(new_notebook(cells=[cell]))) == []) is passes


@pytest.mark.parametrize("name", CASES)
def test_only_true_chapters_pass_both(name: str) -> None:
    _, nbval_passes, gate_passes = CASES[name]
    assert (nbval_passes and gate_passes) is (name in ("true", "raises"))
