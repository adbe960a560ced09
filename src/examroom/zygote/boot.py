"""Started by path (`python -I boot.py …`): makes the untrusted packages importable, nothing else.

`examroom` itself is not imported: it would bring nbgrader, and in the sandbox it is not there.
"""

import sys
import types
from pathlib import Path


def main() -> None:
    """`boot.py zygote FD` in the sandbox, `boot.py candidate FD` without one."""
    here = Path(__file__).resolve().parents[1]
    package = types.ModuleType("examroom")
    package.__path__ = [str(here)]
    sys.modules["examroom"] = package
    sys.path.insert(0, str(here.parent))
    role, descriptor = sys.argv[1], int(sys.argv[2])
    if role == "zygote":
        from examroom.zygote.server import serve
    else:
        from examroom.zygote.bare import serve
    serve(descriptor)


if __name__ == "__main__":
    main()
