"""What can go wrong with serving itself; errors of endpoints are answers with status 500."""


class ServeError(RuntimeError):
    """The server is not open, it is open already, or it could not be opened."""


class PortError(ServeError):
    """The port that was asked for cannot be had."""


class StartupError(ServeError):
    """The application's lifespan failed before its `yield`; its error is the cause."""


class ShutdownError(ServeError):
    """The application's lifespan failed after its `yield`; its error is the cause."""
