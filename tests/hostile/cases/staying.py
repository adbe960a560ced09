"""Code that stays, or leaves something for the next candidate: gone before the next one starts.

Each is followed by one that looks for what all of them leave, wherever it is examined.
"""

from tests.hostile.cases.attack import finder
from tests.hostile.cases.case import Case

_MARK = "hostile-mark"
# below the ports that a kernel gives away: the candidate has listeners with such ones
_PORT, _KEY = 27_301, 0x484F53

_AWAY = """\
import os, signal
def away():
    if os.fork() == 0:
        try:
            os.setsid()
            if os.fork() == 0: {}
        finally:
            os._exit(0)
away()
"""


def _leaves(name: str, about: str, source: str) -> Case:
    return Case(name, about, first=source)


_LOOK = f"""\
import ctypes, glob, os, resource, socket, stat, sys
libc = ctypes.CDLL(None, use_errno=True)
for folder in ("/tmp", "/dev/shm", "/var/tmp", str(Path.home()), "/dev/mqueue", "/run"):
    if os.path.isdir(folder): found += [n for n in os.listdir(folder) if "{_MARK}" in n]
for name in filter(str.isdigit, os.listdir("/proc")):
    try: found += [name] if "{_MARK}" in Path("/proc", name, "cmdline").read_text() else []
    except OSError: pass
    if int(name) not in (1, os.getpid(), os.getppid()): found.append(f"process {{name}}")
if libc.shmget({_KEY}, 1, 0) >= 0: found.append("shm")
if libc.semget({_KEY}, 1, 0) >= 0: found.append("sem")
if libc.msgget({_KEY}, 0) >= 0: found.append("msg")
if os.uname().machine == "x86_64":
    if libc.syscall(240, b"{_MARK}", os.O_RDONLY, 0, 0) >= 0: found.append("queue")
    if libc.syscall(249, b"user", b"{_MARK}", 0, -3) >= 0: found.append("key")
for kind, address in (
    (socket.AF_UNIX, "\\0{_MARK}"), (socket.AF_INET, ("127.0.0.1", {_PORT})),
    (socket.AF_INET6, ("::1", {_PORT})),
):
    with socket.socket(kind) as peer:
        try: peer.connect(address); found.append(kind.name)
        except OSError: pass
if "{_MARK}" in Path("/proc/net/unix").read_text(): found.append("unix")
if os.uname().nodename != "exam": found.append(os.uname().nodename)
if os.getpriority(os.PRIO_PROCESS, 1): found.append("priority of 1")
if resource.prlimit(1, resource.RLIMIT_MSGQUEUE)[0] == 4711: found.append("limit of 1")
if os.environ.get("{_MARK}") or hasattr(sys, "hostile_mark"): found.append("memory")
if os.getcwd() != str(Path.home()) or os.umask(0o22) not in (0o22, 0o77): found.append("place")
if stat.S_IMODE(os.stat(Path.home()).st_mode) != 0o700: found.append("mode of home")
if os.listdir(Path.home()) not in (["menu.json"], ["menu.json", ".ipython"]):
    found += [n for n in os.listdir(Path.home()) if n not in ("menu.json", ".ipython")]
import asyncio
if asyncio.sleep.__module__ != "asyncio.tasks": found.append("asyncio")
"""

