"""A private MariaDB (or MySQL) in a temporary folder, for as long as its process lives."""

from asynclab.database.mariadb.binaries import Binaries, MissingServerError, find_server
from asynclab.database.mariadb.private import PrivateServer

__all__ = ["Binaries", "MissingServerError", "PrivateServer", "find_server"]
