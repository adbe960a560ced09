import glob
import os
import stat
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc

from examroom import intake
from examroom.submission import Submission

NOTEBOOK = b'{"nbformat": 4}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A submission with nothing wrong: the notebook, a data file and nbgrader's time stamp."""
    folder = tmp_path / "submitted" / "jia" / "doubling"
    (folder / "data").mkdir(parents=True)
    (folder / "doubling.ipynb").write_bytes(NOTEBOOK)
    (folder / "data" / "数.csv").write_bytes(b"1,2")
    (folder / "timestamp.txt").write_text("2026-03-01 08:30:00.123456 UTC\n")
    return folder


def read(folder: Path, *ignore: str) -> Submission:
    before = open_files()
    submission = intake.read(folder, "jia", ["doubling"], ignore)
    assert open_files() == before
    return submission


def open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def reasons(submission: Submission) -> dict[str, str]:
    found = {rejected.file: rejected.reason for rejected in submission.rejected}
    assert len(found) == len(submission.rejected)
    return found


def assert_costs_nothing_else(submission: Submission) -> None:
    """What is wrong with one file leaves the others of the fixture accepted."""
    assert submission.notebooks == {"doubling": NOTEBOOK}
    assert submission.files == {"data/数.csv": b"1,2"}
    assert submission.timestamp == "2026-03-01 08:30:00.123456 UTC"


def test_an_ordinary_submission_is_accepted_whole(folder: Path) -> None:
    submission = read(folder)
    assert_costs_nothing_else(submission)
    assert submission.student == "jia"
    assert submission.rejected == ()


def test_a_missing_notebook_is_nobodys_rejection(folder: Path) -> None:
    (folder / "doubling.ipynb").unlink()
    (folder / "timestamp.txt").unlink()
    submission = read(folder)
    assert (submission.notebooks, submission.timestamp) == ({}, None)
    assert submission.rejected == ()


# What is not a regular file


def secret(path: Path) -> Path:
    """A file of another student, made for this one to find."""
    folder = next(parent for parent in path.parents if parent.name == "jia").with_name("yi")
    folder.mkdir()
    (folder / "secret.csv").write_bytes(b"secret")
    return folder / "secret.csv"


def file_link(path: Path) -> None:
    path.symlink_to(secret(path))


def folder_link(path: Path) -> None:
    path.symlink_to(secret(path).parent)


def dangling_link(path: Path) -> None:
    path.symlink_to("nowhere")


def loop_link(path: Path) -> None:
    path.symlink_to(path.name)


def device_link(path: Path) -> None:
    path.symlink_to("/dev/null")


def fifo(path: Path) -> None:
    os.mkfifo(path)


def unix_socket(path: Path) -> None:
    os.mknod(path, stat.S_IFSOCK | 0o600)


def device(path: Path) -> None:
    try:
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5))
    except PermissionError:  # students cannot make one, either
        os.mkfifo(path)


def hard_link(path: Path) -> None:
    path.hardlink_to(secret(path))


NASTY: dict[Callable[[Path], None], str] = {
    file_link: "链接",
    folder_link: "链接",
    dangling_link: "链接",
    loop_link: "链接",
    device_link: "链接",
    fifo: "管道",
    unix_socket: "套接字",
    device: "设备",
    hard_link: "硬链接",
    Path.mkdir: "文件夹",
}


@pytest.mark.parametrize("make", NASTY)
def test_a_notebook_that_is_no_regular_file_is_rejected(
    make: Callable[[Path], None], folder: Path
) -> None:
    (folder / "doubling.ipynb").unlink()
    make(folder / "doubling.ipynb")
    submission = read(folder)
    assert submission.notebooks == {}
    assert NASTY[make] in reasons(submission)["doubling.ipynb"]
    assert submission.files == {"data/数.csv": b"1,2"}


@pytest.mark.parametrize("make", NASTY)
def test_a_time_stamp_that_is_no_regular_file_is_rejected(
    make: Callable[[Path], None], folder: Path
) -> None:
    (folder / "timestamp.txt").unlink()
    make(folder / "timestamp.txt")
    submission = read(folder)
    assert submission.timestamp is None
    assert NASTY[make] in reasons(submission)["timestamp.txt"]
    assert submission.notebooks == {"doubling": NOTEBOOK}


@pytest.mark.parametrize("place", [".", "data"])
@pytest.mark.parametrize("make", [make for make in NASTY if make is not Path.mkdir])
def test_another_file_that_is_no_regular_file_is_rejected(
    make: Callable[[Path], None], place: str, folder: Path
) -> None:
    make(folder / place / "nasty")
    submission = read(folder)
    assert_costs_nothing_else(submission)
    (name,) = reasons(submission)
    assert name == str(Path(place, "nasty"))
    assert NASTY[make] in reasons(submission)[name]


@pytest.mark.parametrize("make", [make for make in NASTY if make is not Path.mkdir])
def test_a_submission_that_is_no_folder_is_rejected_as_a_whole(
    make: Callable[[Path], None], tmp_path: Path
) -> None:
    (tmp_path / "jia").mkdir()
    make(tmp_path / "jia" / "doubling")
    submission = read(tmp_path / "jia" / "doubling")
    assert "不是文件夹" in reasons(submission)["."]
    assert (submission.notebooks, submission.files, submission.timestamp) == ({}, {}, None)


def test_a_submission_that_is_gone_is_rejected_as_a_whole(tmp_path: Path) -> None:
    assert "没有找到" in reasons(read(tmp_path / "gone"))["."]


# What changes or refuses while it is looked at

Open = Callable[..., int]


def on_opening(name: str, act: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Do something just before a file of this name is opened."""
    real: Open = os.open

    def opened(path: str | Path, flags: int, *args: int, dir_fd: int | None = None) -> int:
        if str(path) == name:
            act()
        return real(path, flags, *args, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", opened)


@pytest.mark.parametrize(("make", "reason"), [(fifo, "管道"), (file_link, "读取失败")])
def test_a_file_replaced_after_it_was_judged_is_rejected(
    make: Callable[[Path], None], reason: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replace() -> None:
        (folder / "late.csv").unlink()
        make(folder / "late.csv")

    (folder / "late.csv").write_bytes(b"3")
    on_opening("late.csv", replace, monkeypatch)
    submission = read(folder)
    assert_costs_nothing_else(submission)
    assert reason in reasons(submission)["late.csv"]


def test_a_folder_replaced_by_a_link_after_it_was_judged_is_rejected(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replace() -> None:
        (folder / "late").rmdir()
        folder_link(folder / "late")

    (folder / "late").mkdir()
    on_opening("late", replace, monkeypatch)
    submission = read(folder)
    assert_costs_nothing_else(submission)
    assert "不是文件夹" in reasons(submission)["late"]


def test_a_file_that_vanishes_is_rejected(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "late.csv").write_bytes(b"3")
    on_opening("late.csv", (folder / "late.csv").unlink, monkeypatch)
    submission = read(folder)
    assert_costs_nothing_else(submission)
    assert "没有找到" in reasons(submission)["late.csv"]


@pytest.mark.parametrize("name", ["late.csv", "late"])
def test_what_may_not_be_read_is_rejected(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise PermissionError(13, "Permission denied")

    (folder / "late").mkdir()
    (folder / "late.csv").write_bytes(b"3")
    on_opening(name, refuse, monkeypatch)  # the super-user may read anything
    submission = read(folder)
    assert submission.notebooks == {"doubling": NOTEBOOK}
    assert "没有读取的权限" in reasons(submission)[name]


# Names

ODD_NAMES = {
    b"\xff\xfe.csv": (r"\udcff\udcfe.csv", "UTF-8"),
    b"a\nb.csv": (r"a\nb.csv", "换行"),
    b"\x1b[2J.csv": (r"\x1b[2J.csv", "看不见"),
    "\u202evsc.csv".encode(): (r"\u202evsc.csv", "看不见"),
    b"x" * 101: ("x" * 101, "超过 100 个字"),
    b"\n" * 255: (r"\n" * 100 + "…", "换行"),
}


@pytest.mark.parametrize("name", ODD_NAMES)
@pytest.mark.parametrize("is_folder", [False, True])
def test_names_that_break_reports_are_rejected_in_print(
    name: bytes, is_folder: bool, folder: Path
) -> None:
    path = folder / os.fsdecode(name)
    if is_folder:
        path.mkdir()
        (path / "inner.csv").write_bytes(b"3")
    else:
        path.write_bytes(b"3")
    submission = read(folder)
    assert_costs_nothing_else(submission)
    shown, reason = ODD_NAMES[name]
    assert list(reasons(submission)) == [shown]
    assert reason in reasons(submission)[shown]


@pytest.mark.parametrize(
    "name", ["exercises.ipynb", "Doubling.ipynb", "doubling.IPYNB", "data/doubling.ipynb"]
)
def test_other_notebooks_are_rejected_with_the_name_to_use(name: str, folder: Path) -> None:
    (folder / name).write_bytes(NOTEBOOK)
    submission = read(folder)
    assert_costs_nothing_else(submission)
    assert "文件名用 doubling.ipynb" in reasons(submission)[name]


def test_hidden_folders_and_what_nbgrader_ignores_are_passed_over_in_silence(folder: Path) -> None:
    for name in (".ipynb_checkpoints", ".git", "__pycache__", "feedback", "data/__pycache__"):
        (folder / name).mkdir()
        (folder / name / "doubling-checkpoint.ipynb").write_bytes(NOTEBOOK)
    (folder / "helper.pyc").write_bytes(b"3")
    (folder / "data" / "helper.pyc").write_bytes(b"3")
    submission = read(folder, *CourseDirectory().ignore)
    assert_costs_nothing_else(submission)
    assert submission.rejected == ()


def test_hidden_files_are_files(folder: Path) -> None:
    (folder / ".env").write_bytes(b"3")
    assert read(folder).files[".env"] == b"3"


# Limits


def test_too_large_files_are_rejected_and_the_limit_itself_is_not(folder: Path) -> None:
    os.truncate(folder / "doubling.ipynb", intake.NOTEBOOK_SIZE + 1)
    (folder / "large.bin").touch()
    os.truncate(folder / "large.bin", intake.FILE_SIZE)
    (folder / "larger.bin").touch()
    os.truncate(folder / "larger.bin", 150 * intake.MEBIBYTE)
    submission = read(folder)
    assert submission.notebooks == {}
    assert len(submission.files["large.bin"]) == intake.FILE_SIZE
    assert "超过 2 MiB" in reasons(submission)["doubling.ipynb"]
    assert "超过 10 MiB" in reasons(submission)["larger.bin"]


def test_a_file_that_grows_while_it_is_read_is_rejected(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fstat

    def grow(descriptor: int) -> os.stat_result:
        status = real(descriptor)
        os.truncate(folder / "doubling.ipynb", intake.NOTEBOOK_SIZE + 1)
        return status

    monkeypatch.setattr(os, "fstat", grow)
    assert "超过 2 MiB" in reasons(read(folder))["doubling.ipynb"]


def test_the_total_is_limited_and_smaller_files_still_fit(folder: Path) -> None:
    for name in ("a", "b", "c"):
        (folder / name).touch()
        os.truncate(folder / name, 9 * intake.MEBIBYTE)
    submission = read(folder)
    assert submission.notebooks == {"doubling": NOTEBOOK}
    assert set(submission.files) == {"a", "b", "data/数.csv"}
    assert "加起来超过 20 MiB" in reasons(submission)["c"]


def test_folders_may_be_eight_deep_and_no_deeper(folder: Path) -> None:
    deep = folder.joinpath(*"12345678")
    (deep / "9" / "10").mkdir(parents=True)
    (deep / "a.csv").write_bytes(b"3")
    (deep / "9" / "b.csv").write_bytes(b"3")
    submission = read(folder)
    assert set(submission.files) == {"data/数.csv", "1/2/3/4/5/6/7/8/a.csv"}
    assert list(reasons(submission)) == ["1/2/3/4/5/6/7/8/9"]
    assert "8 层" in reasons(submission)["1/2/3/4/5/6/7/8/9"]


def test_among_too_many_files_the_notebook_and_the_time_stamp_are_found(folder: Path) -> None:
    for number in range(intake.FILES):
        (folder / "data" / f"a{number}").touch()
    submission = read(folder)
    assert submission.notebooks == {"doubling": NOTEBOOK}
    assert submission.timestamp
    assert len(submission.files) == intake.FILES
    assert list(reasons(submission)) == ["…"]
    assert "文件超过 200 个" in reasons(submission)["…"]


def test_among_too_many_folders_the_notebook_and_the_time_stamp_are_found(folder: Path) -> None:
    for number in range(intake.ENTRIES):
        (folder / f"a{number}").mkdir()
    submission = read(folder)
    assert submission.notebooks == {"doubling": NOTEBOOK}
    assert submission.timestamp
    assert "超过 1000 个" in reasons(submission)["…"]


# Time stamps


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01 08:30:00.123456 UTC",
        "2026-03-01 08:30:00 Asia/Shanghai",
        "2026-03-01T08:30:00+08:00",
        "2026-03-01 08:30 XYZ",
    ],
)
def test_time_stamps_that_nbgrader_reads_are_accepted(text: str, folder: Path) -> None:
    (folder / "timestamp.txt").write_text(f"{text}\n")
    assert read(folder).timestamp == text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"lots",
        b"NaN",
        b"2026-13-01",
        b"9" * 90,
        b"2026-03-01 08:30:00 99999999999",
        b"0001-01-01 00:00:00 UTC+3",
        b"1999-12-31 23:59:59 UTC",
        b"2201-01-01 00:00:00 UTC",
        b"2026-03-01 08:30:00 UTC" + b" " * 100,
        b"2026-03-01\n08:30:00",
    ],
)
def test_other_time_stamps_are_rejected_and_cost_nothing_else(content: bytes, folder: Path) -> None:
    (folder / "timestamp.txt").write_bytes(content)
    submission = read(folder)
    assert submission.timestamp is None
    assert list(reasons(submission)) == ["timestamp.txt"]
    assert submission.files == {"data/数.csv": b"1,2"}
    assert submission.notebooks == {"doubling": NOTEBOOK}


@pytest.mark.parametrize("zone", ["{}", ":{}", "../../../../../../../../../../..{}", "a/../..{}"])
def test_a_time_zone_cannot_name_a_file_of_the_students(zone: str, folder: Path) -> None:
    zones = Path("/usr/share/zoneinfo/Asia/Shanghai")
    text = f"2026-03-01 08:30:00 {zone.format(zones)}"
    (folder / "timestamp.txt").write_text(text)
    assert read(folder).timestamp is None


words = st.sampled_from(
    [
        *("2026-03-01", "08:30:00", "12", "99", "9", "９", "1e9", "2200", "-1", "+08:00", "am"),
        *("UTC", "CST", "Z", "T", "Mar", "Friday", "-", "/", ":", ".", ",", "´"),
    ]
)


@given(st.text(max_size=40) | st.lists(words, max_size=8).map(" ".join))
@example("2026-03-01 08:30:00 UTC+999999")
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_time_stamp_stops_the_intake(folder: Path, text: str) -> None:
    (folder / "timestamp.txt").write_bytes(text.encode("utf-8", "replace"))
    timestamp = read(folder).timestamp
    if timestamp is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert 2000 <= parse_utc(timestamp).year <= 2200


# Students' names


@pytest.mark.parametrize(
    "name", ["jia", "甲", "jia.li@example.edu", "li-4_2", "Ана", "O'Brien", "a b"]
)
def test_ordinary_names_of_students_are_acceptable(name: str) -> None:
    assert intake.acceptable_name(name) is None


UNUSABLE = {
    "": "空",
    " jia": "空格",
    "jia\u3000": "空格",
    "jia\nyi": "换行",
    "jia\x00": "看不见",
    "jia\u200b": "看不见",
    os.fsdecode(b"\xff"): "UTF-8",
    ".": "点",
    "..": "点",
    ".jia": "点",
    "jia/yi": "/",
    "jia\\yi": r"\\",
    "j*": r"\*",
    "j?": r"\?",
    "[ji]a": r"\[",
    "jia+1": r"\+",
    "x" * 101: "超过 100 个字",
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_names_that_nbgrader_stumbles_over_are_not(name: str) -> None:
    reason = intake.acceptable_name(name)
    assert reason is not None
    assert UNUSABLE[name].removeprefix("\\") in reason
    assert "请改" in reason


@given(st.text(st.characters(exclude_categories=()), max_size=120))
def test_an_acceptable_name_stands_for_itself_in_a_glob(name: str) -> None:
    if intake.acceptable_name(name) is None:
        assert glob.escape(name) == name == name.strip()
        assert Path(name).name == name
        assert name.encode().decode() == name
