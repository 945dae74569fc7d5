"""People, messages and memories; the one local owner; the text index of memories."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

LOCAL_OWNER = "local"
"""As app.events.base has it today: a migration never changes with the code."""


def upgrade() -> None:
    """Make everything from nothing."""
    owners = op.create_table(
        "owners",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_owners"),
    )
    now = datetime.now(UTC).replace(tzinfo=None)
    op.bulk_insert(owners, [{"id": LOCAL_OWNER, "name": "", "created_at": now}])
    _messages()
    _memories()
    if op.get_bind().dialect.name == "sqlite":
        _text_index()


def _owner(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["owner_id"], ["owners.id"], name=f"fk_{table}_owner_id")


def _link(column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["owner_id", "dialogue_id", column],
        ["messages.owner_id", "messages.dialogue_id", "messages.id"],
        name=f"fk_messages_owner_id_dialogue_id_{column}",
        deferrable=True,
        initially="DEFERRED",
    )


def _messages() -> None:
    texts = ("content", "sent", "unheard", "channel", "turn_id", "finish", "model")
    op.create_table(
        "messages",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("owner_id", sa.Text, nullable=False),
        sa.Column("dialogue_id", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("previous_id", sa.Text),
        sa.Column("next_id", sa.Text),
        sa.Column("role", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in texts),
        sa.Column("tokens", sa.Integer, nullable=False),
        sa.Column("window_start", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        _owner("messages"),
        _link("previous_id"),
        _link("next_id"),
        sa.UniqueConstraint("dialogue_id", "sequence", name="uq_messages_dialogue_id_sequence"),
        sa.UniqueConstraint("owner_id", "dialogue_id", "id", name="uq_messages_owner_id_dialogue_id_id"),
        sa.UniqueConstraint("previous_id", name="uq_messages_previous_id"),
        sa.UniqueConstraint("next_id", name="uq_messages_next_id"),
        sa.CheckConstraint("sequence >= 1", name="ck_messages_counted"),
        sa.CheckConstraint("(sequence = 1) = (previous_id IS NULL)", name="ck_messages_linked"),
        sa.CheckConstraint("(sequence = 1) = (id = dialogue_id)", name="ck_messages_named"),
        sa.CheckConstraint("role IN ('user', 'assistant')", name="ck_messages_role"),
    )
    op.create_index(
        "ix_messages_owner_id_channel_created_at", "messages", ["owner_id", "channel", "created_at"]
    )
    op.create_index("ix_messages_owner_id_turn_id", "messages", ["owner_id", "turn_id"])


def _memories() -> None:
    op.create_table(
        "memories",
        sa.Column("number", sa.Integer, nullable=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("id", "owner_id", "text", "speaker", "turn_id", "dialogue_id")
        ),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_memories"),
        _owner("memories"),
        sa.UniqueConstraint("id", name="uq_memories_id"),
        sa.UniqueConstraint(
            "owner_id", "turn_id", "speaker", "part", name="uq_memories_owner_id_turn_id_speaker_part"
        ),
        sa.CheckConstraint("speaker IN ('user', 'assistant')", name="ck_memories_speaker"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "memory_vectors",
        sa.Column("memory_id", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("owner_id", sa.Text, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("memory_id", "model", name="pk_memory_vectors"),
        sa.ForeignKeyConstraint(
            ["memory_id"], ["memories.id"], name="fk_memory_vectors_memory_id", ondelete="CASCADE"
        ),
        _owner("memory_vectors"),
    )
    op.create_index("ix_memory_vectors_owner_id_model", "memory_vectors", ["owner_id", "model"])
    op.create_table(
        "forgotten",
        sa.Column("owner_id", sa.Text, nullable=False),
        sa.Column("turn_id", sa.Text, nullable=False),
        sa.Column("speaker", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "turn_id", "speaker", name="pk_forgotten"),
        _owner("forgotten"),
    )


def _text_index() -> None:
    """FTS5 over the rows themselves (it keeps no second copy of the words), in step by triggers."""
    op.execute(
        "CREATE VIRTUAL TABLE memories_fts USING fts5(text, content='memories', content_rowid='number',"
        " tokenize='porter unicode61 remove_diacritics 2')"
    )
    added = "INSERT INTO memories_fts(rowid, text) VALUES (new.number, new.text);"
    gone = "INSERT INTO memories_fts(memories_fts, rowid, text) VALUES ('delete', old.number, old.text);"
    op.execute(f"CREATE TRIGGER memories_added AFTER INSERT ON memories BEGIN {added} END")
    op.execute(f"CREATE TRIGGER memories_gone AFTER DELETE ON memories BEGIN {gone} END")
    op.execute(f"CREATE TRIGGER memories_changed AFTER UPDATE OF text ON memories BEGIN {gone} {added} END")
