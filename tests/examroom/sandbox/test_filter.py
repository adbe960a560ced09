"""The filter is judged as the kernel would: by running its program on made-up system calls."""

import errno
import struct
import sys
from collections.abc import Iterator

import pytest

from examroom.errors import SandboxError
from examroom.sandbox import filter as filters

pyseccomp = pytest.importorskip("pyseccomp")
Arch = pyseccomp.Arch

ALLOW, KILL = "allowed", "killed"
# linux/audit.h
AUDIT = {Arch.X86_64: 0xC000003E, Arch.AARCH64: 0xC00000B7, Arch.X86: 0x40000003}


def judge(program: bytes, arch: int, number: int, *arguments: int) -> str:
    """What classic BPF says of a call: seccomp's struct is number, machine, address, arguments."""
    arguments += (0,) * (6 - len(arguments))
    data = struct.pack("=iIQ6Q", number, arch, 0, *arguments)
    instructions = list(struct.iter_unpack("=HBBI", program))
    accumulator = position = 0
    while True:
        code, yes, no, k = instructions[position]
        position += 1
        kind = code & 0x07
        if kind == 0x00:  # load a word
            accumulator = struct.unpack_from("=I", data, k)[0]
        elif kind == 0x04:  # and
            assert code & 0xF0 == 0x50
            accumulator &= k
        elif kind == 0x05:  # jump
            operation = code & 0xF0
            met = {0x10: accumulator == k, 0x20: accumulator > k, 0x30: accumulator >= k,
                   0x40: bool(accumulator & k)}  # fmt: skip
            position += k if operation == 0 else yes if met[operation] else no
        else:  # return
            assert kind == 0x06
            if k == 0x7FFF0000:
                return ALLOW
            return errno.errorcode[k & 0xFFFF] if k & 0xFFFF0000 == 0x00050000 else KILL


@pytest.fixture(params=[Arch.X86_64, Arch.AARCH64], ids=["x86-64", "aarch64"])
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A machine, for which `filter_program` makes its program in this test."""

    class Foreign(pyseccomp.SyscallFilter):  # type: ignore[misc, name-defined]
        def __init__(self, default: int) -> None:
            super().__init__(default)
            if request.param != pyseccomp.system_arch():
                self.add_arch(request.param)
                self.remove_arch(Arch.NATIVE)

    monkeypatch.setattr(pyseccomp, "SyscallFilter", Foreign)
    filters.filter_program.cache_clear()
    yield request.param
    filters.filter_program.cache_clear()


def number(machine: int, name: str) -> int:
    found: int = pyseccomp.resolve_syscall(machine, name)
    return found


def test_every_forbidden_call_is_refused_on_both_machines(machine: int) -> None:
    program = filters.filter_program()
    for name in filters.FORBIDDEN:
        assert judge(program, AUDIT[machine], number(machine, name)) == "EPERM", name


def test_every_name_of_the_list_is_a_call_of_both_machines(machine: int) -> None:
    assert [name for name in filters.FORBIDDEN if number(machine, name) < 0] == []


@pytest.mark.parametrize(
    "name", ["read", "openat", "clone", "execve", "kill", "mmap", "futex", "connect", "socketpair"]
)
def test_what_programs_need_is_allowed_on_both_machines(machine: int, name: str) -> None:
    assert judge(filters.filter_program(), AUDIT[machine], number(machine, name)) == ALLOW


def test_sockets_of_common_families_alone_are_allowed_on_both_machines(machine: int) -> None:
    program, call = filters.filter_program(), number(machine, "socket")
    families = {family: judge(program, AUDIT[machine], call, family) for family in range(60)}
    assert {family for family, said in families.items() if said == ALLOW} == {1, 2, 10, 16}
    assert set(families.values()) == {ALLOW, "EAFNOSUPPORT"}


def test_calls_of_another_machine_are_not_let_through(machine: int) -> None:
    """A 64-bit kernel also takes 32-bit calls, whose numbers mean something else."""
    program = filters.filter_program()
    for other in set(AUDIT) - {machine}:
        assert judge(program, AUDIT[other], number(other, "read")) == KILL
    if machine == Arch.X86_64:
        x32 = number(machine, "read") | 0x4000_0000
        assert judge(program, AUDIT[machine], x32) == KILL


@pytest.mark.usefixtures("machine")
def test_without_libseccomp_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyseccomp", None)
    with pytest.raises(SandboxError, match="apt install libseccomp2"):
        filters.filter_program()
