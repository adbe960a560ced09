"""A sandbox for the tests of a module, and candidates in it."""

from collections.abc import Iterator

import pytest

from examroom.sandbox import Sandbox
from tests.examroom.speaker import Speaker


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One for all tests of a module: each candidate in it is a new one."""
    sandbox = Sandbox()
    yield sandbox
    sandbox.close()


@pytest.fixture
def candidate(sandbox: Sandbox) -> Iterator[Speaker]:
    """A fresh candidate, of which nothing may be left when the test is over."""
    speaker = Speaker(sandbox.candidate())
    yield speaker
    speaker.close()
    assert sandbox.reset() == {}
