"""Code that changes what is not its own, now or after grading: nothing reached."""

import re
from pathlib import Path

from nbconvert.filters.markdown_mistune import markdown2html_mistune

from tests.hostile.cases.attack import finder
from tests.hostile.cases.case import Case, Notebook, cell
from tests.hostile.kitchen import ESSAY


def _writes(name: str, about: str, search: str) -> Case:
    """A case that gets `brew` right only if it manages to change something."""
    return Case(
        name,
        about,
        cells={"brew": finder(search)},
        gets={"check-brew": 0},
        says={"brew": "找到 []"},
    )


_SQL = "UPDATE grade SET auto_score = 100, manual_score = 100, extra_credit = 100"


def _inert(notebook: Notebook) -> bool:
    """No script of a student's runs in the page of whoever looks at the notebook."""
    texts = [
        "".join(text)
        for cell in notebook["cells"]
        for output in cell.get("outputs", ())
        for kind, text in output.get("data", {}).items()
        if kind not in ("text/plain", "image/png")
    ]
    kinds = {
        kind
        for cell in notebook["cells"]
        for output in cell.get("outputs", ())
        for kind in output.get("data", {})
    }
    whole = "".join(texts)
    return "<script" not in whole and "application/javascript" not in kinds and "alert" in whole


# Everything that makes Markdown or HTML act.
_ESSAY = """\
<script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)>
<!-- --><iframe srcdoc="<script>alert(1)</script>"></iframe></div><object data=x>

<div>
<style>*{display:none}</style>
</div>

[x](javascript:alert(1)) ![x](JavaScript:alert(1)) <a href="javascript:alert(1)">x</a>
[y](java&#115;cript:alert(1)) [z](<javascript&colon;alert(1)>) <javascript:alert(1)> [w] [v][w]
[u](javascript\\:alert(1)) [t](java&#115cript:alert(1)) [s](<javascript\\:alert(1)> "title")
$$\\def\\a#1{\\href{java#1}{x}} \\a{script:alert(1)}$$ \\(\\href{javascript:alert(1)}{x}\\)

[w]: javascript:alert(1)

<https://x.example/"onmouseover="alert(1)> `<script>alert(1)</script>` 1 < 2 & 3 > 2
"""
_ACTIVE = re.compile(
    r"<(script|img|svg|iframe|object|style|math|form|!--)|=\"javascript:|\\\\href", re.IGNORECASE
)


def _html(notebook: Notebook) -> str:
    """The essay as the page in which it is graded shows it."""
    return str(markdown2html_mistune("".join(cell(notebook, ESSAY)["source"])))


def _two_names(folder: Path) -> None:
    """A second name for the gradebook, where links to others' files are allowed."""
    (folder / "data.db").hardlink_to(folder.parents[2] / "gradebook.db")


