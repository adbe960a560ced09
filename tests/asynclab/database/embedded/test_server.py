import asyncio
import gc
import socket
import struct
import threading

import pytest

from asynclab.database import Database
from asynclab.database.embedded import session
from asynclab.database.embedded.server import EmbeddedServer
from tests.asynclab.database.conftest import connected, refused, rows


def test_leaving_while_clients_are_still_coming() -> None:
    for _ in range(20):
        with Database("embedded") as database:
            address = (database.host, database.port)
            clients = [socket.create_connection(address) for _ in range(20)]
        for client in clients:
            client.close()
    gc.collect()


def test_who_does_not_speak_mysql_disturbs_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    async def main(database: Database) -> object:
        async with connected(database) as connection:
            return await rows(connection, "SELECT 1")

    with Database("embedded") as database:
        for said in (b"", b"G", b"GET / HTTP/1.1\r\n\r\n", struct.pack("<I", 5) + b"\xff" * 5):
            with socket.create_connection((database.host, database.port)) as client:
                client.sendall(said)
                client.shutdown(socket.SHUT_WR)
                while client.recv(4096):
                    pass
        assert asyncio.run(main(database)) == [(1,)]
    assert capfd.readouterr().err == ""


def test_a_command_that_it_does_not_know_is_an_error() -> None:
    async def main(database: Database) -> object:
        async with connected(database) as connection:
            await connection.ping()
            await connection.select_db(database.name)
            await connection._execute_command(0x1A, b"")
            return await refused(connection._read_ok_packet())

    with Database("embedded") as database:
        assert asyncio.run(main(database)) == 1235


def test_what_it_stumbles_over_is_the_clients_to_see(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main(database: Database) -> object:
        async with connected(database) as connection:
            codes = [await refused(rows(connection, "SELECT 1"))]
            monkeypatch.undo()
            return codes, await rows(connection, "SELECT 1")

    def stumble(statement: str) -> None:
        if "SELECT" in statement:
            raise AssertionError(statement)

    monkeypatch.setattr(session, "parse", stumble)
    with Database("embedded") as database:
        assert asyncio.run(main(database)) == ([1105], [(1,)])


ENDLESS = "WITH RECURSIVE c AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c"


def test_a_statement_that_begins_after_the_end_was_asked_for_is_broken_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsing, asked = threading.Event(), threading.Event()
    parse, stop = session.parse, EmbeddedServer.stop

    def late(statement: str) -> object:
        if statement == ENDLESS:
            parsing.set()
            asked.wait(60)
        return parse(statement)

    def asking(server: EmbeddedServer) -> None:
        stop(server)
        asked.set()

    async def main() -> object:
        async with Database("embedded") as database, connected(database) as connection:
            computing = asyncio.create_task(refused(rows(connection, ENDLESS)))
            await asyncio.to_thread(parsing.wait, 60)
            monkeypatch.setattr(EmbeddedServer, "stop", asking)
            await asyncio.to_thread(database.close)
            return await computing

    monkeypatch.setattr(session, "parse", late)
    assert asyncio.run(main()) in (1317, 2013)


def test_endless_computing_does_not_keep_it_open() -> None:
    async def main() -> object:
        async with Database("embedded") as database, connected(database) as connection:
            computing = asyncio.create_task(refused(rows(connection, ENDLESS)))
            await asyncio.sleep(0.05)  # should it not have begun, there is nothing to break off
            await asyncio.to_thread(database.close)
            return await computing

    assert asyncio.run(main()) in (1317, 2013)
