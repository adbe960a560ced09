"""A warm interpreter inside the sandbox, from which candidates are forked in milliseconds.

It runs no student's code, holds no secret (a candidate begins as a copy of its memory), and every
candidate lives in namespaces of its own, so that it cannot see the zygote.
"""
