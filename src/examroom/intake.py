"""Intake: the files of one submission, each accepted or rejected by name and reason.

A submission is whatever a student managed to put into a folder. So nothing here follows a link,
opens what is not a regular file, waits, or reads and walks without a limit; and whatever is found,
the answer is a `Submission`, never an exception.
"""

import os
import re
import stat
import unicodedata
import warnings
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path

from nbgrader.utils import parse_utc

from examroom.submission import Rejected, Submission

MEBIBYTE = 1 << 20
NOTEBOOK_SIZE = 2 * MEBIBYTE
FILE_SIZE = 10 * MEBIBYTE
TOTAL_SIZE = 20 * MEBIBYTE
FILES = 200
ENTRIES = 1000
DEPTH = 8
NAME_LENGTH = 100  # characters
STUDENT_LENGTH = 200  # bytes: files of a student's are called by it, with something added
TIMESTAMP = "timestamp.txt"
TIMESTAMP_SIZE = 100  # bytes
YEARS = range(2000, 2201)


def read(
    folder: Path, student: str, notebooks: Collection[str], ignore: Sequence[str] = ()
) -> Submission:
    """Take in what one student handed in for one assignment.

    Hidden folders are passed over in silence, as are names that match `ignore`. The released
    notebooks and the time stamp are looked for by name before anything else, so that no amount of
    other files hides them. A rejection of the whole folder goes by the name `.`.

    Args:
        folder: The submission, `submitted/<student>/<assignment>/`. It may be missing, or be
            anything but a folder.
        student: Whose it is; see `acceptable_name`.
        notebooks: Names of the released notebooks, without suffix.
        ignore: Patterns of file and folder names, as in nbgrader's `CourseDirectory.ignore`.

    Example:
        >>> read(Path("submitted/jia/doubling"), "jia", ["doubling"]).notebooks.keys()
        dict_keys(['doubling'])
    """
    intake = _Intake(frozenset(notebooks), tuple(ignore))
    with intake.judging("."):
        student_folder = _open_folder(folder.parent)  # nor is that a link, to another student's
        try:
            top = _open_folder(folder.name, student_folder)
        finally:
            os.close(student_folder)
        try:
            intake.take_in(top)
        finally:
            os.close(top)
    return Submission(
        student, intake.accepted, intake.files, tuple(intake.rejected), intake.timestamp
    )


def acceptable_name(student: str) -> str | None:
    """Why a student's folder name cannot be used, or None when it can.

    nbgrader puts the name into globs, joins names with `+` and strips the space around them: it
    would grade somebody else's submission, or none.

    Args:
        student: The folder's name, as the system gives it.
    """
    if fault := _fault(student):
        return fault
    if len(os.fsencode(student)) > STUDENT_LENGTH:
        return f"名字超过 {STUDENT_LENGTH} 个字节：请改短。"
    if not student or student != student.strip():
        return "名字是空的，或者头尾有空格：请改名。"
    if student.startswith("."):
        return "名字以点开头，会被当作隐藏文件夹：请改名。"
    if found := re.search(r"[\[\]*?+/\\]", student):
        return f"名字里有 nbgrader 不能用的字符 {found[0]}：请改名。"
    return None


class _Refused(Exception):  # noqa: N818 - an answer, not an error
    """One file is not accepted; the text is the reason."""


class _Enough(Exception):  # noqa: N818
    """The rest of the submission is not looked at; the text is the reason."""


