"""Timers, alarms and reminders; what people told Solo to do otherwise."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both tables."""
    op.create_table(
        "timers",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("id", "owner_id", "kind", "name")),
        sa.Column("due_at", sa.DateTime, nullable=False),
        sa.Column("seconds", sa.Integer, nullable=False),
        sa.Column("days", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("rung_at", sa.DateTime),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_timers"),
        sa.ForeignKeyConstraint(["owner_id"], ["owners.id"], name="fk_timers_owner_id"),
        sa.CheckConstraint("kind IN ('timer', 'alarm', 'reminder')", name="ck_timers_kind"),
        sa.CheckConstraint("(days = '') = (at = '')", name="ck_timers_again"),
    )
    op.create_index("ix_timers_owner_id_due_at", "timers", ["owner_id", "due_at"])
    op.create_table(
        "preferences",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("owner_id", "name", "value")),
        sa.PrimaryKeyConstraint("owner_id", "name", name="pk_preferences"),
        sa.ForeignKeyConstraint(["owner_id"], ["owners.id"], name="fk_preferences_owner_id"),
    )
