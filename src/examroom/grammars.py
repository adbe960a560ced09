"""Start faster: keep `jsonschema` from building grammars that no notebook's schema uses.

Call this before anything imports nbgrader, nbformat or jupyter; importing them takes a second less.
"""

import importlib
import sys

_GRAMMARS = "rfc3987_syntax"


def skip_format_grammars() -> None:
    """Import `jsonschema` without its checker of internationalized addresses.

    For that checker it would build 38 grammars as it is imported. Without it, it passes over the
    formats `iri` and `iri-reference`, which are not in the schemas of nbformat and nbgrader. Does
    nothing when `jsonschema` has been imported already; other users of `rfc3987_syntax` can still
    import it.
    """
    if "jsonschema" in sys.modules or _GRAMMARS in sys.modules:
        return
    sys.modules[_GRAMMARS] = None  # type: ignore[assignment]  # makes its import fail
    try:
        importlib.import_module("jsonschema")
    finally:
        del sys.modules[_GRAMMARS]
