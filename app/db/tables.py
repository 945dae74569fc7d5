"""Every table. Rows here are the truth; indexes and caches can be made again from them.

Each row that belongs to a person has a non-null `owner_id`, and every query filters by it.
Messages are a doubly linked list in one table: there is no table of dialogues (only of the names that
some were given), a dialogue's id is the id of its first message, and the constraints (not the code)
forbid forks, gaps and links between dialogues or owners.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Utc(TypeDecorator[datetime]):
    """An aware time, kept in UTC on databases that know no zones too."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value is not None else None

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None else None


class Base(DeclarativeBase):
    """What all tables share: text is TEXT, times are UTC."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {str: Text, datetime: Utc}  # noqa: RUF012  (SQLAlchemy wants a plain dict here)


class OwnerRow(Base):
    """A person."""

    __tablename__ = "owners"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    created_at: Mapped[datetime]


class MessageRow(Base):
    """One message of a dialogue.

    content: as said, or as heard when a spoken reply was cut off (`unheard` is the rest).
    sent: what the model was given, memories included, byte for byte; never changed once a later
    message has been sent after it, except that unheard words are taken out.
    finish: "" for a message that stands; failed, cancelled, length … else.
    tokens: length of `sent` for the model. window_start: sequence of the first message that was
    sent along with this one (user messages). steps: what tools did before the reply, as JSON (see
    app/dialogue/steps.py), empty for nothing.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("dialogue_id", "sequence"),
        UniqueConstraint("owner_id", "dialogue_id", "id"),
        UniqueConstraint("previous_id"),
        UniqueConstraint("next_id"),
        ForeignKeyConstraint(
            ["owner_id", "dialogue_id", "previous_id"],
            ["messages.owner_id", "messages.dialogue_id", "messages.id"],
            deferrable=True,
            initially="DEFERRED",
        ),
        ForeignKeyConstraint(
            ["owner_id", "dialogue_id", "next_id"],
            ["messages.owner_id", "messages.dialogue_id", "messages.id"],
            deferrable=True,
            initially="DEFERRED",
        ),
        CheckConstraint("sequence >= 1", name="counted"),
        CheckConstraint("(sequence = 1) = (previous_id IS NULL)", name="linked"),
        CheckConstraint("(sequence = 1) = (id = dialogue_id)", name="named"),
        CheckConstraint("role IN ('user', 'assistant')", name="role"),
        Index(None, "owner_id", "channel", "created_at"),
        Index(None, "owner_id", "turn_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("owners.id"))
    dialogue_id: Mapped[str]
    sequence: Mapped[int]
    previous_id: Mapped[str | None]
    next_id: Mapped[str | None]
    role: Mapped[str]
    content: Mapped[str]
    sent: Mapped[str]
    unheard: Mapped[str] = mapped_column(default="")
    channel: Mapped[str]
    turn_id: Mapped[str]
    finish: Mapped[str] = mapped_column(default="")
    model: Mapped[str] = mapped_column(default="")
    tokens: Mapped[int] = mapped_column(default=0)
    window_start: Mapped[int] = mapped_column(default=1)
    steps: Mapped[str] = mapped_column(default="", server_default="")
    created_at: Mapped[datetime]


class DialogueNameRow(Base):
    """What a person calls a dialogue; it goes with the dialogue's first message."""

    __tablename__ = "dialogue_names"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    dialogue_id: Mapped[str] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("owners.id"))
    name: Mapped[str]


class MemoryRow(Base):
    """Something that was said.

    number: the row of the text index; speaker: user or assistant; part: what was long is kept in
    several, from 0.
    """

    __tablename__ = "memories"
    __table_args__ = (
        UniqueConstraint("id"),
        UniqueConstraint("owner_id", "turn_id", "speaker", "part"),
        CheckConstraint("speaker IN ('user', 'assistant')", name="speaker"),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str]
    owner_id: Mapped[str] = mapped_column(ForeignKey("owners.id"))
    text: Mapped[str]
    speaker: Mapped[str]
    part: Mapped[int]
    turn_id: Mapped[str]
    dialogue_id: Mapped[str]
    created_at: Mapped[datetime]


class VectorRow(Base):
    """The vector of a memory by one model: float32, little-endian, unit length."""

    __tablename__ = "memory_vectors"
    __table_args__ = (Index(None, "owner_id", "model"),)

    memory_id: Mapped[str] = mapped_column(ForeignKey("memories.id", ondelete="CASCADE"), primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("owners.id"))
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class ForgottenRow(Base):
    """A turn that must not be remembered again from the history; it holds no words."""

    __tablename__ = "forgotten"

    owner_id: Mapped[str] = mapped_column(ForeignKey("owners.id"), primary_key=True)
    turn_id: Mapped[str] = mapped_column(primary_key=True)
    speaker: Mapped[str] = mapped_column(primary_key=True)


class TimerRow(Base):
    """A timer, alarm or reminder that is still to ring, or rings.

    due_at: when it rings next. seconds: length of a countdown, 0 for what hangs on the clock.
    days, at: weekdays ("01234", 0 is Monday) and local time ("07:30") at which it comes again; empty
    for once. rung_at: when it began to ring, None while it waits; what has rung its last is deleted.
    """

    __tablename__ = "timers"
    __table_args__ = (
        CheckConstraint("kind IN ('timer', 'alarm', 'reminder')", name="kind"),
        CheckConstraint("(days = '') = (at = '')", name="again"),
        Index(None, "owner_id", "due_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("owners.id"))
    kind: Mapped[str]
    name: Mapped[str]
    due_at: Mapped[datetime]
    seconds: Mapped[int]
    days: Mapped[str]
    at: Mapped[str]
    rung_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class PreferenceRow(Base):
    """Something that a person told Solo to do otherwise from then on, such as how loud to speak."""

    __tablename__ = "preferences"

    owner_id: Mapped[str] = mapped_column(ForeignKey("owners.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class LlmUsageRow(Base):
    """What one person's answers of one day, role and model cost.

    day: as "2026-11-22", in UTC. cached_answers: given again without asking the model, among `answers`.
    cost: US dollars, as the provider's list says.
    """

    __tablename__ = "llm_usage"

    owner_id: Mapped[str] = mapped_column(ForeignKey("owners.id"), primary_key=True)
    day: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    answers: Mapped[int]
    cached_answers: Mapped[int]
    prompt_tokens: Mapped[int]
    cached_tokens: Mapped[int]
    completion_tokens: Mapped[int]
    cost: Mapped[float] = mapped_column(Float)
