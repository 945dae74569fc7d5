"""What tools did in a turn."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; nothing was done before there were tools."""
    op.add_column("messages", sa.Column("steps", sa.Text, nullable=False, server_default=""))
