"""Which server it is to be.

ASYNCLAB_DATABASE=embedded hides a MariaDB that is there, so that a chapter can be run on both
servers: `ASYNCLAB_DATABASE=embedded pytest --nbval … notebooks/17-mysql.ipynb`.
"""

import asyncio
import os
from typing import Literal, cast, get_args

from asynclab.database.errors import DatabaseError
from asynclab.database.mariadb.binaries import MissingServerError, find_server
from asynclab.database.server import Account, Server
from asynclab.exam.room import current_room, running_here

VARIABLE = "ASYNCLAB_DATABASE"
Wish = Literal["mariadb", "embedded"] | None
_KINDS = get_args(Literal["mariadb", "embedded"])


def wish(server: str | None) -> Wish:
    """What was asked for, here or in the environment.

    Raises:
        DatabaseError: there is no such kind of server.
    """
    asked = server if server is not None else os.environ.get(VARIABLE) or None
    if asked is not None and asked not in _KINDS:
        raise DatabaseError(f"没有 {asked!r} 这种数据库：可以写 'mariadb' 或 'embedded'")
    return cast(Wish, asked)


def start(wished: Wish, account: Account, around: asyncio.AbstractEventLoop | None) -> Server:
    """Start the wished server, or the first that can be had.

    A check's database is always the embedded one: it can answer in the network of the student's
    code, and is the same for everybody.

    Raises:
        DatabaseError: the wished server cannot be had.
    """
    graded = current_room() is not None and not running_here()
    if graded and wished == "mariadb":
        raise DatabaseError("批改时只有内置的数据库：请写 Database() 或 Database('embedded')")
    if not graded and wished != "embedded":
        from asynclab.database.mariadb import PrivateServer

        try:
            return PrivateServer(find_server(), account)
        except MissingServerError as missing:
            if wished == "mariadb":
                raise DatabaseError(str(missing)) from missing
        except DatabaseError:
            if wished == "mariadb":
                raise
    from asynclab.database.embedded import EmbeddedServer

    return EmbeddedServer(account, around)
