"""`python -m course`, for where the `course` command is not on the PATH."""

from course.cli import main

main()
