"""One client's conversation with the server, from greeting to farewell."""

import asyncio
from contextlib import suppress
from typing import Any

from mysql_mimic.auth import (  # type: ignore[import-untyped]
    IdentityProvider,
    NativePasswordAuthPlugin,
    User,
)
from mysql_mimic.connection import Connection  # type: ignore[import-untyped]
from mysql_mimic.control import LocalControl  # type: ignore[import-untyped]
from mysql_mimic.errors import MysqlError as _MysqlError  # type: ignore[import-untyped]
from mysql_mimic.packets import parse_com_init_db, parse_com_query  # type: ignore[import-untyped]
from mysql_mimic.results import ResultSet  # type: ignore[import-untyped]
from mysql_mimic.stream import ConnectionClosed, MysqlStream  # type: ignore[import-untyped]
from mysql_mimic.types import Commands, ServerStatus  # type: ignore[import-untyped]

from asynclab.database.embedded import errors
from asynclab.database.embedded.errors import MysqlError
from asynclab.database.embedded.session import Session
from asynclab.database.embedded.statements import split
from asynclab.database.server import Account


class _Password(NativePasswordAuthPlugin):  # type: ignore[misc]
    """Refuses as MySQL does, before it says that somebody may come in."""

    def __init__(self, session: Session, databases: Any) -> None:
        self._session, self._databases = session, databases

    def password_matches(self, user: User, scramble: bytes, nonce: bytes) -> bool:
        if not (user.auth_string and super().password_matches(user, scramble, nonce)):
            raise MysqlError(
                errors.ACCESS_DENIED,
                f"Access denied for user '{user.name}'@'127.0.0.1' "
                f"(using password: {'YES' if scramble else 'NO'})",
            )
        if self._session.database:
            _ = self._databases[self._session.database]  # 1049
        return True


class _Door(IdentityProvider):  # type: ignore[misc]
    """Knows the one account."""

    def __init__(self, account: Account, password: _Password) -> None:
        self._account, self._password = account, password

    def get_plugins(self) -> list[NativePasswordAuthPlugin]:
        return [self._password]

    async def get_user(self, username: str) -> User:
        known = username == self._account.user
        secret = self._password.create_auth_string(self._account.password) if known else None
        return User(name=username, auth_string=secret, auth_plugin=self._password.name)


class Client(Connection):  # type: ignore[misc]
    """Serves one connection.

    Args:
        stream: what is read from and written to.
        session: executes the statements.
        account: whom it lets in.
        databases: what there is, by name.
    """

    def __init__(
        self, stream: MysqlStream, session: Session, account: Account, databases: Any
    ) -> None:
        door = _Door(account, _Password(session, databases))
        super().__init__(stream, session, LocalControl(), door)
        self.connection_id = session.number
        self._statement: asyncio.Task[Any] | None = None

    async def refuse(self, refused: _MysqlError) -> None:
        """Say what is wrong."""
        await self.stream.write(self.error(msg=refused.msg, code=refused.code))

    async def converse(self) -> None:
        """Talk until the client leaves."""
        with suppress(ConnectionClosed, ConnectionError, asyncio.IncompleteReadError):
            try:
                self.status_flags = self.session.status
                await self.connection_phase()
                if self.session.database:
                    await self.session.use(self.session.database)
            except _MysqlError as refused:
                await self.refuse(refused)
                return
            while await self._command(await self.stream.read()):
                self.stream.reset_seq()

    def break_off(self) -> None:
        """End the statement that is being executed, if there is one; the client is told."""
        if self._statement is not None:
            self._statement.cancel()

    async def _command(self, data: bytes) -> bool:
        """Answer one packet; False when the client leaves."""
        command, rest = data[0], data[1:]
        if command == Commands.COM_QUIT:
            return False
        try:
            if command == Commands.COM_QUERY:
                sql = parse_com_query(self.capabilities, self.client_charset, rest).sql
                await self._query(sql)
            elif command == Commands.COM_INIT_DB:
                await self.session.use(parse_com_init_db(self.client_charset, rest))
                await self._ok()
            elif command == Commands.COM_PING:
                await self._ok()
            elif command == Commands.COM_PROCESS_KILL:
                self.session.kill(int.from_bytes(rest[:4], "little"), False)
                await self._ok()
            else:
                raise MysqlError(errors.NOT_SUPPORTED, f"Unknown command {command}")
        except _MysqlError as error:
            await self.refuse(error)
        except Exception as error:  # a statement that this server stumbles over, not the client
            await self.refuse(MysqlError(errors.UNKNOWN_ERROR, repr(error)))
        return True

    async def _query(self, sql: str) -> None:
        statements = list(split(sql))
        if not statements:
            raise MysqlError(errors.EMPTY_QUERY, "Query was empty")
        for left, statement in zip(reversed(range(len(statements))), statements, strict=True):
            self._statement = asyncio.create_task(self.session.execute(statement))
            try:
                answer = await self._statement
            except asyncio.CancelledError:
                if _cancelling():
                    raise  # the whole conversation is to end
                raise MysqlError(errors.INTERRUPTED, "Query execution was interrupted") from None
            finally:
                self._statement = None
            more = ServerStatus.SERVER_MORE_RESULTS_EXISTS if left else ServerStatus(0)
            self.status_flags = self.session.status | more
            if answer.columns:
                await self.write_text_resultset(ResultSet(answer.rows, answer.columns))
            else:
                await self._ok(answer.affected, answer.last_id, answer.warnings)

    async def _ok(self, affected: int = 0, last_id: int = 0, warnings: int = 0) -> None:
        packet = self.ok(affected_rows=affected, last_insert_id=last_id, warnings=warnings)
        await self.stream.write(packet)


def _cancelling() -> bool:
    task = asyncio.current_task()
    return task is not None and bool(task.cancelling())