@dataclass
class _Intake:
    """What was taken in so far."""

    released: frozenset[str]
    ignore: tuple[str, ...]
    accepted: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    timestamp: str | None = None
    size: int = 0
    judged: int = 0
    entries: int = 0

    @contextmanager
    def judging(self, path: str) -> Iterator[None]:
        """Record what goes wrong with one file as its rejection."""
        try:
            yield
        except _Refused as refused:
            self.rejected.append(Rejected(printable(path), str(refused)))
        except OSError as error:
            self.rejected.append(Rejected(printable(path), _explained(error)))

    def take_in(self, top: int) -> None:
        """Judge everything in the open folder `top`."""
        for notebook in sorted(self.released):
            name = f"{notebook}.ipynb"
            with self.judging(name), suppress(FileNotFoundError):
                self.accepted[notebook] = self._bytes(top, name, NOTEBOOK_SIZE)
        with self.judging(TIMESTAMP), suppress(FileNotFoundError):
            self.timestamp = _timestamp(self._bytes(top, TIMESTAMP, TIMESTAMP_SIZE))
        known = {TIMESTAMP, *(f"{notebook}.ipynb" for notebook in self.released)}
        try:
            self._walk(top, "", 0, known)
        except _Enough as enough:
            self.rejected.append(Rejected("…", str(enough)))

    def _walk(self, folder: int, prefix: str, depth: int, known: Collection[str] = ()) -> None:
        with os.scandir(folder) as entries:
            # sorted, so that the same folder always gives the same answer
            names = sorted(entry.name for entry in islice(entries, ENTRIES + 1))
        for name in names:
            self.entries += 1
            if self.entries > ENTRIES:
                raise _Enough(
                    f"文件夹里的东西超过 {ENTRIES} 个，其余的没有看：请只交作业需要的文件。"
                )
            if name not in known and not any(fnmatchcase(name, glob) for glob in self.ignore):
                with self.judging(prefix + name):
                    self._judge(folder, prefix, name, depth)

    def _judge(self, parent: int, prefix: str, name: str, depth: int) -> None:
        folder = stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)
        if folder and name.startswith("."):
            return
        if not folder:
            self.judged += 1
            if self.judged > FILES:
                raise _Enough(f"文件超过 {FILES} 个，其余的没有看：请只交作业需要的文件。")
        if fault := _fault(name):
            raise _Refused(fault)
        if folder:
            self._descend(parent, prefix, name, depth)
        elif name.lower().endswith(".ipynb"):
            names = "、".join(f"{notebook}.ipynb" for notebook in sorted(self.released))
            raise _Refused(
                f"不是发布的笔记本，没有批改：请直接放在作业文件夹里，文件名用 {names}。"
            )
        else:
            self.files[prefix + name] = self._bytes(parent, name, FILE_SIZE)

    def _descend(self, parent: int, prefix: str, name: str, depth: int) -> None:
        if depth == DEPTH:
            raise _Refused(f"文件夹套了超过 {DEPTH} 层：请把文件放到外层。")
        folder = _open_folder(name, parent)
        try:
            self._walk(folder, f"{prefix}{name}/", depth + 1)
        finally:
            os.close(folder)

    def _bytes(self, folder: int, name: str, limit: int) -> bytes:
        """What is in a file of an open folder, if it is a regular file within the limits."""
        # before it is opened, because opening a device can be enough to set it going
        _require_regular(os.stat(name, dir_fd=folder, follow_symlinks=False), limit)
        # another file may have taken its place since: a link is not followed, a FIFO not waited for
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
        descriptor = os.open(name, flags, dir_fd=folder)
        try:
            _require_regular(os.fstat(descriptor), limit)
            with open(descriptor, "rb", closefd=False) as file:
                data = file.read(limit + 1)  # it may have grown
        finally:
            os.close(descriptor)
        _require_size(len(data), limit)
        if self.size + len(data) > TOTAL_SIZE:
            raise _Refused(f"文件加起来超过 {_readable(TOTAL_SIZE)}：请只交作业需要的文件。")
        self.size += len(data)
        return data


def _open_folder(path: Path | str, parent: int | None = None) -> int:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_NONBLOCK
    return os.open(path, flags, dir_fd=parent)


def _require_regular(status: os.stat_result, limit: int) -> None:
    if stat.S_ISLNK(status.st_mode):
        raise _Refused("是链接，不是文件：请换成文件本身，再交一次。")
    if stat.S_ISDIR(status.st_mode):
        raise _Refused("是文件夹，不是文件：请换成文件，再交一次。")
    if not stat.S_ISREG(status.st_mode):
        raise _Refused("是管道、套接字或设备，不是文件：请换成文件，再交一次。")
    # A hard link needs no right to read: where the system lets users make them to files of others,
    # an instructor who may read everything would read those files on the student's behalf.
    # What nbgrader and ordinary copying put into the folder has no second name.
    if status.st_nlink > 1:
        raise _Refused("文件另有硬链接，可能是别人的文件：请换成一份复制品，再交一次。")
    _require_size(status.st_size, limit)


def _require_size(size: int, limit: int) -> None:
    if size > limit:
        raise _Refused(f"超过 {_readable(limit)}：请清除输出或换成小一些的文件，再交一次。")


def _readable(size: int) -> str:
    return f"{size // MEBIBYTE} MiB" if size >= MEBIBYTE else f"{size} 字节"


def _explained(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "没有找到，可能刚被删除或改名：请再交一次。"
    if isinstance(error, NotADirectoryError):
        return "是链接或文件，不是文件夹：请换成文件夹本身，再交一次。"
    if isinstance(error, PermissionError):
        return "没有读取的权限：请改为可读，再交一次。"
    return f"读取失败（{error.strerror}）：请换成新的一份，再交一次。"


def _timestamp(data: bytes) -> str:
    """The text of a time stamp that nbgrader, too, can read."""
    try:
        text = data.decode().strip()
        # a time zone is looked up as a file, which must be one of the system's own
        if not re.fullmatch(r"[\w :.,+/-]+", text) or re.search(r"(?<!\w)/|\.\.", text):
            raise ValueError(text)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an unknown time zone, which counts as UTC
            year = parse_utc(text).year
    except Exception:  # parse_utc lets out whatever its parser met
        raise _Refused("读不出提交时间，按没有提交时间处理：请重新提交。") from None
    if year not in YEARS:
        raise _Refused(f"提交时间在 {year} 年，按没有提交时间处理：请重新提交。")
    return text


def _fault(name: str) -> str | None:
    """What makes a name unfit for reports and for other systems, if anything does."""
    categories = {unicodedata.category(character) for character in name}
    if "Cs" in categories:
        return "名字不是 UTF-8 编码：请改名。"
    if categories & _INVISIBLE:
        return "名字里有换行或别的看不见的字符：请改名。"
    if len(name) > NAME_LENGTH:
        return f"名字超过 {NAME_LENGTH} 个字：请改短。"
    return None


_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def printable(path: str) -> str:
    """The path with what cannot be printed spelt out, and not endlessly long."""
    shown = "".join(
        ascii(character)[1:-1] if unicodedata.category(character) in _INVISIBLE else character
        for character in path
    )
    return shown if len(shown) <= 2 * NAME_LENGTH else f"{shown[: 2 * NAME_LENGTH]}…"
