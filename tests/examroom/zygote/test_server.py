"""Each candidate leaves something on purpose; the next one in the same sandbox looks for it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from examroom.examiner import Pool
from examroom.sandbox import Sandbox
from tests.examroom.outside import descendants, process_of, status, zygote_of
from tests.examroom.speaker import Speaker


class Turns:
    """Candidates in one sandbox, one after another."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._one: Speaker | None = None

    def next(self) -> Speaker:
        """The next candidate; the last one must have left nothing."""
        self.end()
        self._one = Speaker(self._sandbox.candidate())
        return self._one

    def end(self) -> None:
        if self._one is not None:
            self._one.close()
            self._one = None
            assert self._sandbox.reset() == {}


@pytest.fixture
def turns(sandbox: Sandbox) -> Iterator[Turns]:
    turns = Turns(sandbox)
    yield turns
    turns.end()


def leave(turns: Turns, what: str, look: str) -> tuple[object, object]:
    """What a candidate saw of `look` after it had left something, and what the next one saw."""
    one = turns.next()
    one.prints(what)
    own = one.tells(look)
    return own, turns.next().tells(look, TOOLS)


TOOLS = """
import ctypes, errno, os, resource, socket
libc = ctypes.CDLL(None, use_errno=True)

def named(result):
    return "done" if result >= 0 else errno.errorcode[ctypes.get_errno()]

def connect(family, address):
    with socket.socket(family) as one:
        try:
            one.connect(address)
        except OSError as error:
            return errno.errorcode[error.errno]
    return "reached"

def sleepers():
    found = []
    for pid in filter(str.isdecimal, os.listdir("/proc")):
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            found.append(b"1000" in file.read())
    return any(found)
"""


# Processes and threads

DETACHED = """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.close(0); os.close(1); os.close(2)
        os.execv("/usr/bin/sleep", ["sleep", "1000"])
    os._exit(0)
os.wait()
while not sleepers():
    pass
"""


def test_a_process_that_was_detached_ends(turns: Turns, sandbox: Sandbox) -> None:
    assert leave(turns, TOOLS + DETACHED, "sleepers()") == (True, False)
    outside = descendants(process_of(sandbox))
    assert not any(b"sleep" in Path(f"/proc/{pid}/cmdline").read_bytes() for pid in outside)


def test_threads_end_with_their_process(turns: Turns, sandbox: Sandbox) -> None:
    before = set(descendants(process_of(sandbox)))
    turns.next().prints(
        "import threading\nfor _ in range(20):\n"
        "    threading.Thread(target=threading.Event().wait).start()"
    )
    turns.end()
    after = set(descendants(process_of(sandbox)))
    assert after == before
    assert all(status(pid, "Threads") == ["1"] for pid in after)


# Files and memory


@pytest.mark.parametrize("folder", ["/home/student", "/tmp", "/dev/shm"])
def test_files_vanish(turns: Turns, folder: str) -> None:
    what = f"{TOOLS}\nos.makedirs('{folder}/a/b')\nopen('{folder}/a/b/c', 'w').close()"
    assert leave(turns, what, f"os.listdir('{folder}')") == (["a"], [])


def test_shared_memory_vanishes(turns: Turns) -> None:
    what = (
        TOOLS + "from multiprocessing import shared_memory, resource_tracker\n"
        "kept = shared_memory.SharedMemory('left', create=True, size=100)\n"
        "resource_tracker.unregister(kept._name, 'shared_memory')"
    )
    assert leave(turns, what, "os.listdir('/dev/shm')") == (["left"], [])


SYSTEM_V = """
made = {"shm": libc.shmget(7, 100, 0o1666), "sem": libc.semget(7, 1, 0o1666),
        "msg": libc.msgget(7, 0o1666)}
assert min(made.values()) >= 0, made
"""
LOOK_SYSTEM_V = (
    "[named(libc.shmget(7, 0, 0)), named(libc.semget(7, 0, 0)), named(libc.msgget(7, 0))]"
)


def test_system_v_objects_vanish(turns: Turns) -> None:
    own, others = leave(turns, TOOLS + SYSTEM_V, LOOK_SYSTEM_V)
    assert own == ["done"] * 3
    assert others == ["ENOENT"] * 3


POSIX_QUEUE = """
queue = libc.mq_open(b"/left", os.O_CREAT | os.O_RDWR, 0o666, None)
assert queue >= 0
"""


def test_posix_message_queues_vanish(turns: Turns) -> None:
    look = "named(libc.mq_open(b'/left', os.O_RDWR))"
    assert leave(turns, TOOLS + POSIX_QUEUE, look) == ("done", "ENOENT")


def test_key_rings_are_refused(turns: Turns) -> None:
    import pyseccomp

    add, control = (
        pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) for name in ("add_key", "keyctl")
    )
    one = turns.next()
    one.prints(TOOLS)
    for ring in (-1, -2, -3, -4, -5):  # thread, process, session, user, user session
        left = f"libc.syscall({add}, b'user', b'left', b'x', 1, {ring})"
        assert one.tells(f"named({left})") == "EPERM"
        assert one.tells(f"named(libc.syscall({control}, 0, {ring}, 1))") == "EPERM"
    assert "left" not in turns.next().prints("!cat /proc/keys")


