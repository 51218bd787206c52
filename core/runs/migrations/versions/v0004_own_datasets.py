"""Whose datasets of people's own are. Those that are there already are the operator's until they are given."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
oldest = 4  # an earlier version would show everybody's to everybody


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "own_datasets",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("audience", sa.String(16), nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("deleted_at", sa.Float),
    )
    op.create_index("own_datasets_by_owner", "own_datasets", ["owner"])
