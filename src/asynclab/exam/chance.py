"""What a check draws at random: for one student and one check, the same in every grading."""

import hashlib
import itertools
import random
import secrets

from asynclab.exam.room import current_room


class Chance(random.Random):
    """A random generator whose tokens tell nothing of the next ones.

    Args:
        seed: the same seed gives the same values in the same order; at most 64 bytes.
    """

    def __init__(self, seed: bytes) -> None:
        super().__init__(seed)
        self._seed = seed
        self._drawn = itertools.count()

    def token(self) -> str:
        """Eight hexadecimal digits that nobody can foresee who does not know the seed."""
        number = str(next(self._drawn)).encode()
        return hashlib.blake2b(number, key=self._seed, digest_size=4).hexdigest()


_OWN = Chance(secrets.token_bytes(32))


def chance() -> random.Random:
    """Where a check's random inputs come from; use it as `random.Random`.

    An examiner gives every check a generator of its own, which depends on the paper and on who
    handed in: grading again asks the same, and no other student is asked quite that.

    Example:
        >>> names = chance().sample("甲乙丙丁", 3)
        >>> len(set(names))
        3
    """
    return current_chance()


def current_chance() -> Chance:
    """The generator of the room that this thread is in; in a notebook, the kernel's own."""
    room = current_room()
    return _OWN if room is None else room.chance
