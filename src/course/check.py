"""A student's own check: graded as the class is, without a gradebook and without a sandbox."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader
from nbformat import NotebookNode, from_dict
from nbgrader.utils import determine_grade

from course.errors import CheckError
from examroom.examiner import Pool, examine
from examroom.folder import CourseFolder
from examroom.intake import read
from examroom.rebuild import NotANotebook, rebuild
from examroom.sandbox import Bare


@dataclass(frozen=True)
class Checked:
    """One check: its points, what it said, the hint, and the picture of what happened.

    `score` is None for a cell that only a person can grade.
    """

    name: str
    score: float | None
    max_score: float
    said: str = ""
    hint: str = ""
    picture: str = ""

    @property
    def passed(self) -> bool:
        """Whether it gave all its points."""
        return self.score == self.max_score


def check(folder: CourseFolder, name: str) -> list[Checked]:
    """Run the released checks on `work/<name>`; it takes about as long as starting Python twice.

    The student's code runs with the student's own rights, in a process and a folder of its own.

    Raises:
        CheckError: there is no such working copy, or it is no notebook; its text says what to do.
    """
    release, work = folder.root / "release" / name, folder.root / "work" / name
    if name not in folder.releases():
        known = "、".join(folder.releases()) or "（还没有）"
        raise CheckError(f"没有名为 {name} 的练习；可以做的有：{known}。")
    if not work.is_dir():
        raise CheckError(f"还没有开始做 {name}：请先运行 course start {name}。")
    papers = {path.stem: _paper(path) for path in sorted(release.glob("*.ipynb"))}
    handed_in = read(work, "work", papers, [".ipynb_checkpoints", "*.pyc", "__pycache__"])
    given = {
        path.relative_to(release).as_posix(): path.read_bytes()
        for path in release.rglob("*")
        if path.is_file() and path.suffix != ".ipynb"
    }
    pool = Pool(Bare)
    done: list[Checked] = []
    try:
        for title, paper in papers.items():
            if title not in handed_in.notebooks:
                reasons = [r.reason for r in handed_in.rejected if r.file == f"{title}.ipynb"]
                raise CheckError(f"work/{name}/{title}.ipynb：{(reasons or ['没有这个文件'])[0]}")
            try:
                rebuilt = rebuild(paper, handed_in.notebooks[title])
            except NotANotebook as problem:
                raise CheckError(f"work/{name}/{title}.ipynb：{problem}") from problem
            examined = examine(rebuilt, {**handed_in.files, **given}, pool)
            done += _checks(from_dict(examined.notebook))
    finally:
        pool.close()
    return done


def write_page(name: str, checks: list[Checked], target: Path) -> None:
    """Write the outcome with its pictures as a page for the browser."""
    environment = Environment(loader=PackageLoader("course"), autoescape=True)
    page = environment.get_template("check.html").render(name=name, checks=checks)
    target.write_text(page, encoding="utf-8")


def _paper(path: Path) -> dict[str, Any]:
    """A released notebook, its sources as one text each."""
    try:
        notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            cell["source"] = "".join(cell["source"])
    except (ValueError, KeyError, TypeError) as error:
        raise CheckError(f"{path} 损坏了：请运行 git checkout {path}，或重新下载。") from error
    return notebook


def _checks(notebook: NotebookNode) -> Iterator[Checked]:
    for cell in notebook.cells:
        grade = cell.metadata.get("nbgrader", {})
        if grade.get("task"):
            yield Checked(grade.grade_id, None, float(grade.points))
        if not grade.get("grade"):
            continue
        score, most = determine_grade(cell)
        outputs = cell.get("outputs", [])
        errors = [output.evalue for output in outputs if output.output_type == "error"]
        pictures = [o.data["text/html"] for o in outputs if "text/html" in o.get("data", {})]
        said, _, hint = (errors or [""])[0].partition("\n提示：")
        picture = pictures[-1] if pictures and errors else ""
        yield Checked(grade.grade_id, score, most, said, hint, picture)
