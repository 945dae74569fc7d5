"""The one database: SQLite in the data folder, through SQLAlchemy's asyncio side.

WAL, foreign keys and a busy timeout on every connection. Writers of this process queue up in
order, so that none of them ever waits in SQLite's own, unfair, retry loop.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from anyio import CancelScope, to_thread
from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from app.db.failures import translate
from app.db.migrate import migrate
from app.kernel.errors import Unavailable

FILE = "solo.sqlite3"
_WRITES = "solo_writes"

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 5000",
    # What is deleted is overwritten: a forgotten word must not be left in a free page.
    "PRAGMA secure_delete = ON",
)


class Database:
    """An async context manager; may be opened again after it was closed.

    Opening makes the folder (for its owner alone) and brings the schema up to date. Raises
    BrokenFile, NoSpace, Unsupported (a newer schema), BadSettings (no right to write), Busy.
    A damaged file is never touched.
    """

    def __init__(self, data_dir: Path) -> None:
        self.file = data_dir / FILE
        self._engine: AsyncEngine | None = None
        self._writing = asyncio.Lock()

    async def __aenter__(self) -> Self:
        try:
            await to_thread.run_sync(self._prepare)
        except (sqlite3.Error, OSError, DBAPIError) as error:
            raise translate(error, self.file) from error
        self._writing = asyncio.Lock()
        self._engine = _engine(self.file)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            with CancelScope(shield=True):
                await engine.dispose()

    def _prepare(self) -> None:
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        migrate(self.file)
        self.file.chmod(0o600)

    @asynccontextmanager
    async def session(self) -> AsyncGenerator[AsyncSession]:
        """For reading; what is changed in it is not kept. It is short, so cancelling waits for its end:
        a call that is left in the driver's thread would block the closing of the database."""
        with CancelScope(shield=True):
            async with self._session({}) as session:
                yield session

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[AsyncSession]:
        """One transaction, kept when the context is left without an error; writers take turns.

        Once begun it is carried through even when its task is cancelled: it is short.
        """
        async with self._writing:
            with CancelScope(shield=True):
                async with self._session({_WRITES: True}) as session:
                    yield session
                    await session.commit()

    async def shrink(self) -> None:
        """Put the log of changes into the file and empty it, so that no deleted word is left in it."""
        async with self.session() as session:
            connection = await session.connection()
            await connection.exec_driver_sql("COMMIT")
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            await connection.exec_driver_sql("BEGIN")

    @asynccontextmanager
    async def _session(self, options: dict[str, Any]) -> AsyncGenerator[AsyncSession]:
        if self._engine is None:
            raise Unavailable("The database is closed.")
        engine = self._engine.execution_options(**options)
        try:
            async with AsyncSession(engine, expire_on_commit=False) as session:
                yield session
        except IntegrityError:
            raise  # a broken rule of the tables is the caller's to explain
        except (DBAPIError, sqlite3.Error) as error:
            raise translate(error, self.file) from error


def _engine(file: Path) -> AsyncEngine:
    engine = create_async_engine(f"sqlite+aiosqlite:///{file}")

    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        connection.isolation_level = None  # SQLAlchemy begins transactions, not the driver
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:  # pyright: ignore[reportUnusedFunction]
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
