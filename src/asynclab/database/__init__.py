"""MySQL for chapter 17, on this machine alone: a private MariaDB, else an embedded server.

Both speak MySQL's protocol on a free port of 127.0.0.1, both know nothing but one empty database
and one user, and nothing of either is left when it is closed or its process ends.
"""

from asynclab.database.database import Database
from asynclab.database.errors import DatabaseError

__all__ = ["Database", "DatabaseError"]
