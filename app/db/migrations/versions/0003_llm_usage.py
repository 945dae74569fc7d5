"""What each person's requests to language models cost."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = ("owner_id", "day", "role", "provider", "model")
COUNTS = ("answers", "cached_answers", "prompt_tokens", "cached_tokens", "completion_tokens")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "llm_usage",
        *(sa.Column(name, sa.Text, nullable=False) for name in KEY),
        *(sa.Column(name, sa.Integer, nullable=False) for name in COUNTS),
        sa.Column("cost", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint(*KEY, name="pk_llm_usage"),
        sa.ForeignKeyConstraint(["owner_id"], ["owners.id"], name="fk_llm_usage_owner_id"),
    )
