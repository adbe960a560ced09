"""Serve a FastAPI application, or any other ASGI application, on the loop that runs already.

In a notebook the kernel's loop runs all the time, so that `uvicorn.run` cannot start one. `serve`
runs uvicorn as a task of that loop for the length of an `async with`. `import asynclab` does not
import this package, nor uvicorn.
"""

from asynclab.site.counters import Visit
from asynclab.webapp.errors import PortError, ServeError, ShutdownError, StartupError
from asynclab.webapp.serving import WebServer, serve

__all__ = [
    "PortError",
    "ServeError",
    "ShutdownError",
    "StartupError",
    "Visit",
    "WebServer",
    "serve",
]
