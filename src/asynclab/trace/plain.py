"""Values as JSON, without calling any method of a class that the program defined."""

from typing import Any

_SCALARS = (type(None), bool, int, float, str)
_DEPTH = 20
_BITS = 14_000  # of a number that Python writes as text


def plain(value: Any, depth: int = 0) -> Any:
    """`value` as JSON; what JSON cannot hold becomes an opaque description.

    Tuples become lists. A set, an object, a mapping with other keys than text, or something nested
    too deeply becomes `{"$": "object", "type": …}`; a set also tells its items, sorted by their
    text, under `"items"`. Only exact built-in types are looked into.

    Example:
        >>> plain({"a": (1, 2)})
        {'a': [1, 2]}
        >>> plain({3})
        {'$': 'object', 'type': 'set', 'items': [3]}
    """
    kind = type(value)
    if kind is float and not (value == value and abs(value) != float("inf")):
        return _opaque(kind)  # JSON has no NaN and no infinity
    if kind is int and value.bit_length() > _BITS:
        return _opaque(kind)
    if kind in _SCALARS:
        return value
    if depth < _DEPTH:
        if kind in (list, tuple):
            return [plain(item, depth + 1) for item in value]
        if kind is dict and all(type(key) is str for key in value):
            return {key: plain(item, depth + 1) for key, item in value.items()}
        if kind in (set, frozenset):
            items = [plain(item, depth + 1) for item in value]
            return {**_opaque(kind), "items": sorted(items, key=repr)}
    return _opaque(kind)


def _opaque(kind: type) -> dict[str, Any]:
    return {"$": "object", "type": kind.__name__}
