"""Files that are no notebooks, or no files: rejected by name, or accepted as they are."""

import json
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

from tests.hostile.cases.case import Case, Notebook, cell
from tests.hostile.kitchen import ANSWERS, FULL, NOTEBOOK

_NOTHING = dict.fromkeys(FULL, 0.0)


def _rejected(
    name: str,
    about: str,
    reason: str,
    *,
    data: bytes | None = None,
    edit: Callable[[Notebook], bytes | None] | None = None,
    put: Callable[[Path], object] | None = None,
) -> Case:
    """A notebook that is not accepted: its author reads why at every check."""
    return Case(
        name,
        about,
        edit=(lambda _: data) if data is not None else edit,
        put=put,
        gets=_NOTHING,
        rejects={NOTEBOOK: reason},
        says={"check-bill": "这份笔记本没有被接受", "check-greet": reason},
    )


def _instead(make: Callable[[Path], object]) -> Callable[[Path], None]:
    """Something else where the notebook should be."""

    def put(folder: Path) -> None:
        (folder / NOTEBOOK).unlink()
        make(folder / NOTEBOOK)

    return put


def _folder_instead(make: Callable[[Path], object]) -> Callable[[Path], None]:
    """Something else where the submission's folder should be."""

    def put(folder: Path) -> None:
        (folder / NOTEBOOK).unlink()
        folder.rmdir()
        make(folder)

    return put


def _student_instead(make: Callable[[Path], object]) -> Callable[[Path], None]:
    """Something else where the student's folder should be."""

    def put(folder: Path) -> None:
        shutil.rmtree(folder.parent)
        make(folder.parent)

    return put


def _bind(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        here = Path.cwd()
        os.chdir(path.parent)  # a socket's name is short
        try:
            bound.bind(path.name)
        finally:
            os.chdir(here)


def _device(path: Path) -> None:
    try:
        os.mknod(path, 0o020666, os.makedev(1, 5))  # endless zeroes
    except PermissionError:  # only root makes devices
        os.mkfifo(path)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(150 << 20)


def _old(notebook: Notebook) -> bytes:
    """The notebook in nbformat 3."""
    cells = []
    for each in notebook["cells"]:
        text = "input" if each["cell_type"] == "code" else "source"
        kept = {"cell_type": each["cell_type"], "metadata": each["metadata"], text: each["source"]}
        cells.append({**kept, "outputs": [], "language": "python"})
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]}
    return json.dumps(old).encode()


def _versioned(version: object) -> Callable[[Notebook], None]:
    return lambda notebook: notebook.update(nbformat=version)


def _lines(notebook: Notebook) -> bytes:
    """Sources as lists of lines, with the line ends of another system."""
    for each in notebook["cells"]:
        each["source"] = [f"{line}\r\n" for line in each["source"].split("\n")]
    return json.dumps(notebook, indent=4).replace("\n", "\r\n").encode()


def _odd_letters(notebook: Notebook) -> bytes:
    cell(notebook, "greet")["source"] += "\n# \\ud800 \u202e 😀"
    data = json.dumps(notebook)
    return data.replace("\\\\ud800", "\\ud800").encode()


def _named(name: str, folder: str, about: str, problem: str) -> Case:
    """A submission in a folder of this name."""
    return Case(name, about, student=folder, problem=problem)


def _timestamp(name: str, about: str, text: bytes) -> Case:
    return Case(
        name,
        about,
        put=lambda folder: (folder / "timestamp.txt").write_bytes(text),
        rejects={"timestamp.txt": "提交时间"},
    )


def _crowd(folder: Path) -> None:
    for number in range(1200):
        (folder / f"{number:04}.txt").touch()


def _deep(folder: Path) -> None:
    here = Path.cwd()
    os.chdir(folder)
    for _ in range(300):
        Path("d" * 100).mkdir()
        os.chdir("d" * 100)
    os.chdir(here)


def _odd_names(folder: Path) -> None:
    for name in (b"a\nb.txt", b"\xff\xfe.txt", b"x" * 200, "\u202etxt.exe".encode()):
        (folder / os.fsdecode(name)).write_bytes(b"")


