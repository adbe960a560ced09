from tests.examroom.speaker import Speaker


def test_a_candidate_begins_with_the_untrusted_packages_alone(candidate: Speaker) -> None:
    loaded = candidate.tells("sorted(sys.modules)", "import sys")
    own = {name.split(".")[1] for name in loaded if name.startswith("examroom.")}
    assert own == {"candidate", "zygote"}
    assert not any(name.startswith(("nbgrader", "course", "sqlalchemy")) for name in loaded)


def test_its_first_cell_finds_a_fresh_notebook(candidate: Speaker) -> None:
    assert candidate.tells("[In[:-1], Out]") == [[""], {}]
    names = set(candidate.tells("[name for name in globals() if not name.startswith('_')]"))
    assert names == {"In", "Out", "exit", "quit", "get_ipython", "open", "json"}