# The network


@pytest.mark.parametrize(
    ("family", "address"),
    [("socket.AF_INET", "('127.0.0.1', 8765)"), ("socket.AF_INET6", "('::1', 8765)"),
     ("socket.AF_UNIX", r"b'\0left'")],
)  # fmt: skip
def test_listening_sockets_vanish(turns: Turns, family: str, address: str) -> None:
    what = f"{TOOLS}\nkept = socket.socket({family})\nkept.bind({address})\nkept.listen()\n"
    own, others = leave(turns, what, f"connect({family}, {address})")
    assert (own, others) == ("reached", "ECONNREFUSED")


# What the next one inherits

CHANGED = """
os.nice(5)
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
resource.setrlimit(resource.RLIMIT_NOFILE, (50, 50))
os.umask(0o777)
os.chdir("/tmp")
os.environ["LEFT"] = "yes"
import asyncio
asyncio.sleep = None
"""
LOOK_CHANGED = (
    "[os.nice(0), sorted(os.sched_getaffinity(0)), resource.getrlimit(resource.RLIMIT_NOFILE)[0],"
    " os.getcwd(), os.environ.get('LEFT'), __import__('asyncio').sleep is None,"
    " open('/proc/self/oom_score_adj').read().strip()]"
)


def test_priority_limits_processors_and_patches_are_the_candidates_own(turns: Turns) -> None:
    before = turns.next().tells(LOOK_CHANGED, TOOLS)
    own, others = leave(turns, TOOLS + CHANGED, LOOK_CHANGED)
    assert own != before
    assert others == before == [0, before[1], 512, "/home/student", None, False, "1000"]


def test_a_candidate_cannot_name_its_host(turns: Turns) -> None:
    what = TOOLS + "try: socket.sethostname('left')\nexcept PermissionError: print('refused')"
    assert turns.next().prints(what) == "refused"
    assert turns.next().prints("import socket\nprint(socket.gethostname())") == "exam"


ATTACK = """
import os
os.setpriority(os.PRIO_USER, 0, 10)
for everybody in (-1, 1):
    try:
        os.kill(everybody, 9)
    except ProcessLookupError:
        pass
refused = []
for file in ("mem", "environ", "maps", "exe"):
    try:
        os.readlink(f"/proc/1/{file}") if file == "exe" else open(f"/proc/1/{file}", "rb").read(1)
    except OSError:
        refused.append(file)
"""


def test_it_can_neither_look_into_the_process_above_it_nor_slow_or_end_the_zygote(
    turns: Turns, sandbox: Sandbox
) -> None:
    zygote = zygote_of(sandbox)
    priority = os.getpriority(os.PRIO_PROCESS, zygote)
    assert turns.next().tells("refused", ATTACK) == ["mem", "environ", "maps", "exe"]
    assert os.getpriority(os.PRIO_PROCESS, zygote) == priority
    assert turns.next().tells("1 + 1") == 2


def test_siblings_draw_different_random_numbers(turns: Turns) -> None:
    draw = "[random.random(), __import__('secrets').token_hex()]"
    one = turns.next().tells(draw, "import random")
    other = turns.next().tells(draw, "import random")
    assert not set(one) & set(other)


# A sandbox that is not as it was


def fewer_processors(pid: int) -> None:
    os.sched_setaffinity(pid, {min(os.sched_getaffinity(pid))})


def lower_priority(pid: int) -> None:
    os.setpriority(os.PRIO_PROCESS, pid, 3)


def first_victim(pid: int) -> None:
    Path(f"/proc/{pid}/oom_score_adj").write_text("500")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can reach into a sandbox")
@pytest.mark.parametrize(
    ("change", "what"),
    [(lower_priority, "priority"), (first_victim, "oom"),
     pytest.param(fewer_processors, "processors", marks=pytest.mark.skipif(
         len(os.sched_getaffinity(0)) < 2, reason="one processor"))],
)  # fmt: skip
def test_a_sandbox_whose_health_differs_is_replaced(
    change: Callable[[int], None], what: str
) -> None:
    pool = Pool(Sandbox)
    try:
        first = pool.take()
        assert isinstance(first, Sandbox)
        speaker = Speaker(first.candidate())
        change(zygote_of(first))
        speaker.close()
        assert set(first.reset()) == {what}
        pool.give(first)
        assert pool.replaced == 1
        assert first._process is not None
        assert first._process.poll() is not None
        second = pool.take()
        assert second is not first
        pool.give(second)
        assert pool.take() is second
    finally:
        pool.close()


def test_a_sandbox_whose_zygote_was_killed_is_replaced() -> None:
    pool = Pool(Sandbox)
    try:
        first = pool.take()
        assert isinstance(first, Sandbox)
        speaker = Speaker(first.candidate())
        os.kill(zygote_of(first), 9)
        speaker.close()
        assert first.reset() == {"zygote": "gone"}
        pool.give(first)
        assert pool.take() is not first
    finally:
        pool.close()