CASES = [
    _writes(
        "gradebook",
        "SQL on every database it can think of",
        f"""\
import sqlite3
for folder in [Path.cwd(), *Path.cwd().parents, Path("/work/main"), Path("/root"), Path("/srv")]:
    name = folder / "gradebook.db"
    if name.exists():
        with sqlite3.connect(name) as database: database.execute("{_SQL}")
        found.append(name)""",
    ),
    Case(
        "gradebook-later",
        "SQL on the gradebook when everything is over, by whatever is left of it",
        first=f"""\
import atexit, os, sqlite3, threading, time, weakref
def later():
    for _ in range(10_000):
        for depth in range(9):
            try: sqlite3.connect("../" * depth + "gradebook.db").execute("{_SQL}").close()
            except sqlite3.Error: pass
        time.sleep(0.01)
atexit.register(later)
threading.Thread(target=later, daemon=False).start()
if os.fork() == 0:
    os.setsid()
    os.fork() and os._exit(0)
    later()
    os._exit(0)
class Last:
    def __del__(self): later()
last = Last()""",
    ),
    _writes(
        "folders",
        "other students' folders, and its own",
        """\
for depth in range(9):
    for place in ("submitted", "autograded", "release", "source", ".grading", "feedback"):
        target = Path("../" * depth, place, "honest", "kitchen", "kitchen.ipynb")
        try:
            if target.parent.is_dir(): target.write_text("{}"); found.append(target)
        except OSError: pass""",
    ),
    _writes(
        "lock",
        "a lock on the database, for ever",
        """\
import fcntl, os
for name in ("gradebook.db", ".grading/lock"):
    for depth in range(9):
        path = "../" * depth + name
        if os.path.exists(path):
            file = open(path, "r+")
            fcntl.flock(file, fcntl.LOCK_EX)
            found.append(path)""",
    ),
    _writes(
        "environment",
        "the packages that all candidates use",
        """\
import sys, asyncio, asynclab, IPython
for module in (asyncio, asynclab, IPython, sys.modules["examroom.candidate.serve"]):
    folder = Path(module.__file__).parent
    for target in (Path(module.__file__), folder / "new.py", folder / "__pycache__" / "new.pyc"):
        try: target.open("ab").close(); found.append(target)
        except OSError: pass
for folder in ("/usr/bin", "/etc", "/opt", "/opt/environment/bin", "/", "/dev", "/var", "/run"):
    try: Path(folder, "sitecustomize.py").write_text("1"); found.append(folder)
    except OSError: pass""",
    ),
    _writes(
        "kernel",
        "the machine's settings",
        """\
import os
for folder in ("/proc/sys", "/sys", "/proc/irq"):
    for place, inner, files in os.walk(folder):
        for file in files:
            path = os.path.join(place, file)
            # what only concerns a process of its own it may say
            if os.access(path, os.W_OK):
                try: os.close(os.open(path, os.O_WRONLY)); found.append(path)
                except OSError: pass
for path in ("/proc/sysrq-trigger", "/proc/kcore", "/proc/self/uid_map", "/dev/kmsg"):
    try:
        with open(path, "w") as file: file.write("0 0 1")
        found.append(path)
    except OSError: pass""",
    ),
    _writes(
        "mounts",
        "other mounts, and other roots",
        """\
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
calls = {
    "mount": (b"tmpfs", b"/tmp", b"tmpfs", 0, b""),
    "umount2": (b"/tmp", 2),
    "chroot": (b"/tmp",),
    "pivot_root": (b"/tmp", b"/tmp"),
    "sethostname": (b"mine", 4),
    "setuid": (0,),
    "setgid": (0,),
    "unshare": (0x10000000,),
    "mknod": (b"/tmp/disk", 0o60666, 0x0800),
    "swapon": (b"/tmp/x", 0),
    "reboot": (0x1234567,),
}
for name, arguments in calls.items():
    if getattr(libc, name)(*arguments) == 0: found.append(name)
try: os.chmod("/home/student", 0o777); os.chmod("/tmp", 0o700)
except OSError: pass
here = os.uname().machine == "x86_64"
for flags in (0x10000000, 0x20000000, 0x00020000, 0x40000000):  # user, process, mount, network
    if not here: break
    child = libc.syscall(56, flags | 17, 0, 0, 0, 0)
    if child == 0: os._exit(0)
    if child > 0: found.append(hex(flags)); os.waitpid(child, 0)""",
    ),
    _writes(
        "keys",
        "calls that no exercise needs",
        """\
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
calls = {
    "add_key": (248, b"user", b"mark", b"x", 1, -3), "keyctl": (250, 0, -3, 1),
    "ptrace": (101, 16, os.getppid(), 0, 0), "bpf": (321, 0, 0, 0), "perf": (298, 0, 0, -1, -1, 0),
    "io_uring": (425, 4, ctypes.create_string_buffer(200)), "userfaultfd": (323, 0),
    "setns": (308, 0, 0), "open_tree": (428, -100, b"/", 1), "fsopen": (430, b"tmpfs", 0),
    "process_vm_readv": (310, 1, 0, 0, 0, 0, 0), "kcmp": (312, 1, 1, 0, 0, 0),
    "pidfd_getfd": (438, os.pidfd_open(os.getppid()), 0, 0), "quotactl": (179, 0, 0, 0, 0),
    "init_module": (175, 0, 0, b""), "syslog": (103, 3, ctypes.create_string_buffer(9), 9),
}
if os.uname().machine == "x86_64":  # elsewhere the numbers mean other calls
    found += [name for name, call in calls.items() if libc.syscall(*call) >= 0]""",
    ),
    _writes(
        "first-process",
        "the first process and the one above it",
        """\
import os, resource
tries = [
    lambda: os.kill(1, 9) or os.kill(1, 0) and found.append("killed"),
    lambda: found.append(Path("/proc/1/oom_score_adj").write_text("1000")),
    lambda: found.append(Path("/proc/1/mem").open("r+b").write(b"0")),
    lambda: found.append(os.pidfd_open(0)),
]
for each in tries:
    try: each()
    except OSError: pass
for limit in (resource.RLIMIT_NPROC, resource.RLIMIT_CPU, resource.RLIMIT_AS):
    try: resource.setrlimit(limit, (1 << 40, 1 << 40)); found.append(limit)
    except (OSError, ValueError): pass
try: os.nice(-5); found.append("nice")
except OSError: pass
try: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)); found.append("fifo")
except OSError: pass""",
    ),
    Case(
        "hardlink",
        "the gradebook itself, handed in by a second name",
        put=_two_names,
        rejects={"data.db": "硬链接"},
    ),
    Case(
        "script-in-output",
        "a script in what it displays, for the browser of whoever grades it",
        first="""\
from IPython.display import HTML, SVG, Javascript, Markdown
evil = "<script>alert(1)</script><img src=x onerror=alert(1)><iframe srcdoc='<script>'></iframe>"
display(HTML(evil), Javascript("alert(1)"), Markdown(evil))
display(SVG(f"<svg xmlns='http://www.w3.org/2000/svg'><g onload='alert(1)'/></svg>"))
for kind in ("text/html", "text/markdown", "image/svg+xml", "application/javascript", "text/latex",
             "application/vnd.jupyter.widget-view+json", "image/png", "application/pdf"):
    display({kind: evil, "text/plain": "x"}, raw=True)
print("\\x1b]8;;javascript:alert(1)\\x07<script>alert(1)</script>")
raise ValueError(evil)""",
        shows=_inert,
    ),
    Case(
        "script-in-essay",
        "a script in its essay, which somebody has to read",
        cells={ESSAY: _ESSAY},
        shows=lambda notebook: "alert" in _html(notebook) and not _ACTIVE.search(_html(notebook)),
    ),
]
