"""An unprivileged account for what runs in the sandbox, also when the instructor is root.

Root in a user namespace that maps it to somebody else is still root to /proc/sys and to limits.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

# An account number that nobody has: above what systems give to people, below `nobody`.
ACCOUNT = 64_321

# Run as root in a mount namespace of its own: shows the given folders at places that the account
# can reach (an interpreter below /root is not), joins control groups, and becomes the account.
_SCRIPT = """
set -e
stage=$1; shift
mount -t tmpfs -o mode=755 tmpfs "$stage"
while [ "$1" != groups ]; do
  mkdir "$stage/$1"; mount --rbind "$2" "$stage/$1"; shift 2
done
shift
while [ "$1" != run ]; do
  echo $$ > "$1/cgroup.procs"; shift
done
shift
exec setpriv --reuid={account} --regid={account} --clear-groups --inh-caps=-all "$@"
"""


_JOIN = """
while [ "$1" != run ]; do
  echo $$ > "$1/cgroup.procs"; shift
done
shift
exec "$@"
"""


def is_root() -> bool:
    """Whether the instructor is root."""
    return os.geteuid() == 0


def as_account(
    command: Sequence[str], shown: Mapping[str, Path], stage: Path, groups: Sequence[Path]
) -> list[str]:
    """The command line that runs `command` as the unprivileged account.

    Args:
        command: what to run; it finds each folder of `shown` below `stage`, by its key.
        shown: folders to show, by a name of one word each.
        stage: an empty folder that the account can reach.
        groups: control groups to join first.
    """
    places = [part for name, folder in shown.items() for part in (name, str(folder))]
    script = _SCRIPT.replace("{account}", str(ACCOUNT))
    shell = ["unshare", "--mount", "sh", "-c", script, "sh", str(stage)]
    return [*shell, *places, "groups", *map(str, groups), "run", *command]


def as_oneself(command: Sequence[str], groups: Sequence[Path]) -> list[str]:
    """The command line that joins control groups, if there are any, and runs `command`."""
    if not groups:
        return list(command)
    return ["sh", "-ec", _JOIN, "sh", *map(str, groups), "run", *command]
