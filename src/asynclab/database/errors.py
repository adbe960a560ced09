"""What can go wrong before a client sees the first error of MySQL's own."""


class DatabaseError(RuntimeError):
    """The database is not open, it is open already, or no server of the wanted kind can start."""
