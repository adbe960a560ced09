from nbformat.v4 import new_notebook

from examroom import ForgetMetadata


def test_named_entries_go_and_others_stay() -> None:
    notebook = new_notebook(metadata={"jupytext": {"formats": "ipynb,md"}, "title": "题"})
    cleaned, _ = ForgetMetadata().preprocess(notebook, {})
    assert dict(cleaned.metadata) == {"title": "题"}
