import base64
import json

import pytest

from asynclab.trace import Transcript
from examroom.examiner.dialogue import Lost
from tests.examroom.speaker import Speaker


def test_files_are_put_where_the_cells_look(candidate: Speaker) -> None:
    files = {"data/甲.txt": "一".encode(), "b.bin": bytes(range(256))}
    sent = {name: base64.b64encode(content).decode() for name, content in files.items()}
    assert set(candidate.ask(op="files", files=sent)) == {"id"}
    assert candidate.tells("open('data/甲.txt', encoding='utf-8').read()") == "一"
    assert candidate.tells("list(open('b.bin', 'rb').read())") == list(range(256))


def test_a_run_sees_what_the_cells_defined_and_is_told_as_json(candidate: Speaker) -> None:
    candidate.prints("import asyncio\nasync def main(n):\n    await asyncio.sleep(n)\n    return n")
    reply = candidate.ask(op="run", expression="main(n)", values={"n": 3}, probes=[])
    t = Transcript.from_json(reply["transcript"])
    assert (t.value, t.elapsed, t.error) == (3, 3, None)
    json.dumps(reply)


@pytest.mark.parametrize(
    "value", ["10 ** 5000", "float('nan')", "{1: 2}", "object()", "'\\ud800'", "[[[]] * 9] * 9"]
)
def test_whatever_a_run_returns_can_be_told(candidate: Speaker, value: str) -> None:
    candidate.prints(f"def main(): return {value}")
    reply = candidate.ask(op="run", expression="main()", values={}, probes=[])
    assert "transcript" in reply


def test_a_generator_is_driven(candidate: Speaker) -> None:
    candidate.prints("def count(n):\n    for i in range(n):\n        yield i\n    return 'end'")
    moves = candidate.ask(op="drive", expression="count(1)", moves=["next", ["send", 1]])["moves"]
    assert moves == [{"yielded": 0}, {"returned": "end"}]


def test_a_generator_that_cannot_be_made_is_explained(candidate: Speaker) -> None:
    reply = candidate.ask(op="drive", expression="count(1)", moves=["next"])
    assert reply["failure"]["type"] == "NameError"
    assert reply["findings"][0]["code"] == "missing-definition"


def test_a_script_runs_in_an_interpreter_of_its_own_in_the_sandbox(candidate: Speaker) -> None:
    source = "import os, asynclab\nprint(os.getuid())\nraise ValueError('不行')"
    reply = candidate.ask(op="script", source=source, timeout=10)
    assert (reply["status"], reply["printed"]) == (1, ["1000"])
    assert reply["errors"][-1] == "ValueError: 不行"


def test_a_script_that_does_not_end_is_ended(candidate: Speaker) -> None:
    reply = candidate.ask(op="script", source="while True: pass", timeout=0.5)
    assert reply["status"] is None


def test_an_unknown_request_ends_the_candidate(candidate: Speaker) -> None:
    with pytest.raises(Lost):
        candidate.ask(op="nonsense")


def test_a_function_of_a_cell_can_be_pickled_for_another_process(candidate: Speaker) -> None:
    candidate.prints("def double(n): return 2 * n")
    pool = (
        "from concurrent.futures import ProcessPoolExecutor\n"
        "with ProcessPoolExecutor(1) as pool: print(list(pool.map(double, [1, 2])))"
    )
    assert candidate.prints(pool) == "[2, 4]"
