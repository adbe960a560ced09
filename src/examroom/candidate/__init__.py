"""The untrusted side: runs one submission's cells and answers in JSON.

Everything in this package shares a process with the student's code and is at its mercy. It imports
nothing of the rest of `examroom`, and nothing here decides about marks.
"""
