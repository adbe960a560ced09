import asyncio
import gc
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from asynclab.database import Database, DatabaseError, choice
from asynclab.database.mariadb import Binaries, MissingServerError, find_server
from asynclab.exam import run, script
from asynclab.exam.room import Room, entered
from tests.asynclab.database.conftest import connected, need_mariadb, rows

ENDINGS = [ValueError, KeyboardInterrupt, asyncio.CancelledError]
KINDS = ["mariadb", "embedded"]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    if request.param == "mariadb":
        need_mariadb()
    return str(request.param)


def folders() -> list[str]:
    return [path.name for path in Path(tempfile.gettempdir()).glob("asynclab-database-*")]


@pytest.fixture(autouse=True)
def _nothing_is_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No folder and no thread after any of these tests; MariaDB cannot live without its folder."""
    monkeypatch.delenv(choice.VARIABLE, raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    yield
    gc.collect()
    assert folders() == []
    assert [each.name for each in threading.enumerate() if "asynclab" in each.name] == []


def refuses(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return True
    return False


async def answer(database: Database) -> object:
    async with connected(database) as connection:
        return (await rows(connection, "SELECT 'here'"))[0][0]


# Opening


def test_it_is_open_in_a_with(kind: str) -> None:
    with Database(kind) as database:
        assert database.kind == {"mariadb": find_server().kind, "embedded": "内置"}[kind]
        assert database.row_locks == (kind == "mariadb")
        assert database.host == "127.0.0.1"
        assert asyncio.run(answer(database)) == "here"


def test_it_is_open_in_an_async_with(kind: str) -> None:
    async def main() -> None:
        async with Database(kind) as database:
            port = database.port
            assert await answer(database) == "here"
        assert refuses(port)

    asyncio.run(main())


def test_it_is_open_until_it_is_closed(kind: str) -> None:
    database = Database(kind).open()
    port = database.port
    assert asyncio.run(answer(database)) == "here"
    database.close()
    database.close()
    assert refuses(port)


def test_it_can_be_opened_again_and_is_empty(kind: str) -> None:
    async def create() -> object:
        async with connected(database) as connection:
            before = await rows(connection, "SHOW TABLES")
            await rows(connection, "CREATE TABLE t (a INT)")
            return before

    database = Database(kind)
    for _ in range(2):
        with database:
            assert asyncio.run(create()) == []


def test_it_cannot_be_opened_twice() -> None:
    with Database("embedded") as database, pytest.raises(DatabaseError, match="已经开着"), database:
        pass
    with pytest.raises(DatabaseError, match="还没有打开"):
        _ = database.kind


def test_two_at_once_know_nothing_of_each_other(kind: str) -> None:
    with Database(kind) as one, Database(kind) as other:
        assert one.port != other.port
        assert one.password != other.password
        assert asyncio.run(answer(one)) == asyncio.run(answer(other)) == "here"


# Choosing


def test_the_environment_hides_mariadb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(choice.VARIABLE, "embedded")
    with Database() as database:
        assert database.kind == "内置"


@pytest.mark.parametrize("server", ["sqlite", "MariaDB"])
def test_there_are_two_kinds(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DatabaseError, match=f"没有 '{server}' 这种数据库"):
        Database(server)
    monkeypatch.setenv(choice.VARIABLE, server)
    with pytest.raises(DatabaseError, match=server):
        Database()


def test_without_mariadb_it_is_the_embedded_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Binaries:
        raise MissingServerError("没有找到")

    monkeypatch.setattr(choice, "find_server", missing)
    with Database() as database:
        assert database.kind == "内置"
    with pytest.raises(DatabaseError, match="没有找到"):
        Database("mariadb").open()


def test_a_mariadb_that_does_not_start_is_as_good_as_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "mariadbd"
    broken.write_text("#!/bin/sh\necho 'no space left' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(choice, "find_server", lambda: Binaries(broken, Path("/bin/true")))
    with Database() as database:
        assert database.kind == "内置"
    with pytest.raises(DatabaseError, match="no space left"):
        Database("mariadb").open()


class Examiner(Room):
    """A room whose network is this machine's."""

    def listener(self) -> socket.socket:
        self.listening = socket.create_server(("127.0.0.1", 0))
        return self.listening


def test_a_checks_database_answers_where_the_students_code_is() -> None:
    room = Examiner()
    with entered(room):
        with Database() as database:
            assert database.kind == "内置"
            assert database.port == room.listening.getsockname()[1]
            assert asyncio.run(answer(database)) == "here"
        with pytest.raises(DatabaseError, match="批改时"):
            Database("mariadb").open()


# Leaving


@pytest.mark.parametrize("ending", ENDINGS)
def test_it_is_closed_whatever_happens(kind: str, ending: type[BaseException]) -> None:
    ports = []

    def main() -> None:
        with Database(kind) as database:
            ports.append(database.port)
            raise ending

    async def async_main() -> None:
        async with Database(kind) as database:
            ports.append(database.port)
            raise ending

    with pytest.raises(ending):
        main()
    with pytest.raises(ending):
        asyncio.run(async_main())
    assert list(map(refuses, ports)) == [True, True]


def test_a_task_that_is_cancelled_while_it_opens_leaves_nothing(kind: str) -> None:
    async def main() -> None:
        async def opening() -> None:
            async with Database(kind):
                raise AssertionError("not reached")

        task = asyncio.create_task(opening())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())


