"""The benchmark runs, and ends with the line that is read from it."""

import json
import subprocess
import sys

from examroom import CourseFolder

FIELDS = {
    "students",
    "plain_s",
    "parallel_plain_s",
    "course_s",
    "ratio",
    "cpu_per_submission_s",
    "grades_equal",
}


def test_a_small_class_is_graded_in_three_ways_with_equal_grades(project: CourseFolder) -> None:
    command = [sys.executable, "benchmarks/grading.py", "--students", "2", "--json"]
    done = subprocess.run(
        command, cwd=project.root, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    *table, last = done.stdout.splitlines()
    figures = json.loads(last)
    assert figures.keys() == FIELDS
    assert figures["students"] == 2
    assert figures["grades_equal"] is True
    assert "nbgrader autograde" in "".join(table)
    # the progress goes elsewhere
    assert "准备" in done.stderr
