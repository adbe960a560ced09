import subprocess
import sys

import examroom

# examroom itself imports nbgrader, so the module is read by its path
SCRIPT = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("grammars", sys.argv[1])
grammars = importlib.util.module_from_spec(spec)
spec.loader.exec_module(grammars)
grammars.skip_format_grammars()
import nbgrader.api, nbformat
assert "rfc3987_syntax" not in sys.modules
assert nbformat.validate(nbformat.v4.new_notebook()) is None
grammars.skip_format_grammars()
import rfc3987_syntax
"""


def test_nbgrader_is_imported_without_grammars_and_others_can_still_have_them() -> None:
    path = examroom.__file__.replace("__init__", "grammars")
    subprocess.run([sys.executable, "-c", SCRIPT, path], check=True)
