"""Notebook metadata of the source that a student's version must not carry."""

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import List, Unicode


class ForgetMetadata(NbGraderPreprocessor):  # type: ignore[misc]
    """Remove named entries of the notebook's metadata.

    A source notebook that jupytext pairs with a text would otherwise grow such a text in the
    student's folder, too.
    """

    names = List(Unicode(), ["jupytext"], help="Entries of the notebook's metadata to remove").tag(
        config=True
    )

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Remove the entries; cells are left alone."""
        for name in self.names:
            nb.metadata.pop(name, None)
        return nb, resources
