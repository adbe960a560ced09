"""Every way in which an asynchronous program is usually spoilt."""

import ast

import pytest

from course.mutation import mutants

SPOILT = {
    # what stands there, what must be among the mutants
    "await fetch(x)": ["fetch(x)"],
    "await asyncio.sleep(2)": [
        "asyncio.sleep(2)",
        "__import__('time').sleep(2)",
        "await asyncio.sleep(3)",
        "await asyncio.sleep(1)",
        "pass",
    ],
    "await asyncio.to_thread(f, x)": ["f(x)"],
    "r = await asyncio.gather(*tasks)": ["r = [await each for each in tasks]"],
    "r = await asyncio.gather(a(), b())": ["r = [await a(), await b()]"],
    "t = asyncio.create_task(f())": ["t = f()"],
    "x = await asyncio.wait_for(f(), 3)": ["x = await f()"],
    "limit = asyncio.Semaphore(3)": ["limit = asyncio.Semaphore(1000000)"],
    "q = asyncio.Queue(maxsize=3)": ["q = asyncio.Queue()"],
    "ready = a < b": ["ready = a <= b"],
    "ready = a and not b": ["ready = a or not b", "ready = a and b"],
    "order = ['a', 'b', 'c']": ["order = ['b', 'a', 'c']", "order = ['a', 'c', 'b']"],
    "found.append(x)": ["found.insert(0, x)"],
    "answer = {'甲': True}": ["answer = {'甲': False}"],
    "fault = 'B'": ["fault = 'B?'"],
    "def f():\n    return 1": ["def f():\n    return None"],
    "def f():\n    yield from g()": ["def f():\n    yield g()"],
    "async def f():\n    async with asyncio.timeout(1):\n        await g()": [
        "async def f():\n    await g()"
    ],
    "async def f():\n    async with pool.take() as one:\n        await g(one)": [
        "async def f():\n    one = pool.take()\n    await g(one)"
    ],
    "try:\n    f()\nexcept ValueError:\n    g()": [
        "try:\n    f()\nexcept BaseException:\n    g()",
        "try:\n    f()\nexcept ValueError:\n    pass",
        "f()",
    ],
    "try:\n    f()\nfinally:\n    g()": ["f()\ng()"],
    "if done:\n    f()": ["if not done:\n    f()"],
    "for x in y:\n    f(x)": ["for x in y:\n    f(x)\n    break"],
    "@contextmanager\ndef f():\n    pass": ["def f():\n    pass"],
    "f()\ng()": ["g()\nf()"],
}


@pytest.mark.parametrize("source", SPOILT)
def test_the_usual_ways(source: str) -> None:
    made = [mutant.source for mutant in mutants("cell", source)]
    assert [spoilt for spoilt in SPOILT[source] if spoilt not in made] == []


@pytest.mark.parametrize("source", SPOILT)
def test_every_mutant_is_another_program(source: str) -> None:
    made = [mutant.source for mutant in mutants("cell", source)]
    assert len(set(made)) == len(made)
    assert ast.unparse(ast.parse(source)) not in made


def test_the_same_change_in_two_places_has_two_names() -> None:
    changes = [mutant.change for mutant in mutants("cell", "f(await x)\ng(await x)")]
    assert changes.count("dropped_await: await x → x") == 1
    assert changes.count("dropped_await: await x → x (2)") == 1


def test_independent_assignments_do_not_change_places() -> None:
    assert [m for m in mutants("cell", "a = 1\nb = 2") if m.change.startswith("swapped")] == []


def test_annotations_and_names_of_tasks_decide_nothing() -> None:
    source = "def f(x: Literal[1]) -> None:\n    create(x, name='甲')"
    assert [m for m in mutants("cell", source) if "Literal[2]" in m.source] == []
    assert [m for m in mutants("cell", source) if "create(x)" in m.source] == []


def test_a_text_that_is_no_python_has_none() -> None:
    assert list(mutants("cell", "%load_ext asynclab")) == []
