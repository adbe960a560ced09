"""Starter regions: a student version that begins with given code instead of an empty stub."""

import re

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions
from traitlets import Unicode

from examroom.errors import StarterError


class StarterRegions(ClearSolutions):  # type: ignore[misc]
    """nbgrader's ClearSolutions, where a solution region may hold what the student starts from.

    Inside a solution region, the lines after `### BEGIN STARTER` are comments; in the student
    version they stand uncommented in place of the stub. Regions without one behave as before, and
    `c.ClearSolutions` options apply here too.

    Example: this cell

        ### BEGIN SOLUTION
        await asyncio.sleep(2)
        ### BEGIN STARTER
        # awite asyncio.sheep(2)
        ### END SOLUTION

    is released as the single line `awite asyncio.sheep(2)`.
    """

    begin_starter_delimeter = Unicode(
        "BEGIN STARTER",
        help="The delimiter between a solution and the code that the student starts from",
    ).tag(config=True)

    def _replace_solution_region(self, cell: NotebookNode, language: str) -> bool:
        """Put starters in place of their regions, then let nbgrader clear the other regions."""
        kept: list[str] = []
        region: list[str] | None = None
        starter: list[str] | None = None
        found = False
        for line in cell.source.split("\n"):
            if self.begin_solution_delimeter in line and region is None:
                region, starter = [line], None
            elif self.begin_starter_delimeter in line:
                if region is None:
                    raise StarterError(
                        f"“{line.strip()}” 不在解答区里："
                        "请把它移到 BEGIN SOLUTION 与 END SOLUTION 之间。"
                    )
                if starter is not None:
                    raise StarterError("一个解答区里只能有一个 ### BEGIN STARTER。")
                starter = []
            elif self.end_solution_delimeter in line and region is not None:
                found = found or starter is not None
                kept += [*region, line] if starter is None else starter
                region = None
            elif starter is not None and region is not None:
                starter.append(_uncommented(line))
            elif region is not None:
                region.append(line)
            else:
                kept.append(line)
        # an unfinished region is nbgrader's to complain about
        cell.source = "\n".join([*kept, *(region or [])])
        return bool(super()._replace_solution_region(cell, language)) or found


def _uncommented(line: str) -> str:
    """The code that a starter line holds behind `# `; blank lines stay blank."""
    if not line.strip():
        return ""
    match = re.fullmatch(r"(\s*)# ?(.*)", line)
    if match is None:
        raise StarterError(f"起始代码区的每一行都应是注释：请在“{line.strip()}”前加上“# ”。")
    return (match[1] + match[2]).rstrip()


def solved(source: str) -> str:
    r"""A solution cell's source as a student would hand it in: no markers, no starter.

    Example:
        >>> solved("### BEGIN SOLUTION\nx = 1\n### BEGIN STARTER\n# x = 0\n### END SOLUTION")
        'x = 1'

    """
    kept = []
    in_starter = False
    for line in source.split("\n"):
        if "### BEGIN STARTER" in line:
            in_starter = True
        elif "### END SOLUTION" in line:
            in_starter = False
        elif "### BEGIN SOLUTION" not in line and not in_starter:
            kept.append(line)
    return "\n".join(kept)
