"""What people call their dialogues."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "dialogue_names",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("dialogue_id", "owner_id", "name")),
        sa.PrimaryKeyConstraint("dialogue_id", name="pk_dialogue_names"),
        sa.ForeignKeyConstraint(
            ["dialogue_id"], ["messages.id"], name="fk_dialogue_names_dialogue_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["owners.id"], name="fk_dialogue_names_owner_id"),
        sa.UniqueConstraint("owner_id", "name", name="uq_dialogue_names_owner_id_name"),
    )
