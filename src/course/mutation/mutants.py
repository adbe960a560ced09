"""All mutants of a solution cell: its source with one place spoilt.

No mutation tool of the Python world works on a notebook's cells, and what matters here is what
asynchronous programs are spoilt by: a dropped `await`, `gather` turned into a loop, a limit or a
timeout taken away, an `except` that swallows cancellation.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from course.mutation import expressions, statements


@dataclass(frozen=True)
class Mutant:
    """One spoilt solution: of which cell, what was changed to what, and the cell's whole source."""

    cell: str
    change: str
    source: str


def mutants(cell: str, source: str) -> Iterator[Mutant]:
    r"""Every mutant of one cell, each different from the original and from all the others.

    Args:
        cell: its grade id.
        source: its solution; magics and text that is no Python have no mutants.

    Example:
        >>> for mutant in mutants("wait", "await asyncio.sleep(1)"):
        ...     print(mutant.change)
        dropped_await: await asyncio.sleep(1) → asyncio.sleep(1)
        blocking: await asyncio.sleep(1) → __import__('time').sleep(1)
        other_constant: 1 → 2
        other_constant: 1 → 0
        deleted: await asyncio.sleep(1) → pass
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    seen = {ast.unparse(tree)}
    names: Counter[str] = Counter()
    for change, mutated in _changes(tree):
        text = ast.unparse(ast.fix_missing_locations(mutated))
        if text in seen or not _compiles(text):
            continue
        seen.add(text)
        names[change] += 1
        numbered = f"{change} ({names[change]})" if names[change] > 1 else change
        yield Mutant(cell, numbered, text)


def _changes(tree: ast.Module) -> Iterator[tuple[str, ast.Module]]:
    places = list(_places(tree))
    for path, node in places:
        for operator in expressions.OPERATORS:
            for fresh in operator(node):
                yield _named(operator.__name__, [node], [fresh]), _replaced(tree, path, fresh)
    for path, node in places:
        if not isinstance(node, ast.stmt):
            continue
        for spoil in statements.OPERATORS:
            for body in spoil(node):
                yield _named(spoil.__name__, [node], body), _replaced(tree, path, body)
    for path, node in places:
        following = _following(tree, path)
        if isinstance(node, ast.stmt) and following and statements.swapped(node, following):
            change = _named("swapped", [node, following], [following, node])
            yield change, _replaced(tree, path, [following, node], over=2)


Path = tuple[tuple[str, int | None], ...]


def _places(node: ast.AST, path: Path = ()) -> Iterator[tuple[Path, ast.AST]]:
    """Every node with the way to it from the root; annotations decide nothing and are left out."""
    yield path, node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        if isinstance(value, ast.AST):
            yield from _places(value, (*path, (name, None)))
        elif isinstance(value, list):
            for number, each in enumerate(value):
                if isinstance(each, ast.AST):
                    yield from _places(each, (*path, (name, number)))


def _owner(tree: ast.Module, path: Path) -> Any:
    node: Any = tree
    for name, number in path[:-1]:
        node = getattr(node, name)
        node = node if number is None else node[number]
    return node


def _replaced(tree: ast.Module, path: Path, fresh: Any, over: int = 1) -> ast.Module:
    """A copy of the tree with something else at this place."""
    copy = deepcopy(tree)
    owner = _owner(copy, path)
    name, number = path[-1]
    fresh = deepcopy(fresh)
    if number is None:
        setattr(owner, name, fresh)
    elif isinstance(fresh, list):
        getattr(owner, name)[number : number + over] = fresh
    else:
        getattr(owner, name)[number] = fresh
    return copy


def _following(tree: ast.Module, path: Path) -> ast.stmt | None:
    name, number = path[-1] if path else ("", None)
    if number is None:
        return None
    after = getattr(_owner(tree, path), name)[number + 1 : number + 2]
    return after[0] if after and isinstance(after[0], ast.stmt) else None


def _named(operator: str, old: list[Any], new: list[Any]) -> str:
    before, after = (" ⏎ ".join(_short(ast.unparse(n)) for n in part) for part in (old, new))
    return f"{operator}: {before} → {after}"


def _short(text: str) -> str:
    """The first line; that it was not all is marked."""
    lines = text.splitlines()
    return lines[0] + (" …" if len(lines) > 1 else "")


def _compiles(text: str) -> bool:
    try:
        compile(text, "<mutant>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError:
        return False
    return True