_LEAVERS = [
    _leaves(
        "children",
        "detached processes",
        _AWAY.format(f'os.execv("/usr/bin/env", ["{_MARK}", "sleep", "600"])'),
    ),
    _leaves(
        "deaf-children",
        "detached processes that no signal reaches",
        _AWAY.format(
            "[signal.signal(n, signal.SIG_IGN) for n in range(1, 32) if n not in (9, 19)]; "
            "signal.pause()"
        ),
    ),
    _leaves(
        "threads",
        "threads that are no daemons",
        "import threading, time\n"
        "for _ in range(20): threading.Thread(target=threading.Event().wait).start()",
    ),
    _leaves(
        "files",
        "files wherever it can write",
        f"""\
import os
for folder in ("/tmp", "/dev/shm", "/var/tmp", "/home/student", "/dev", "/run", "/", "/opt"):
    try:
        os.mkdir(f"{{folder}}/{_MARK}-folder")
        open(f"{{folder}}/{_MARK}", "w").write("2.0")
        os.mkfifo(f"{{folder}}/{_MARK}-fifo")
        os.symlink("/proc/1/root", f"{{folder}}/{_MARK}-link")
        os.chmod(f"{{folder}}/{_MARK}-folder", 0)
        os.chmod(folder, 0o777)
    except OSError: pass
open("/home/student/usercustomize.py", "w").write("import sys; sys.hostile_mark = 1")""",
    ),
    _leaves(
        "shared-memory",
        "shared memory, semaphores and queues",
        f"""\
import ctypes, os
from multiprocessing import shared_memory
libc = ctypes.CDLL(None, use_errno=True)
memory = shared_memory.SharedMemory("{_MARK}-memory", create=True, size=4096)
libc.shmget({_KEY}, 4096, 0o1666)
libc.semget({_KEY}, 1, 0o1666)
libc.msgget({_KEY}, 0o1666)
if os.uname().machine == "x86_64":
    libc.syscall(240, b"{_MARK}", os.O_CREAT | os.O_RDWR, 0o666, 0)
    libc.syscall(248, b"user", b"{_MARK}", b"2.0", 3, -4)""",
    ),
    _leaves(
        "servers",
        "sockets that listen",
        _AWAY.format("serve()")
        + f"""
import socket
kept = []
for kind, address in (
    (socket.AF_UNIX, "\\0{_MARK}"), (socket.AF_UNIX, "/tmp/{_MARK}.sock"),
    (socket.AF_INET, ("127.0.0.1", {_PORT})), (socket.AF_INET6, ("::1", {_PORT})),
):
    try:
        kept.append(socket.socket(kind))
        kept[-1].bind(address)
        kept[-1].listen()
    except OSError: pass
def serve(): signal.pause()
away()""",
    ),
    _leaves(
        "first-process",
        "limits and priority of the first process",
        """\
import os, resource
try: resource.prlimit(1, resource.RLIMIT_MSGQUEUE, (4711, 4711))
except OSError: pass
for each in (lambda: os.setpriority(os.PRIO_PROCESS, 1, 19),
             lambda: os.sched_setaffinity(1, {0}),
             lambda: os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0)),
             lambda: os.kill(1, 19), lambda: os.kill(1, 15)):
    try: each()
    except OSError: pass""",
    ),
    _leaves(
        "memory",
        "marks in modules and in the environment",
        f"""\
import asyncio, os, sys
os.environ["{_MARK}"] = "2.0"
sys.hostile_mark = 2.0
own = asyncio.sleep
async def sleep(*arguments): return await own(*arguments)
asyncio.sleep = sleep
os.umask(0)""",
    ),
    _leaves(
        "watchers",
        "notices, timers and events of the kernel",
        """\
import ctypes, os, select, signal
libc = ctypes.CDLL(None, use_errno=True)
notify = libc.inotify_init()
libc.inotify_add_watch(notify, b"/tmp", 0xFFF)
poll = select.epoll()
poll.register(notify)
event = os.eventfd(0)
libc.timerfd_create(1, 0)
signal.setitimer(signal.ITIMER_VIRTUAL, 1000)""",
    ),
    _leaves(
        "home",
        "its own folder closed, and all of its files deleted",
        """\
import os, shutil
shutil.rmtree("/home/student", ignore_errors=True)
shutil.rmtree("/tmp", ignore_errors=True)
os.chmod("/home/student", 0)
os.chmod("/home/student", 0o700)
open("/home/student/menu.json", "w").write('{"面": 12, "汤": 5, "茶": 3}')""",
    ),
    _leaves(
        "hidden-folders",
        "folders within folders, closed, in which to hide",
        """\
import os
os.chdir("/tmp")
for n in range(1500):
    os.mkdir("x" * 200)
    os.chdir("x" * 200)
open("hostile-mark", "w").close()
os.chmod(".", 0)
os.chdir("/home/student")""",
    ),
    _leaves(
        "orphans",
        "a hundred processes whose parents are gone",
        "import os, signal\n"
        "for _ in range(100):\n"
        "    if os.fork() == 0:\n"
        "        try: os.fork() or signal.pause()\n"
        "        finally: os._exit(0)\n",
    ),
]


def _looker(after: Case) -> Case:
    """A case that gets `brew` right only if it finds what somebody left."""
    return Case(
        f"{after.name}-looker",
        f"looks for {after.about}",
        cells={"brew": finder(_LOOK)},
        gets={"check-brew": 0},
        says={"brew": "找到 []"},
    )


_CONTROL = Case(
    "control",
    "finds what it has left itself: the search of the others works",
    first=[leaver.first for leaver in _LEAVERS if leaver.name in {
        "children", "files", "shared-memory", "servers", "first-process", "memory"
    }],
    cells={"brew": finder(_LOOK)},
    says={"brew": "shm"},
)  # fmt: skip

CASES = [_CONTROL, *(case for leaver in _LEAVERS for case in (leaver, _looker(leaver)))]
