import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from examroom.examiner.dialogue import Lost
from examroom.sandbox import Sandbox
from examroom.sandbox.account import ACCOUNT, is_root
from examroom.sandbox.bubblewrap import HOME
from tests.conftest import PROJECT
from tests.examroom.outside import descendants, process_of, status
from tests.examroom.speaker import Speaker

ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can see and become others")


# Who it is


def test_its_processes_belong_to_an_unprivileged_account_also_outside(
    sandbox: Sandbox, candidate: Speaker
) -> None:
    account = ACCOUNT if is_root() else os.getuid()
    assert candidate.tells("os.getuid()", "import os") == 1000
    processes = list(descendants(process_of(sandbox)))
    assert len(processes) >= 4  # bubblewrap, zygote, the candidate's first process, the candidate
    for pid in processes:
        assert status(pid, "Uid") == [str(account)] * 4
        assert status(pid, "Gid") == [str(ACCOUNT if is_root() else os.getgid())] * 4
        assert not is_root() or status(pid, "Groups") == []


def test_a_candidate_has_no_capability_and_can_gain_none(candidate: Speaker) -> None:
    known = candidate.prints("print(open('/proc/self/status').read())").splitlines()
    capabilities = {line.split()[0]: int(line.split()[1], 16) for line in known if "Cap" in line}
    assert set(capabilities) == {"CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"}
    assert not any(capabilities.values())
    assert "NoNewPrivs:\t1" in known


# Runs Sandbox() as somebody who is not root, with the interpreter where it was: below /root it
# would be out of reach.
AS_SOMEBODY = """
set -e
stage=$(mktemp -d)
mount --bind "$1" "$stage"
case "$1" in /root/*) mount -t tmpfs -o mode=755 tmpfs /root;; esac
mkdir -p "$1"
mount --rbind "$stage" "$1"
shift
exec setpriv --reuid=12345 --regid=12345 --clear-groups --inh-caps=-all "$@"
"""
MAKE_ONE = """
import os
from examroom.sandbox import Sandbox
from tests.examroom.outside import descendants, process_of, status
from tests.examroom.speaker import Speaker
sandbox = Sandbox()
speaker = Speaker(sandbox.candidate())
print(os.getuid(), speaker.tells("1 + 1"))
outside = open(f"/proc/{sandbox._process.pid}/status").read()
print("Uid:\\t12345\\t12345\\t12345\\t12345" in outside)
speaker.close()
print(sandbox.reset())
sandbox.close()
"""


@ROOT
def test_an_ordinary_user_can_have_one_as_well() -> None:
    shell = ["unshare", "--mount", "sh", "-c", AS_SOMEBODY, "sh", sys.base_prefix]
    done = subprocess.run(
        [*shell, sys.executable, "-c", MAKE_ONE],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], "HOME": "/tmp", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines() == ["12345 2", "True", "{}"], done.stderr


# What it sees


def test_it_sees_the_system_and_two_packages_and_nothing_of_the_course(candidate: Speaker) -> None:
    def listed(folder: str) -> set[str]:
        return set(candidate.tells(f"os.listdir({folder!r})", "import os"))

    assert listed("/") <= {
        "bin", "dev", "etc", "home", "lib", "lib64", "opt", "proc", "root", "tmp", "usr",
        Path(sys.base_prefix).parts[1],
    }  # fmt: skip
    assert listed("/home") == {"student"}
    assert listed("/opt") == {"environment", "exam"}
    assert listed("/opt/exam") == {"asynclab", "examroom"}
    assert listed("/opt/exam/examroom") == {"candidate", "zygote"}
    assert not {"shadow", "ssh", "machine-id", "hostname"} & listed("/etc")
    assert not candidate.tells(f"os.path.exists({str(PROJECT)!r})", "import os")


def test_its_environment_is_its_own(candidate: Speaker) -> None:
    seen = candidate.tells("dict(os.environ)", "import os")
    assert seen["HOME"] == HOME
    assert not {"SSH_AUTH_SOCK", "VIRTUAL_ENV", "OLDPWD", "PYTEST_CURRENT_TEST"} & set(seen)
    assert str(PROJECT) not in str(seen)


def test_home_and_temporary_folders_are_empty_and_its_own(candidate: Speaker) -> None:
    for folder in (HOME, "/tmp", "/dev/shm"):
        assert candidate.tells(f"os.listdir({folder!r})", "import os") == []
        assert candidate.tells(f"open({folder + '/x'!r}, 'w').write('yes')") == 3


WRITABLE = """
import os
found = []
for folder, folders, files in os.walk("/"):
    if folder == "/":
        folders.remove("proc")
    paths = [folder, *(f"{folder}/{file}" for file in files)]
    found += [path for path in paths if os.access(path, os.W_OK) and not os.path.islink(path)]
"""


