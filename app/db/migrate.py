"""Bringing the schema up to date; blocking, to be run off the event loop.

Importing Alembic costs a noticeable part of a second, so a database whose schema is the code's own
is recognised without it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from app.kernel.errors import Unsupported

HEAD = "0005"
"""The revision that this code is written for; a test compares it with the scripts."""

SCRIPTS = Path(__file__).parent / "migrations"


def revision(file: Path) -> str | None:
    """The revision that the database in `file` has; None when it is new. Raises sqlite3.Error."""
    if not file.exists() or file.stat().st_size == 0:
        return None
    with closing(sqlite3.connect(file, timeout=5)) as connection:
        known = connection.execute("SELECT name FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if known else None
    return row[0] if row else None


def migrate(file: Path) -> bool:
    """Bring the database in `file` to HEAD; True when something was to be done.

    Raises Unsupported when a newer Solo has written it.
    """
    found = revision(file)
    if found == HEAD:
        return False
    _upgrade(file, found)
    return True


def _upgrade(file: Path, found: str | None) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from sqlalchemy import create_engine, event, pool

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise Unsupported(
            f"The database {file} was written by a newer Solo (schema {found}, known up to {HEAD}).",
            hint="Update Solo, or set SOLO_DATA_DIR to another folder.",
        )
    engine = create_engine(f"sqlite:///{file}", poolclass=pool.NullPool)

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _: object) -> None:  # pyright: ignore[reportUnusedFunction]
        connection.isolation_level = None  # else Python's driver commits before every CREATE TABLE

    try:
        with engine.connect() as connection:
            # All or nothing: a process that dies in the middle leaves the schema as it was.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    finally:
        engine.dispose()
