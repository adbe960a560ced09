"""What a check draws at random."""

from types import SimpleNamespace
from typing import Any

from asynclab.exam import chance, probe, run
from asynclab.exam.chance import Chance
from asynclab.exam.room import entered


def room(seed: bytes) -> Any:
    return SimpleNamespace(chance=Chance(seed))


def test_a_seed_gives_the_same_again() -> None:
    drawn = []
    for _ in range(2):
        with entered(room(b"jia")):
            drawn.append((chance().sample(range(1000), 5), chance().random()))
    assert drawn[0] == drawn[1]


def test_another_seed_gives_something_else() -> None:
    jia, yi = (Chance(seed).sample(range(1000), 5) for seed in (b"jia", b"yi"))
    assert jia != yi


def test_tokens_do_not_depend_on_what_else_is_drawn() -> None:
    one, other = Chance(b"jia"), Chance(b"jia")
    other.random()
    first = one.token()
    assert first == other.token()
    assert first != one.token()
    assert len(first) == 8


def test_a_notebook_draws_from_its_own() -> None:
    assert chance() is chance()
    tokens = {chance().getrandbits(64) for _ in range(10)}
    assert len(tokens) == 10


def test_probes_give_tokens_of_the_room() -> None:
    async def call(fetch: Any) -> Any:
        return await fetch("甲")

    with entered(room(b"jia")):
        t = run("call(fetch)", namespace={"call": call}, fetch=probe())
    assert t.value == Chance(b"jia").token()
