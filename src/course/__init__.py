"""The `course` command: a thin face over the lab bench and the grading engine."""
