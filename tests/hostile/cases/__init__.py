"""The corpus: a module for each class of submission, in the order in which they are graded."""

from tests.hostile.cases import (
    exhaustion,
    exits,
    files,
    hangs,
    honest,
    metadata,
    network,
    reading,
    shell,
    staying,
    untouched,
    verdicts,
    world,
    writing,
)
from tests.hostile.cases.case import Case

KINDS: dict[str, list[Case]] = {
    module.__name__.rpartition(".")[2]: module.CASES
    for module in (
        honest,
        untouched,
        metadata,
        shell,
        world,
        verdicts,
        exits,
        hangs,
        exhaustion,
        reading,
        writing,
        staying,
        network,
        files,
    )
}
