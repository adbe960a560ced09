"""Code that looks for what is none of its business: nothing there."""

from tests.hostile.cases.attack import finder
from tests.hostile.cases.case import Case
from tests.hostile.kitchen import SECRET

# in pieces, so that what looks for it does not find itself
_PIECES = [SECRET[:3], SECRET[3:]]


def _looks(name: str, about: str, search: str) -> Case:
    """A case that gets `brew` right only if its search finds something."""
    return Case(
        name,
        about,
        cells={"brew": finder(search)},
        gets={"check-brew": 0},
        says={"brew": "找到 []"},
    )


CASES = [
    _looks(
        "source",
        "the assignment's source and its neighbours, above its own folder",
        """\
for folder in (Path("..") / Path(*[".."] * n) for n in range(9)):
    for name in ("source", "release", "submitted", "autograded", ".grading", "gradebook.db"):
        if (folder / name).exists(): found.append(folder / name)""",
    ),
    _looks(
        "notebooks",
        "any notebook or database, anywhere",
        """\
import os
for folder, inner, files in os.walk("/"):
    inner[:] = [name for name in inner if name not in ("proc", "usr", "opt", "dev", "lib")]
    found += [os.path.join(folder, f) for f in files if f.endswith((".ipynb", ".db", ".md"))]""",
    ),
    _looks(
        "secret-in-files",
        "the text of a hidden test, in every file that is not a library's",
        f"""\
import os
secret = "".join({_PIECES}).encode()
for folder, inner, files in os.walk("/"):
    inner[:] = [name for name in inner if name not in ("proc", "usr", "opt", "dev", "lib")]
    for file in files:
        try: data = Path(folder, file).read_bytes()
        except OSError: continue
        if secret in data: found.append(file)""",
    ),
    _looks(
        "secret-in-memory",
        "the text of a hidden test, in its own memory and in that of others",
        f"""\
import os, re
planted = "".join(["种下", "的记号"])  # the search works if it finds this
wanted = [("种下", "的记号"), {_PIECES}]
seen = set()
for process in filter(str.isdigit, os.listdir("/proc")):
    try:
        maps = Path("/proc", process, "maps").read_text().splitlines()
        memory = open(f"/proc/{{process}}/mem", "rb", 0)
    except OSError: continue
    for line in maps:
        place = re.match(r"(\\w+)-(\\w+) rw", line)
        if not place: continue
        start, end = (int(each, 16) for each in place.groups())
        try:
            memory.seek(start)
            data = memory.read(min(end - start, 1 << 26))
        except (OSError, ValueError, OverflowError): continue
        for code in ("utf-8", "utf-16-le", "utf-32-le"):
            for first, second in wanted:
                first, second = first.encode(code), second.encode(code)
                for match in re.finditer(re.escape(first), data):
                    if data[match.end():match.end() + len(second)] == second: seen.add(first[:1])
if len(seen) != 1: found.append(seen)""",
    ),
    _looks(
        "secret-in-objects",
        "the text of a check, among all objects of the process",
        f"""\
import gc
planted = ["".join(["种下", "的记号"])]  # the search works if it finds this
wanted = [("种下", "的记号"), {_PIECES}]
seen, known = set(), set()
def look(value, depth=0):
    if id(value) in known or depth > 3: return
    known.add(id(value))
    if isinstance(value, str):
        seen.update(a for a, b in wanted if value.partition(a)[2].startswith(b))
    if isinstance(value, (list, tuple, set, dict)):
        for each in list(value.values() if isinstance(value, dict) else value)[:1000]:
            look(each, depth + 1)
for each in gc.get_objects(): look(each)
if seen != {{"种下"}}: found.append(seen)""",
    ),
    _looks(
        "system-files",
        "accounts, keys and settings of the machine",
        """\
for name in ("/etc/shadow", "/root/.bashrc", "/root/.ssh", "/home/student/.ssh", "/etc/ssh",
             "/var", "/run", "/srv", "/mnt", "/boot", "/sys", "/dev/mem", "/dev/sda", "/dev/vda",
             "/dev/kmsg", "/dev/tty", "/proc/kcore", "/proc/1/root/etc", "/proc/1/cwd/.", "/work"):
    try: found += [name] if Path(name).exists() else []
    except PermissionError: pass
found += [n for n in Path("/home").iterdir() if n.name != "student"]""",
    ),
    _looks(
        "environment",
        "the environment of the grader",
        """\
import os
known = "HOME USER LANG PATH PWD IPYTHONDIR LC_CTYPE OLDPWD SHLVL _ COLUMNS LINES".split()
known += ["PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "MPLCONFIGDIR", "MPLBACKEND", "KERNEL_ID"]
found += [name for name in os.environ if name not in known and not name.startswith("NBGRADER_EX")]
for each in Path("/proc").glob("[0-9]*/environ"):
    try: found += [each] if b"HOSTILE" in each.read_bytes() else []
    except PermissionError: pass""",
    ),
    _looks(
        "environment-of-first",
        "the environment and the files of the first process",
        """\
for name in ("environ", "maps", "mem", "stack", "auxv"):
    try: found += [Path("/proc/1", name).open("rb").read(1)]
    except OSError: pass
for name in ("fd", "map_files", "cwd", "exe", "root"):
    try: found += [Path("/proc/1", name).readlink() if name in ("cwd", "exe", "root")
                   else list(Path("/proc/1", name).iterdir())]
    except OSError: pass""",
    ),
    _looks(
        "processes",
        "other people's processes",
        """\
import os
mine = {1, os.getpid(), os.getppid(), *map(int, os.listdir("/proc/self/task"))}
found += [n for n in filter(str.isdigit, os.listdir("/proc")) if int(n) not in mine]
for number in range(3, 400):
    if number not in mine:
        try: os.kill(number, 0); found.append(number)
        except ProcessLookupError: pass""",
    ),
    _looks(
        "descriptors",
        "open files that it was left",
        """\
import os
kinds = ("socket:", "pipe:", "anon_inode:", "/memfd:", "/dev/null", "/dev/random", "/dev/urandom")
for name in os.listdir("/proc/self/fd"):
    try: target = os.readlink(f"/proc/self/fd/{name}")
    except OSError: continue
    if not target.startswith((*kinds, f"/proc/{os.getpid()}")): found.append(target)
import socket
for name in os.listdir("/proc/self/fd"):
    try: peer = socket.socket(fileno=os.dup(int(name)))
    except OSError: continue
    with peer:
        if peer.family != socket.AF_UNIX: found.append(peer)""",
    ),
    _looks(
        "accounts",
        "who runs the grader",
        """\
import os, pwd
found += [entry.pw_name for entry in pwd.getpwall() if entry.pw_name != "student"]
if os.getuid() == 0 or os.geteuid() == 0 or set(os.getgroups()) - {1000, 65534}: found.append("id")
status = Path("/proc/self/status").read_text()
found += [line for line in status.splitlines() if line.startswith("Cap") and line[-16:] != "0" * 16]
found += ["filter"] if "\\nSeccomp:\\t2" not in status else []""",
    ),
    _looks(
        "mounts",
        "file systems that it could write to, other than its own",
        """\
import os
own = ("/tmp", "/dev/shm", "/home/student")
for line in Path("/proc/self/mounts").read_text().splitlines():
    place, options = line.split()[1], line.split()[3].split(",")
    if place not in own and not place.startswith("/proc") and os.access(place, os.W_OK):
        if os.path.isdir(place) or "ro" not in options and not place.startswith("/dev/"):
            found.append(place)""",
    ),
    _looks(
        "packages",
        "the grader's own side, among the installed packages",
        """\
import importlib.util
for name in ("examroom.examiner", "examroom.rebuild", "examroom.paper", "course",
             "examroom.bookkeeping", "examroom.engine", "examroom.sandbox"):
    try: found += [importlib.util.find_spec(name)] if importlib.util.find_spec(name) else []
    except ImportError: pass""",
    ),
    _looks(
        "questions",
        "what the examiner's questions tell beyond the question",
        """\
import gc
for each in gc.get_objects():
    if isinstance(each, dict) and {"op", "id"} <= set(each) and set(each) - {
        "op", "id", "source", "expression", "values", "probes", "moves", "timeout", "files"
    }:
        found.append(sorted(each))""",
    ),
]