def test_leaving_breaks_off_what_is_under_way(kind: str) -> None:
    async def main() -> object:
        async with Database(kind) as database, connected(database) as connection:
            sleeping = asyncio.create_task(rows(connection, "SELECT SLEEP(1000)"))
            async with connected(database) as other:
                await rows(other, "SELECT 1")
            await asyncio.to_thread(database.close)
            (error,) = await asyncio.gather(sleeping, return_exceptions=True)
            return error.args[0]

    assert asyncio.run(main()) == 2013


def test_who_forgets_it_closes_it(kind: str) -> None:
    database = Database(kind).open()
    port = database.port
    del database
    gc.collect()
    assert refuses(port)


FORKING = """
import gc, os, socket, sys
from asynclab.database import Database
database = Database(sys.argv[1]).open()
pid = os.fork()
if pid == 0:
    database.close()
    del database
    gc.collect()
    raise SystemExit
os.waitpid(pid, 0)
with socket.create_connection((database.host, database.port)) as connection:
    print(len(connection.recv(1)))
"""


def test_a_forked_process_does_not_end_it(kind: str) -> None:
    told = subprocess.run([sys.executable, "-c", FORKING, kind], capture_output=True, text=True)
    assert (told.stdout, told.returncode) == ("1\n", 0)


LIVING = """
import os, sys, time
from asynclab.database import Database
database = Database(sys.argv[1]).open()
print(database.port, flush=True)
time.sleep(1000)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_process_that_is_killed_leaves_nothing(kind: str, number: signal.Signals) -> None:
    living = subprocess.Popen(
        [sys.executable, "-c", LIVING, kind], stdout=subprocess.PIPE, text=True
    )
    with living:
        assert living.stdout is not None
        port = int(living.stdout.readline())
        assert not refuses(port)
        living.send_signal(number)
        living.wait()
    _until_gone(port)


def test_an_interrupt_of_the_kernels_group_does_not_end_it(kind: str) -> None:
    source = f"""
import os, signal
from asynclab.database import Database
with Database({kind!r}) as database:
    try:
        os.killpg(0, signal.SIGINT)
        signal.pause()
    except KeyboardInterrupt:
        pass
    import socket
    with socket.create_connection((database.host, database.port)) as connection:
        print(len(connection.recv(1)))
"""
    living = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, start_new_session=True
    )
    assert (living.stdout, living.stderr) == ("1\n", "")


def _until_gone(port: int) -> None:
    """Wait for what the server's keeper does in its own time."""
    pause = threading.Event()
    while folders() or not refuses(port):
        pause.wait(0.01)


SCRIPT = """
import asyncio, sys, threading, aiomysql
from asynclab.database import Database
async def query(database):
    connection = await aiomysql.connect(host=database.host, port=database.port,
        user=database.user, password=database.password, db=database.name)
    async with connection, connection.cursor() as cursor:
        await cursor.execute("SELECT 1")
        return await cursor.fetchall()
async def main():
    async with Database(KIND) as database:
        print(await query(database))
asyncio.run(main())
with Database(KIND) as database:
    pass
print([thread.name for thread in threading.enumerate()])
"""


def test_a_script_in_development_mode_has_nothing_to_complain_about(kind: str) -> None:
    result = script(SCRIPT.replace("KIND", repr(kind)), timeout=60)
    assert [each for each in result.errors if not each.startswith("Executing")] == []
    assert result.printed == ("((1,),)", "['MainThread']")


def test_it_needs_its_libraries_only_when_it_is_opened() -> None:
    source = "import sys, asynclab.database\nprint({'pymysql', 'mysql_mimic'} & {*sys.modules})"
    assert script(source).printed == ("set()",)


def test_a_script_may_forget_to_close_it(kind: str) -> None:
    source = f"from asynclab.database import Database\nprint(Database({kind!r}).open().host)"
    assert script(source, timeout=60).printed == ("127.0.0.1",)
    forgotten = source.replace("print(", "kept = (").replace(".host)", ")")
    result = script(forgotten, timeout=60)
    assert (result.errors, result.status) == ((), 0)


APPLIED = """
import asyncio, nest_asyncio
async def apply():
    nest_asyncio.apply()
asyncio.run(apply())
"""
NESTED = """
async def nested():
    with Database(KIND) as database:
        print(asyncio.run(query(database)))
asyncio.run(nested())
"""


def test_it_works_beside_nest_asyncio(kind: str) -> None:
    result = script((APPLIED + SCRIPT + NESTED).replace("KIND", repr(kind)), timeout=60)
    assert [line for line in result.printed if "Thread" not in line] == ["((1,),)"] * 2
    assert result.status == 0


# On the virtual clock


def test_a_virtual_run_really_waits_for_it(kind: str) -> None:
    async def main() -> float:
        await asyncio.sleep(1_000_000)
        async with connected(database) as connection:
            await rows(connection, "SELECT SLEEP(0.02)")
        return asyncio.get_running_loop().time()

    with Database(kind) as database:
        t = run("main()", namespace={"main": main})
    assert t.error is None
    assert t.elapsed > 1_000_000


def test_one_that_the_program_opens_lets_time_jump(kind: str) -> None:
    async def main() -> object:
        async with Database(kind) as database:
            await asyncio.sleep(1_000_000)
            return await answer(database)

    t = run("main()", namespace={"main": main})
    assert t.error is None
    assert t.findings == ()
    assert (t.value, t.elapsed > 1_000_000) == ("here", True)


def test_a_deadlock_beside_an_open_database_is_noticed(kind: str) -> None:
    async def main() -> None:
        with Database(kind):
            await asyncio.Event().wait()

    t = run("main()", namespace={"main": main})
    assert [finding.code for finding in t.findings] == ["deadlock"]
