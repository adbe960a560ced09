"""The candidate's main loop: one request at a time, one reply to each."""

import base64
import builtins
import random
import socket
import sys
import types
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from asynclab.exam.drive import drive
from asynclab.exam.run import evaluate
from asynclab.findings import explain_failure, failure_of
from asynclab.script import script
from examroom.candidate.channel import Channel
from examroom.candidate.outputs import Stream
from examroom.candidate.probes import RemoteProbe
from examroom.candidate.shell import DESCRIPTORS, OUTPUTS, Cells, no_input

Message = dict[str, Any]


class Candidate:
    """Answers an examiner's requests about one notebook."""

    def __init__(self, connection: socket.socket) -> None:
        self._channel = Channel(connection)
        self._cells = Cells()

    def serve(self) -> None:
        """Answer requests until the examiner has gone."""
        DESCRIPTORS.redirect()
        sys.stdout, sys.stderr = Stream(OUTPUTS, "stdout", 1), Stream(OUTPUTS, "stderr", 2)
        builtins.input = no_input
        sys.path.insert(0, "")  # modules that the student handed in, as in a kernel
        random.seed()  # a fork would draw what its siblings draw
        answers: dict[str, Callable[[Message], Message]] = {
            "files": self._files,
            "cell": self._cell,
            "run": self._run,
            "drive": self._drive,
            "script": self._script,
        }
        while True:
            request = self._channel.receive()
            OUTPUTS.begin()
            reply = answers[request["op"]](request)
            self._channel.send({"id": request["id"], **reply})

    def _files(self, request: Message) -> Message:
        for name, content in request["files"].items():
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(base64.b64decode(content))
        return {}

    def _cell(self, request: Message) -> Message:
        succeeded = self._cells.run(request["source"])
        DESCRIPTORS.collect()
        return {"succeeded": succeeded, "outputs": OUTPUTS.items}

    def _run(self, request: Message) -> Message:
        probes = {name: RemoteProbe(self._channel, request["id"]) for name in request["probes"]}
        values = request["values"] | probes
        transcript = evaluate(request["expression"], self._cells.shell.user_ns, values)
        return {"transcript": transcript.to_json()}

    def _drive(self, request: Message) -> Message:
        names = self._cells.shell.user_ns
        try:
            return {"moves": drive(request["expression"], request["moves"], namespace=names)}
        except BaseException as error:
            findings = [asdict(finding) for finding in explain_failure(error, names)]
            return {"failure": asdict(failure_of(error)), "findings": findings}

    def _script(self, request: Message) -> Message:
        result = script(request["source"], timeout=request["timeout"])
        return {"status": result.status, "printed": result.printed, "errors": result.errors}


def serve(connection: socket.socket) -> None:
    """Be a candidate on this connection; returns never."""
    candidate = Candidate(connection)
    module: types.ModuleType = candidate._cells.shell.user_module
    module.__name__ = "__main__"
    sys.modules["__main__"] = module  # what pickled functions and classes of the cells refer to
    sys.argv = [""]
    candidate.serve()
