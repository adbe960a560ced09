"""Values as JSON, without calling any method of a class that the program defined."""

from typing import Any

_SCALARS = (type(None), bool, int, float, str)
_DEPTH = 20
_BITS = 14_000  # of a number that Python writes as text


class Opaque(dict[str, Any]):
    """What became of a value that JSON cannot hold; reads as what it was."""

    def __repr__(self) -> str:
        items = f" {self['items']}" if "items" in self else ""
        return f"<{self.get('type')} 对象{items}>"


def plain(value: Any, depth: int = 0) -> Any:
    """`value` as JSON; what JSON cannot hold becomes an opaque description.

    Tuples become lists. A set, an object, a mapping with other keys than text, or something nested
    too deeply becomes `{"$": "object", "type": …}`; a set also tells its items, sorted by their
    text, under `"items"`. Only exact built-in types are looked into.

    Example:
        >>> plain({"a": (1, 2)})
        {'a': [1, 2]}
        >>> plain({3})
        <set 对象 [3]>
    """
    kind = type(value)
    if kind is Opaque:
        return value
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
            return Opaque(_opaque(kind), items=sorted(items, key=repr))
    return _opaque(kind)


def readable(value: Any, depth: int = 0) -> Any:
    """A value that came as JSON, with its opaque descriptions made readable again.

    What is nested deeper than `plain` would make it is left as it is.

    Example:
        >>> readable([1, {"$": "object", "type": "generator"}])
        [1, <generator 对象>]
    """
    if depth > _DEPTH:
        return value
    if isinstance(value, list):
        return [readable(item, depth + 1) for item in value]
    if isinstance(value, dict):
        kind = Opaque if value.get("$") == "object" else dict
        return kind({key: readable(item, depth + 1) for key, item in value.items()})
    return value


def _opaque(kind: type) -> Opaque:
    return Opaque({"$": "object", "type": kind.__name__})
