"""The `course` command: one module for each kind of user."""

from course.cli import authoring, grading, learning
from course.cli.app import app, main

__all__ = ["app", "authoring", "grading", "learning", "main"]
