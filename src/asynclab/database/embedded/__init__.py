"""The embedded server: MySQL's protocol by mysql-mimic, its SQL by sqlglot over sqlite3.

It runs in a thread and a loop of its own and has no files. What it knows of MySQL is what a course
needs: transactions, affected rows, last row ids, MySQL's error codes and texts, several statements
at once, KILL, SLEEP. It has no row locks: whoever writes locks the whole database until the end of
the transaction. It checks neither lengths nor ranges of values.
"""

from asynclab.database.embedded.server import EmbeddedServer

__all__ = ["EmbeddedServer"]