def test_nothing_else_on_the_system_can_be_written(candidate: Speaker) -> None:
    devices = {f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom")}
    found = set(candidate.tells("found", WRITABLE))
    assert found - devices - {HOME, "/tmp", "/dev/shm"} == set()


TURNED = """
import os
found = []
def turn(path):
    try:
        os.close(os.open(path, os.O_WRONLY))
        found.append(path)
    except OSError:
        pass
for folder, _, files in os.walk("/proc/sys"):
    for file in files:
        turn(f"{folder}/{file}")
turn("/proc/sysrq-trigger")
"""


def test_the_kernel_cannot_be_turned(candidate: Speaker) -> None:
    assert candidate.tells("found", TURNED) == []


def test_it_sees_no_process_but_its_own(candidate: Speaker) -> None:
    seen = candidate.tells("[n for n in os.listdir('/proc') if n.isdecimal()]", "import os")
    assert seen == ["1", "2"]


# The network

REACH = """
import errno, socket
def reach(family, address, kind=socket.SOCK_STREAM):
    with socket.socket(family, kind) as one:
        one.settimeout(5)
        try:
            one.connect(address)
        except OSError as error:
            return errno.errorcode.get(error.errno, str(error))
    return "reached"
"""


def test_it_has_its_own_loopback_and_no_other_network(candidate: Speaker) -> None:
    assert candidate.tells("socket.if_nameindex()", "import socket") == [[1, "lo"]]
    assert candidate.tells("reach(socket.AF_INET, ('192.0.2.1', 80))", REACH) == "ENETUNREACH"
    udp = "reach(socket.AF_INET, ('192.0.2.1', 53), socket.SOCK_DGRAM)"
    assert candidate.tells(udp) == "ENETUNREACH"
    assert candidate.tells("reach(socket.AF_INET6, ('2001:db8::1', 80))") == "ENETUNREACH"
    own = "reach(socket.AF_INET, server.getsockname())"
    assert candidate.tells(own, "server = socket.create_server(('127.0.0.1', 0))") == "reached"


def test_the_machines_own_servers_are_out_of_reach(candidate: Speaker) -> None:
    candidate.prints(REACH)
    # not 127.0.0.1: there, the candidate's own listeners may have the same port
    with socket.create_server(("127.0.0.2", 0)) as server:
        told = candidate.tells(f"reach(socket.AF_INET, {server.getsockname()})")
        assert told == "ECONNREFUSED"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(b"\0examroom-test")
        server.listen()
        told = candidate.tells("reach(socket.AF_UNIX, b'\\0examroom-test')")
        assert told == "ECONNREFUSED"


# What the filter of system calls refuses

CALL = """
import ctypes, errno
def call(number, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments))
    return "done" if result >= 0 else errno.errorcode[ctypes.get_errno()]
"""


@pytest.mark.parametrize(
    "name",
    ["add_key", "bpf", "io_uring_setup", "keyctl", "kcmp", "mount", "perf_event_open",
     "process_vm_readv", "ptrace", "request_key", "setns", "unshare", "userfaultfd"],
)  # fmt: skip
def test_calls_that_an_exercise_does_not_need_are_refused(candidate: Speaker, name: str) -> None:
    import pyseccomp

    number = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)
    assert number > 0
    assert candidate.tells(f"call({number}, 0, 0, 0, 0, 0)", CALL) == "EPERM"


def test_it_can_make_no_namespaces_by_other_calls_either(candidate: Speaker) -> None:
    import pyseccomp

    clone = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, "clone")
    new_user = 0x10000000
    assert candidate.tells(f"call({clone}, {new_user | signal.SIGCHLD}, 0)", CALL) in (
        "ENOSPC", "EPERM",
    )  # fmt: skip


@pytest.mark.parametrize("family", [17, 38, 40], ids=["PACKET", "ALG", "VSOCK"])
def test_sockets_that_no_namespace_divides_are_refused(candidate: Speaker, family: int) -> None:
    outputs = candidate.cell(f"import socket\nsocket.socket({family}, socket.SOCK_STREAM)")
    assert outputs[-1]["evalue"] == "[Errno 97] Address family not supported by protocol"


# What it may use


def test_memory_is_limited(candidate: Speaker) -> None:
    outputs = candidate.cell("huge = bytearray(5 << 30)")
    assert outputs[-1]["ename"] == "MemoryError"
    assert candidate.tells("1 + 1") == 2


FORKS = """
import os, signal
children = []
try:
    while len(children) < 1000:
        child = os.fork()
        if child == 0:
            signal.pause()
        children.append(child)
except OSError as error:
    stopped = error.strerror
for child in children:
    os.kill(child, 9)
    os.waitpid(child, 0)
"""


def test_processes_are_limited(candidate: Speaker) -> None:
    count, stopped = candidate.tells("[len(children), stopped]", FORKS)
    assert 100 < count < 256
    assert stopped == "Resource temporarily unavailable"


