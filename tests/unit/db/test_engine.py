"""The database opens, migrates, refuses and survives."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import anyio
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, delete, insert, select, text
from sqlalchemy.exc import IntegrityError

from app.db.engine import Database
from app.db.failures import translate
from app.db.migrate import HEAD, SCRIPTS, migrate, revision
from app.db.tables import Base, MessageRow, OwnerRow
from app.events.base import LOCAL_OWNER
from app.kernel.clock import SystemClock
from app.kernel.errors import BadSettings, BrokenFile, Busy, NoSpace, Unavailable, Unsupported

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]


async def test_opened_for_the_first_time_it_makes_a_private_folder_and_the_one_owner(tmp_path: Path) -> None:
    async with Database(tmp_path / "deep" / "data") as database:
        async with database.session() as session:
            owners = (await session.execute(select(OwnerRow.id))).scalars().all()
        assert owners == [LOCAL_OWNER]
        assert stat.S_IMODE((tmp_path / "deep" / "data").stat().st_mode) == 0o700
        assert stat.S_IMODE(database.file.stat().st_mode) == 0o600


async def test_every_connection_keeps_the_rules(tmp_path: Path) -> None:
    async with Database(tmp_path) as database, database.session() as session:
        found = {
            name: (await session.execute(text(f"PRAGMA {name}"))).scalar_one()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "secure_delete")
        }
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 5000, "secure_delete": 1}


async def test_it_can_be_opened_again_and_what_was_written_is_there(tmp_path: Path) -> None:
    database = Database(tmp_path)
    async with database:
        async with database.write() as session:
            await session.execute(text("UPDATE owners SET name = 'Ada'"))
    async with database, database.session() as session:
        assert (await session.execute(select(OwnerRow.name))).scalar_one() == "Ada"
    with pytest.raises(Unavailable, match="closed"):
        async with database.session():
            pass


async def test_an_error_takes_the_whole_transaction_back(tmp_path: Path) -> None:
    async with Database(tmp_path) as database:
        with pytest.raises(ZeroDivisionError):
            async with database.write() as session:
                await session.execute(text("UPDATE owners SET name = 'Ada'"))
                raise ZeroDivisionError
        async with database.session() as session:
            assert (await session.execute(select(OwnerRow.name))).scalar_one() == ""


async def test_a_write_that_has_begun_is_carried_through_when_its_task_is_cancelled(tmp_path: Path) -> None:
    async with Database(tmp_path) as database:
        with anyio.CancelScope() as scope:
            async with database.write() as session:
                scope.cancel()
                await session.execute(text("UPDATE owners SET name = 'Ada'"))
        for _ in range(50):
            with anyio.move_on_after(0.0005):
                async with database.session() as session:
                    await session.execute(select(OwnerRow.name))
        async with database.session() as session:
            assert (await session.execute(select(OwnerRow.name))).scalar_one() == "Ada"


async def test_what_is_deleted_is_left_in_no_file(tmp_path: Path) -> None:
    async with Database(tmp_path) as database:
        async with database.write() as session:
            await session.execute(
                insert(OwnerRow).values(id="x", name="zanzibarix", created_at=SystemClock().now())
            )
        async with database.write() as session:
            await session.execute(delete(OwnerRow).where(OwnerRow.id == "x"))
        await database.shrink()
        assert [file.name for file in tmp_path.iterdir() if b"zanzibarix" in file.read_bytes()] == []


@pytest.mark.parametrize("damage", ["garbage", "cut", "holes"])
async def test_a_damaged_file_is_named_and_never_touched(tmp_path: Path, damage: str) -> None:
    async with Database(tmp_path) as database:
        file = database.file
        async with database.write() as session:
            await session.execute(
                insert(OwnerRow),
                [{"id": str(n), "name": "x" * 500, "created_at": SystemClock().now()} for n in range(500)],
            )
    good = file.read_bytes()
    bad = {
        "garbage": b"no database at all" * 1000,
        "cut": good[: len(good) // 2],
        "holes": good[:100] + b"\xff" * (len(good) - 100),
    }[damage]
    file.write_bytes(bad)
    with pytest.raises(BrokenFile, match=r"solo\.sqlite3 is damaged"):
        async with Database(tmp_path) as database, database.session() as session:
            (await session.execute(text("SELECT * FROM owners"))).all()
    assert file.read_bytes()[:4096] == bad[:4096]


async def test_a_newer_schema_is_refused_with_the_way_out(tmp_path: Path) -> None:
    async with Database(tmp_path) as database:
        file = database.file
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(Unsupported, match="newer Solo"):
        async with Database(tmp_path):
            pass


async def test_a_file_where_the_folder_should_be_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(BadSettings, match="SOLO_DATA_DIR"):
        async with Database(tmp_path / "data"):
            pass


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("database or disk is full", NoSpace),
        ("[Errno 28] No space left on device", NoSpace),
        ("database disk image is malformed", BrokenFile),
        ("attempt to write a readonly database", BadSettings),
        ("database is locked", Busy),
    ],
)
def test_what_sqlite_says_becomes_a_sentence(said: str, error: type[Exception]) -> None:
    found = translate(sqlite3.OperationalError(said), Path("/data/solo.sqlite3"))
    assert type(found) is error
    assert found.message.endswith(".")


def test_the_migrations_make_exactly_the_tables(tmp_path: Path) -> None:
    file = tmp_path / "solo.sqlite3"
    assert migrate(file) is True
    assert migrate(file) is False
    assert revision(file) == HEAD
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": _ours})
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert differences == []


def _ours(name: str | None, kind: str, parents: object) -> bool:
    return not (kind == "table" and name is not None and name.startswith("memories_fts"))


def test_the_code_knows_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_every_row_of_a_person_has_its_owner() -> None:
    for table in Base.metadata.tables.values():
        if table.name != "owners":
            assert not table.c.owner_id.nullable
            assert [key.column.table.name for key in table.c.owner_id.foreign_keys].count("owners") == 1


def _message(**values: object) -> dict[str, object]:
    row: dict[str, object] = {"id": "a", "owner_id": "local", "dialogue_id": "a", "sequence": 1}
    row |= {"previous_id": None, "next_id": None, "role": "user", "content": "", "sent": "", "turn_id": "t"}
    return row | {"channel": "shell", "created_at": SystemClock().now()} | values


@pytest.mark.parametrize(
    "bad",
    [
        _message(id="b", previous_id="a", sequence=1),
        _message(id="b", previous_id="a", sequence=2, dialogue_id="other"),
        _message(id="c", previous_id="a", sequence=3, owner_id="nobody"),
        _message(id="b", sequence=2, previous_id="nonesuch"),
        _message(id="b", previous_id="a", sequence=2, role="system"),
        _message(id="b", sequence=1),
    ],
)
async def test_the_database_itself_refuses_a_broken_list(tmp_path: Path, bad: dict[str, object]) -> None:
    async with Database(tmp_path) as database:
        async with database.write() as session:
            await session.execute(insert(MessageRow).values(**_message()))
        with pytest.raises(IntegrityError):
            async with database.write() as session:
                await session.execute(insert(MessageRow).values(**bad))
