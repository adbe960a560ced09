"""Grading a class: plan, fan out, record, resume."""

from examroom.engine.fanout import on_dask
from examroom.engine.grading import Graded, grade
from examroom.engine.job import Examination, Report, examine_submission

__all__ = ["Examination", "Graded", "Report", "examine_submission", "grade", "on_dask"]
