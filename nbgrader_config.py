"""The course as nbgrader sees it; `nbgrader` commands and Formgrader read this file."""

from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import ClearSolutions
from platformdirs import user_data_path

import examroom
from examroom import ForgetMetadata, StarterRegions, own_programs_first

c = get_config()
here = Path(__file__).resolve().parent
own_programs_first()

c.CourseDirectory.course_id = "asyncio-course"
c.CourseDirectory.root = str(here)
# The reviewable text of an exercise holds its solution: it must never be copied to a student.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "*.md"]

# The exchange lives with the user, not in a system folder. nbgrader wants it to exist beforehand.
# To share it between accounts, point it at a folder that all of them can write.
exchange = Path(user_data_path("asyncio-course")) / "exchange"
exchange.mkdir(parents=True, exist_ok=True)
c.Exchange.root = str(exchange)
# Fetched assignments join the working copies that `course start` makes.
c.Exchange.assignment_dir = str(here / "work")

# Repair exercises start from the broken snippet: the starter regions of a solution cell.
c.GenerateAssignment.preprocessors = [
    StarterRegions if step is ClearSolutions else step
    for step in GenerateAssignment.preprocessors.default()
]
c.GenerateAssignment.preprocessors += [ForgetMetadata]
c.ForgetMetadata.names = ["course", "jupytext"]
c.ClearSolutions.code_stub = {
    "python": '# 在这里写你的代码\nraise NotImplementedError("这一题还没有写")'
}
c.ClearSolutions.text_stub = "（在这里写你的回答）"

# `nbgrader autograde` and Formgrader's button grade in the sandbox, as `course grade` does.
examroom.install()

# What follows is for Validate, which runs a student's own work in a kernel. A cell that hangs is
# interrupted, fails, and the rest of the notebook still runs.
c.Execute.timeout = 20
c.Execute.extra_arguments = ["--log-level=ERROR", "--HistoryManager.hist_file=:memory:"]
c.Execute.interrupt_on_timeout = True
# one that cannot even be interrupted costs its author the cells after it, not the whole notebook
c.Execute.raise_on_iopub_timeout = False
c.Execute.error_on_timeout = {
    "ename": "CellTimeoutError",
    "evalue": "这个单元运行超过 20 秒，已被中断",
    "traceback": ["CellTimeoutError: 这个单元运行超过 20 秒，已被中断"],
}
c.LimitOutput.max_lines = 1000
c.LimitOutput.max_traceback = 100
