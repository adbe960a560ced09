"""One client's session: its transaction, its variables, and what its statements do."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from mysql_mimic.session import BaseSession  # type: ignore[import-untyped]
from mysql_mimic.types import ServerStatus  # type: ignore[import-untyped]
from mysql_mimic.variables import (  # type: ignore[import-untyped]
    SYSTEM_VARIABLES,
    GlobalVariables,
    SessionVariables,
)
from sqlglot import exp

from asynclab.database.embedded import errors, functions, shows
from asynclab.database.embedded.control import Control, control
from asynclab.database.embedded.errors import MysqlError, translated
from asynclab.database.embedded.execution import DEFINITIONS, Answer, Warnings, define, run
from asynclab.database.embedded.statements import parse
from asynclab.database.embedded.store import Image, Store
from asynclab.database.embedded.view import View

_PATIENCE_S = 5.0
_VARIABLES = {
    **SYSTEM_VARIABLES,
    "version": (str, functions.VERSION, False),
    "transaction_isolation": (str, "REPEATABLE-READ", True),
    "tx_isolation": (str, "REPEATABLE-READ", True),
}


class Session(BaseSession):  # type: ignore[misc]
    """Executes the statements of one client.

    Args:
        store: the databases.
        number: the connection's number.
        kill: ends another connection, or only its statement, by its number.
    """

    def __init__(self, store: Store, number: int, kill: Callable[[int, bool], None]) -> None:
        self.variables = SessionVariables(GlobalVariables(_VARIABLES))
        self.username: str | None = None
        self.database: str | None = None
        self.number, self._store, self.kill = number, store, kill
        self.affected = self.last_id = 0
        self._warnings: Warnings = []
        self._autocommit, self._begun, self._patience = True, False, _PATIENCE_S
        self._view = View(Image(""), self._prepare)

    @property
    def status(self) -> ServerStatus:
        """What the client is told each time: autocommit, and whether a transaction has begun."""
        status = ServerStatus(0)
        if self._autocommit:
            status |= ServerStatus.SERVER_STATUS_AUTOCOMMIT
        if self._begun or self._view.reading or self._view.writing:
            status |= ServerStatus.SERVER_STATUS_IN_TRANS
        return status

    async def use(self, database: str) -> None:
        """Make another database the current one, which ends no transaction in MySQL, but here.

        Raises:
            MysqlError: 1049, there is no such database.
        """
        image = self._store[database]
        if image is self._view.image:
            return
        self._end(commit=True)
        self._view.close()
        self.database, self._view = database, View(image, self._prepare)

    async def close(self) -> None:
        """Roll back and forget everything."""
        self._view.close()

    def interrupt(self) -> None:
        """Break off what SQLite is doing; from any thread."""
        with suppress(sqlite3.ProgrammingError):  # it has just been closed
            self._view.sqlite.interrupt()

    async def execute(self, statement: str) -> Answer:
        """Do what one statement says.

        Raises:
            MysqlError: it cannot be done.
        """
        told = control(statement)
        if told is None or told.word != "show":
            self._warnings = []
        try:
            answer = await (self._obey(told, statement) if told else self._execute(statement))
        except sqlite3.Error as error:
            raise translated(error, self._view.image.name) from error
        self.affected = -1 if answer.columns else answer.affected
        self.last_id = answer.last_id or self.last_id
        answer.warnings = len(self._warnings)
        return answer

    async def _execute(self, statement: str) -> Answer:
        tree, view = parse(statement), self._view
        touches = tree.find(exp.Table) is not None
        if touches and self.database is None:
            raise MysqlError(errors.NO_DATABASE, "No database selected")
        if isinstance(tree, DEFINITIONS):  # a transaction of its own, which ends another
            self._end(commit=True)
            await view.write(self._patience)
            with view.all_or_nothing():
                self._warnings = define(tree, view, self._variable)
            return Answer()
        hold = self._begun or not self._autocommit
        if isinstance(tree, exp.Query) and not (hold and tree.args.get("locks")):
            view.read(hold=hold and touches)
            return await run(statement, tree, view, self._variable)
        await view.write(self._patience)
        if hold:
            return await run(statement, tree, view, self._variable)
        with view.all_or_nothing():
            return await run(statement, tree, view, self._variable)

    async def _obey(self, told: Control, statement: str) -> Answer:
        """A statement about the session itself."""
        match told.word:
            case "begin":
                self._end(commit=True)
                self._begun = True
            case "commit" | "rollback":
                self._end(commit=told.word == "commit")
            case "savepoint":
                if self._view.writing or self._begun or not self._autocommit:
                    await self._view.write(self._patience)
                    self._view.sqlite.execute(statement)
            case "autocommit":
                self._autocommit = told.value.upper() in ("1", "ON", "TRUE")
                if self._autocommit:
                    self._end(commit=True)
            case "patience":
                self._patience = float(told.value)
            case "use":
                await self.use(told.value)
            case "kill":
                self.kill(int(told.value), told.query)
            case "do":
                await asyncio.sleep(float(told.value))
            case "databases":
                return Answer(affected=int(self._create_or_drop(told)))
            case "show":
                return self._shown(told)
            case "describe":
                self._view.read(hold=False)
                return Answer.table(*shows.describe(told.value, self._view.sqlite))
        return Answer()

    def _create_or_drop(self, told: Control) -> bool:
        """CREATE or DROP DATABASE; whether there was anything to do."""
        self._end(commit=True)
        try:
            if told.value.lower() == "create":
                self._store.create(told.name)
            else:
                self._store.drop(told.name)
        except MysqlError as error:
            if not told.condition:
                raise
            self._warnings.append(("Note", error.code, error.msg))
            return False
        return True

    def _shown(self, told: Control) -> Answer:
        self._view.read(hold=False)
        return Answer.table(
            *shows.show(
                told.value,
                databases=self._store.images,
                warnings=self._warnings,
                database=self.database,
                connection=self._view.sqlite,
            )
        )

    def _end(self, *, commit: bool) -> None:
        self._begun = False
        self._view.commit() if commit else self._view.rollback()

    def _variable(self, name: str) -> Any:
        if name.lower() == "autocommit":
            return int(self._autocommit)
        if name.lower() not in _VARIABLES:
            raise MysqlError(errors.UNKNOWN_VARIABLE, f"Unknown system variable '{name}'")
        return self.variables.get_variable(name)

    def _prepare(self, connection: sqlite3.Connection) -> None:
        functions.register(connection, self)
