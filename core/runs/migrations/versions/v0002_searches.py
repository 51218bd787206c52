"""The table of searches, which was made when first needed, becomes part of every store."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
oldest = 1


def upgrade() -> None:
    """Make the table where no search has made it."""
    op.create_table(
        "searches",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(16), nullable=False, unique=True),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        if_not_exists=True,
    )
