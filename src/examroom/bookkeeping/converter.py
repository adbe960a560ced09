"""nbgrader's autograde step for notebooks that come from memory and have been executed."""

import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import nbgrader.api
from nbclient import NotebookClient
from nbconvert.writers.files import FilesWriter
from nbformat import NotebookNode, validate
from nbformat.v4 import to_notebook, writes_json
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.converters import Autograde
from nbgrader.utils import find_all_files
from traitlets.utils.importstring import import_item

from examroom.paper import NotebookJSON
from examroom.submission import Submission

# Finds nothing in a notebook that was rebuilt from the release, and costs more than all the rest.
_SUPERFLUOUS = frozenset({"CheckCellMetadata"})


class Converter(Autograde):  # type: ignore[misc]
    """nbgrader's Autograde with the course's options and preprocessors, but for those that execute.

    Built once a run, where nbgrader builds its preprocessors anew for each notebook.
    """

    def __init__(self, api: NbGraderAPI, assignment: str, leave_out: Collection[str]) -> None:
        super().__init__(coursedir=api.coursedir, parent=api)
        self.coursedir.assignment_id = assignment
        self.writer = FilesWriter(parent=self, config=self.config)  # type: ignore[no-untyped-call]
        self.exporter = self.exporter_class(
            parent=self, config=self.config, optimistic_validation=True
        )
        for step in map(_imported, self.autograde_preprocessors):
            if not _executes(step) and _name(step) not in _SUPERFLUOUS.union(leave_out):
                self.exporter.register_preprocessor(step)
        self._borrowers = _namespaces_with_gradebook(self.exporter._preprocessors)
        self._masters = self._master_files()
        self._target = Path()

    @contextmanager
    def hooks(self, student: str, notebooks: Iterable[str]) -> Iterator[None]:
        """Run the course's hooks before, and after if all went well, as nbgrader does."""
        submitted = self.coursedir.submitted_directory
        folder = Path(self.coursedir.format_path(submitted, student, self.coursedir.assignment_id))
        self.coursedir.student_id = student
        self.notebooks = [str(folder / f"{name}.ipynb") for name in notebooks]
        self.run_pre_convert_hook()
        yield
        self.run_post_convert_hook()

    def write(
        self, target: Path, submission: Submission, notebooks: Mapping[str, NotebookJSON]
    ) -> None:
        """Write what `nbgrader autograde` writes for one submission, but into the folder `target`.

        The preprocessors write its rows to the gradebook that `sharing` lends them.
        """
        self._target = target
        self._write_files(submission, {PurePosixPath(f"{name}.ipynb") for name in notebooks})
        assignment = self.coursedir.assignment_id
        for name, notebook in notebooks.items():
            resources = {
                "unique_key": name,
                "output_files_dir": f"{name}_files",
                "metadata": {"name": name, "path": str(target)},
                "nbgrader": {
                    "student": submission.student,
                    "assignment": assignment,
                    "notebook": name,
                    "db_url": self.coursedir.db_url,
                },
            }
            self.write_single_notebook(*self._preprocessed(to_notebook(notebook), resources))
        self.set_permissions(assignment, submission.student)

    def _preprocessed(self, node: NotebookNode, resources: Any) -> tuple[str, Any]:
        """What the exporter's `from_notebook_node` gives, without its copies: the node is ours."""
        resources = self.exporter._init_resources(resources)
        for step in self.exporter._preprocessors:
            node, resources = step(node, resources)
        validate(node, relax_add_props=True)
        return f"{writes_json(node)}\n", resources

    @contextmanager
    def sharing(self, gradebook: Gradebook) -> Iterator[None]:
        """Let the preprocessors write to this gradebook, where each would open one of its own."""
        try:
            for namespace in self._borrowers:
                namespace["Gradebook"] = lambda *_, **__: gradebook
            yield
        finally:
            for namespace in self._borrowers:
                namespace["Gradebook"] = Gradebook

    def _format_dest(self, assignment_id: str, student_id: str, escape: bool = False) -> str:
        return str(self._target)

    def _master_files(self) -> dict[PurePosixPath, Path]:
        """The source folder's files that replace a student's, by their path in a submission."""
        course, assignment = self.coursedir, self.coursedir.assignment_id
        source = Path(course.format_path(course.source_directory, ".", assignment))
        students_own = self.exclude_overwriting.get(assignment, [])
        files = map(Path, find_all_files(str(source), [*course.ignore, "*.ipynb"]))
        masters = {PurePosixPath(file.relative_to(source)): file for file in files}
        return {name: file for name, file in masters.items() if str(name) not in students_own}

    def _write_files(self, submission: Submission, notebooks: set[PurePosixPath]) -> None:
        files = {PurePosixPath(name): content for name, content in submission.files.items()}
        if submission.timestamp is not None:
            files.setdefault(PurePosixPath("timestamp.txt"), submission.timestamp.encode())
        taken = notebooks | self._masters.keys()
        folders = {folder for name in taken for folder in name.parents}
        for name, content in files.items():
            # a student's file must not stand where a folder is needed, nor the other way round
            if name not in taken | folders and taken.isdisjoint(name.parents):
                _with_folder(self._target / name).write_bytes(content)
        for name, master in self._masters.items():
            shutil.copyfile(master, _with_folder(self._target / name))


def _imported(step: Any) -> Any:
    return import_item(step) if isinstance(step, str) else step


def _executes(step: Any) -> bool:
    return issubclass(step if isinstance(step, type) else type(step), NotebookClient)


def _name(step: Any) -> str:
    return str(getattr(step, "__name__", type(step).__name__))


def _namespaces_with_gradebook(preprocessors: list[Any]) -> list[dict[str, Any]]:
    """The globals in which these preprocessors and their methods look up nbgrader's Gradebook."""
    functions = [
        function
        for step in preprocessors
        for kind in type(step).__mro__
        for function in (step, *vars(kind).values())
    ]
    namespaces = [vars(nbgrader.api), *(getattr(f, "__globals__", {}) for f in functions)]
    unique = {id(namespace): namespace for namespace in namespaces}
    return [space for space in unique.values() if space.get("Gradebook") is Gradebook]


def _with_folder(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    return file
