"""Mutation of reference solutions: do an assignment's checks notice when one is spoilt?"""

from course.mutation.mutants import Mutant, mutants
from course.mutation.survey import ENOUGH, Survey, survey

__all__ = ["ENOUGH", "Mutant", "Survey", "mutants", "survey"]