THREADS = """
import threading
gate = threading.Event()
started = []
try:
    while len(started) < 1000:
        thread = threading.Thread(target=gate.wait)
        thread.start()
        started.append(thread)
except RuntimeError as error:
    stopped = str(error)
gate.set()
"""


def test_threads_are_limited(candidate: Speaker) -> None:
    count, stopped = candidate.tells("[len(started), stopped]", THREADS)
    assert 100 < count < 256
    assert stopped == "can't start new thread"


FILES = """
import errno
def stopped(attempt):
    try:
        return attempt()
    except OSError as error:
        return errno.errorcode[error.errno]
def one():
    with open("big", "wb") as file:
        for _ in range(40):
            file.write(bytes(1 << 20))
def several():
    for number in range(20):
        with open(f"big{number}", "wb") as file:
            file.write(bytes(10 << 20))
def many():
    for number in range(50_000):
        open(f"/tmp/{number}", "w").close()
def at_once():
    kept = [open("/dev/null") for _ in range(1000)]
"""


@pytest.mark.parametrize(
    ("attempt", "told"),
    [
        ("one", "EFBIG"),
        ("several", "ENOSPC"),
        ("many", "ENOSPC"),
        ("at_once", "EMFILE"),
    ],
)
def test_files_are_limited_in_size_in_all_in_number_and_at_once(
    candidate: Speaker, attempt: str, told: str
) -> None:
    candidate.prints(FILES)
    assert candidate.tells(f"stopped({attempt})") == told


def test_output_is_limited(candidate: Speaker) -> None:
    outputs = candidate.cell("for _ in range(300): print('字' * 100_000)")
    assert sum(len(each["text"]) for each in outputs) < 1_100_000
    outputs = candidate.cell("!yes | head -c 300000000")
    assert sum(len(each["text"]) for each in outputs) < 1_100_000
    assert candidate.tells("1 + 1") == 2


def test_processor_time_is_limited(candidate: Speaker) -> None:
    limit = "resource.getrlimit(resource.RLIMIT_CPU)"
    assert candidate.tells(limit, "import resource") == [60, 60]


@ROOT
def test_control_groups_bound_all_processes_together(sandbox: Sandbox, candidate: Speaker) -> None:
    if not sandbox._groups.folders:
        pytest.skip("no control group can be had here")
    candidate.tells("1")  # it has all its processes
    inside = set(descendants(process_of(sandbox)))
    for folder in sandbox._groups.folders:
        assert set(map(int, (folder / "cgroup.procs").read_text().split())) == inside


# Ends and signals


@pytest.mark.parametrize(
    "end",
    ["os._exit(0)", "os._exit(3)", "os.abort()", "ctypes.string_at(0)",
     *(f"os.kill(os.getpid(), signal.{name})" for name in ("SIGKILL", "SIGTERM", "SIGUSR1")),
     "os.execv('/usr/bin/true', ['true'])"],
)  # fmt: skip
def test_an_end_costs_the_candidate_and_nobody_else(sandbox: Sandbox, end: str) -> None:
    first = Speaker(sandbox.candidate())
    with pytest.raises(Lost) as lost:
        first.cell(f"import ctypes, os, signal\n{end}")
    assert lost.value.cause == "program-died"
    assert sandbox.reset() == {}
    second = Speaker(sandbox.candidate())
    assert second.tells("1 + 1") == 2
    second.close()
    assert sandbox.reset() == {}


def test_what_does_not_answer_is_ended_in_time(sandbox: Sandbox) -> None:
    speaker = Speaker(sandbox.candidate())
    with pytest.raises(Lost) as lost:
        speaker.cell("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", seconds=0.2)
    assert lost.value.cause == "no-answer"
    assert sandbox.reset() == {}


@pytest.mark.parametrize(
    "end",
    ["raise SystemExit", "import sys; sys.exit(1)", "exit", "raise KeyboardInterrupt",
     "import os, signal; os.kill(os.getpid(), signal.SIGINT)", "import os; os.kill(1, 15)",
     "import os; os.kill(1, 9)", "import os; os.kill(-1, 9)", "raise BaseException",
     "import os; os.close(1); os.close(2)",
     "import asyncio; asyncio.get_running_loop().stop()",
     "import asyncio; asyncio.get_running_loop().close()", "raise GeneratorExit"],
)  # fmt: skip
def test_what_would_end_a_cell_leaves_the_candidate_alive(candidate: Speaker, end: str) -> None:
    candidate.cell(end)
    assert candidate.tells("1 + 1") == 2


def test_nothing_is_left_of_a_closed_sandbox() -> None:
    sandbox = Sandbox()
    process, groups = sandbox._process, list(sandbox._groups.folders)
    assert process is not None
    pids = list(descendants(process.pid))
    candidate = sandbox.candidate()  # somebody is still there
    sandbox.close()
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert not any(group.exists() for group in groups)
    assert not sandbox._stage.exists()
    candidate.close()