def _links(folder: Path) -> None:
    (folder / "up").symlink_to("../../..")
    (folder / "source.txt").symlink_to("../../../source/kitchen/kitchen.ipynb")
    (folder / "round").symlink_to("round")
    (folder / "nowhere").symlink_to("/nonexistent")


CASES = [
    _rejected("empty", "nothing in it", "不是 JSON", data=b""),
    _rejected("no-json", "text", "不是 JSON", data="我的作业".encode()),
    _rejected("half", "half a notebook", "不是 JSON", data=b'{"cells": [{"cell_type": "code", '),
    _rejected("list", "a list", "nbformat", data=b"[]"),
    _rejected("number", "a number", "nbformat", data=b"1" * 100),
    _rejected("digits", "a number of two million digits", "不是 JSON", data=b"1" * (2 << 20)),
    _rejected("nested", "JSON nested a hundred thousand deep", "不是 JSON", data=b"[" * 100_000),
    _rejected("null", "null", "nbformat", data=b"null"),
    _rejected("zeroes", "nothing but zeroes", "不是 JSON", data=bytes(10_000)),
    _rejected("utf-16", "another encoding", "UTF-8", edit=lambda n: json.dumps(n).encode("utf-16")),
    _rejected("latin", "bytes that are no text", "UTF-8", data=b'{"nbformat": 4, "x": "\xe9"}'),
    _rejected("pdf", "a printed notebook", "UTF-8", data=b"%PDF-1.7\n%\xb5\xed\xae\xfb"),
    _rejected("html", "an exported notebook", "不是 JSON", data=b"<!DOCTYPE html><html></html>"),
    _rejected("nbformat-5", "a format to come", "nbformat", edit=_versioned(5)),
    _rejected("nbformat-2", "a format long gone", "nbformat", edit=_versioned(2)),
    _rejected("nbformat-text", "a format that is no number", "nbformat", edit=_versioned("4")),
    _rejected("nbformat-true", "a format that is true", "nbformat", edit=_versioned(True)),
    _rejected("no-cells", "no cells", "没有单元", edit=lambda n: n.update(cells={"0": n["cells"]})),
    _rejected("other", "another assignment's", "grade_id",
              data=b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}'),
    Case("nbformat-3", "an old format", edit=_old),
    Case("bom", "a byte-order mark", edit=lambda n: b"\xef\xbb\xbf" + json.dumps(n).encode()),
    Case("lines", "other line ends and lists of lines", edit=_lines),
    Case("minor", "a minor version to come", edit=lambda n: n.update(nbformat_minor=99)),
    Case("odd-letters", "letters that no file takes, in an answer", edit=_odd_letters),
    Case("nul", "a letter that no program may have", gets={"check-greet": 0},
         edit=lambda n: cell(n, "greet").update(source=ANSWERS["greet"] + "\0"),
         says={"greet": "null bytes"}),
    _rejected("large", "150 MB", "超过 2 MiB", put=_instead(_sparse)),
    _rejected("symlink", "a link to the source", "链接", put=_instead(
        lambda path: path.symlink_to("../../../source/kitchen/kitchen.ipynb"))),
    _rejected("dangling", "a link to nowhere", "链接", put=_instead(
        lambda path: path.symlink_to("/nonexistent"))),
    _rejected("hardlink", "a second name of the source", "硬链接", put=_instead(
        lambda path: path.hardlink_to(path.parents[3] / "source/kitchen/kitchen.ipynb"))),
    _rejected("fifo", "a pipe that nobody writes to", "管道", put=_instead(os.mkfifo)),
    _rejected("device", "an endless device", "设备", put=_instead(_device)),
    _rejected("socket", "a socket", "套接字", put=_instead(_bind)),
    _rejected("directory", "a folder", "文件夹", put=_instead(Path.mkdir)),
    Case("missing", "no notebook at all", gets=_NOTHING, put=lambda f: (f / NOTEBOOK).unlink(),
         rejects={NOTEBOOK: "没有交"}),
    Case("misnamed", "a notebook by another name", gets=_NOTHING,
         put=lambda f: (f / NOTEBOOK).rename(f / "我的 kitchen.ipynb"),
         rejects={"我的 kitchen.ipynb": "不是发布的笔记本"}),
    Case("copies", "further notebooks beside the right one",
         put=lambda f: (f / "kitchen (1).ipynb").write_bytes((f / NOTEBOOK).read_bytes()),
         rejects={"kitchen (1).ipynb": "不是发布的笔记本"}),
    Case("folder-is-file", "a file where the folder should be", gets=_NOTHING,
         put=_folder_instead(Path.touch), rejects={".": "不是文件夹"}),
    Case("folder-is-fifo", "a pipe where the folder should be", gets=_NOTHING,
         put=_folder_instead(os.mkfifo), rejects={".": "不是文件夹"}),
    Case("folder-is-link", "a link to the source's folder", gets=_NOTHING,
         put=_folder_instead(lambda path: path.symlink_to("../../source/kitchen")),
         rejects={".": "链接"}),
    Case("folder-is-nowhere", "a link to nowhere where the folder should be", gets=_NOTHING,
         put=_folder_instead(lambda path: path.symlink_to("/nonexistent")),
         rejects={".": "链接"}),
    Case("student-is-link", "a link to another student's folder", gets=_NOTHING,
         put=_student_instead(lambda path: path.symlink_to("00-honest-reference")),
         rejects={".": "链接"}),
    Case("cheap-menu", "data of its own in place of the given", cells={},
         put=lambda f: (f / "menu.json").write_text('{"面": 0, "汤": 0, "茶": 0}')),
    Case("menu-folder", "a folder where given data should be",
         put=lambda f: [(f / "menu.json").mkdir(), (f / "menu.json" / "a.txt").touch()],
         rejects={"menu.json/a.txt": "位置"}),
    Case("links", "links to everywhere", put=_links,
         rejects={"up": "链接", "source.txt": "链接", "round": "链接", "nowhere": "链接"}),
    Case("pipes", "pipes among the data", put=lambda f: os.mkfifo(f / "data.csv"),
         rejects={"data.csv": "管道"}),
    Case("crowd", "twelve hundred files", put=_crowd, rejects={"…": "超过"}),
    Case("deep", "folders three hundred deep", put=_deep),
    Case("huge-data", "data of a gigabyte", put=lambda f: os.truncate(os.open(
        f / "data.bin", os.O_CREAT | os.O_WRONLY), 1 << 30), rejects={"data.bin": "超过 10 MiB"}),
    Case("odd-names", "files with names that cannot be shown", put=_odd_names),
    _timestamp("time-garbage", "a time that is none", b"yesterday, about noon \xff"),
    _timestamp("time-far", "a time far away", b"99999-01-01 00:00:00 UTC"),
    _timestamp("time-zone", "a time zone that is a file", b"2026-01-01 00:00:00 ../../etc/passwd"),
    Case("time-fifo", "a time that never comes", put=lambda f: os.mkfifo(f / "timestamp.txt"),
         rejects={"timestamp.txt": "管道"}),
    _named("newline", "li\nsi", "a student's name with a newline", "换行"),
    _named("bytes", os.fsdecode(b"li\xff\xfe"), "a name that is no text", "UTF-8"),
    _named("pattern", "l[ij]*", "a name that is a pattern", "不能用"),
    _named("plus", "li+wang", "a name that nbgrader takes for two", "不能用"),
    _named("hidden", ".li", "a hidden name", "点开头"),
    _named("space", " li ", "a name with space around it", "空格"),
    _named("backwards", "li\u202eis", "a name that is read backwards", "看不见"),
    _named("long", "长" * 84, "a name of 252 bytes", "超过 200 个字节"),
    Case("sql", "a name that is SQL", student="x'); DROP TABLE grade; --"),
    Case("braces", "a name that is a template", student="{assignment_id} %s {0}"),
    Case("option", "a name that is an option", student="--force"),
    Case("markup", "a name that is markup", student="<script>alert(1)<"),
    Case("emoji", "a name of many letters", student="李😀 O'Neil-Ω (2)"),
]  # fmt: skip
