"""Examine many submissions: one after another here, or at once on Dask workers."""

import contextlib
import logging
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from examroom.engine.job import Examination, examine_submission
from examroom.errors import ClusterError, SandboxError
from examroom.examiner import Pool
from examroom.paper import Paper
from examroom.sandbox import Bare, Sandbox
from examroom.submission import Submission

# A submission whose worker was lost is given to another one this often.
RETRIES = 3
CONNECT_S = 20
# Nobody looks at a cluster that lives for seconds: what Dask measures and shows of it costs time.
_UNOBSERVED = {
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.admin.system-monitor.interval": "1h",
    "distributed.worker.profile.enabled": False,
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}

Outcome = tuple[str, Examination | Exception]


class ExamineAll(Protocol):
    """Examines submissions; gives each student's outcome as soon as it is there."""

    def __call__(self, submissions: Iterable[Submission]) -> Iterator[Outcome]:
        """SandboxError is raised, as it concerns all; another error is the outcome of its own."""


def hosts(sandboxed: bool) -> Pool:
    """A pool of sandboxes, or of bare processes."""
    return Pool(Sandbox if sandboxed else Bare)


@contextmanager
def inline(paper: Paper, *, sandboxed: bool) -> Iterator[ExamineAll]:
    """One after another, in this process: for the few that one command of nbgrader's grades."""
    pool = hosts(sandboxed)

    def examine_all(submissions: Iterable[Submission]) -> Iterator[Outcome]:
        for submission in submissions:
            try:
                done = examine_submission(paper, submission, pool, sandboxed=sandboxed)
            except SandboxError:
                raise
            except Exception as error:
                yield submission.student, error
            else:
                yield submission.student, done

    try:
        yield examine_all
    finally:
        pool.close()


@contextmanager
def on_dask(paper: Paper, scheduler: str | None, *, sandboxed: bool) -> Iterator[ExamineAll]:
    """At once, on a cluster in this process or on the workers of a running scheduler.

    Args:
        paper: what to examine by.
        scheduler: a Dask scheduler's address, such as `tcp://host:8786`; None for a cluster of as
            many threads as this machine has processors.
        sandboxed: whether candidates live in sandboxes.

    Raises:
        ClusterError: Dask is not installed, or the scheduler cannot be reached.
        SandboxError: no sandbox can be had (with a cluster of workers: from the first result).
    """
    connect = _import_dask()
    with connect(scheduler, paper, sandboxed) as (client, room):

        def examine_all(submissions: Iterable[Submission]) -> Iterator[Outcome]:
            slots = sum(client.nthreads().values())
            yield from _as_they_come(client, room, submissions, slots)

        yield examine_all


def _as_they_come(
    client: Any, room: str, submissions: Iterable[Submission], slots: int
) -> Iterator[Outcome]:
    """Keep every worker busy, and no more submissions under way than that takes."""
    from distributed import as_completed

    waiting = iter(submissions)
    names: dict[str, str] = {}

    def send() -> Any:
        submission = next(waiting, None)
        if submission is None:
            return None
        future = client.submit(_on_worker, room, submission, pure=False, retries=RETRIES)
        names[future.key] = submission.student
        return future

    first = [future for _ in range(3 * slots) if (future := send()) is not None]
    if not first:
        return
    results = as_completed(first)
    for future in results:
        error = future.exception()
        if isinstance(error, SandboxError):
            raise error
        outcome = error if error is not None else future.result()
        student = names.pop(future.key)
        future.release()
        if (following := send()) is not None:
            results.add(following)
        yield student, outcome


def _on_worker(room: str, submission: Submission) -> Examination:
    from distributed import get_worker

    examination: Examination = get_worker().plugins[room].examine(submission)
    return examination


Connected = AbstractContextManager[tuple[Any, str]]


def _import_dask() -> Callable[[str | None, Paper, bool], Connected]:
    """How to connect to workers; Dask takes most of a second to import."""
    try:
        import dask
        from distributed import Client, LocalCluster, WorkerPlugin
    except ImportError as error:
        raise ClusterError(
            "没有安装 Dask（distributed），批改全班要用它。"
            "请在课程文件夹里运行 make setup，或 pip install distributed pyseccomp。"
        ) from error

    # of a worker that is lost, or a run that is stopped, the user hears from us
    logging.getLogger("distributed").setLevel(logging.ERROR)
    # where Ctrl-C comes before the request it breaks off has begun
    logging.getLogger("tornado.application").setLevel(logging.CRITICAL)

    class Room(WorkerPlugin):  # type: ignore[misc]
        """What a worker has from the first submission to the last: the paper and warm hosts."""

        def __init__(self, paper: Paper, sandboxed: bool) -> None:
            self.name = f"examroom-{secrets.token_hex(4)}"
            self.paper, self.sandboxed = paper, sandboxed

        def setup(self, worker: Any) -> None:
            self.pool = hosts(self.sandboxed)

        def teardown(self, worker: Any) -> None:
            self.pool.close()

        def examine(self, submission: Submission) -> Examination:
            return examine_submission(self.paper, submission, self.pool, sandboxed=self.sandboxed)

    @contextmanager
    def connect(scheduler: str | None, paper: Paper, sandboxed: bool) -> Iterator[tuple[Any, str]]:
        with contextlib.ExitStack() as stack:
            stack.enter_context(dask.config.set(_UNOBSERVED))
            cluster = scheduler or stack.enter_context(
                LocalCluster(
                    n_workers=1,
                    threads_per_worker=os.cpu_count() or 1,
                    processes=False,
                    # nobody else's business, and any port, as several may grade at once
                    dashboard_address="127.0.0.1:0",
                    worker_dashboard_address="127.0.0.1:0",
                    scheduler_kwargs={"dashboard": False},
                    memory_limit=0,  # it would be this process's own memory
                )
            )
            try:
                client = stack.enter_context(Client(cluster, timeout=CONNECT_S))
                client.wait_for_workers(1, timeout=CONNECT_S)
            except (OSError, TimeoutError) as error:
                raise ClusterError(
                    f"连不上 Dask 调度器 {scheduler}，或者它没有工作进程（{error}）："
                    "请先运行 dask scheduler，再在每台机器上运行 dask worker tcp://…:8786。"
                ) from error
            room = Room(paper, sandboxed)
            client.register_plugin(room)
            stack.callback(client.unregister_worker_plugin, room.name)
            yield client, room.name

    return connect
