"""What the server knows of visitors: its key, links to other browsers, what was opened, operators. The store's time."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
oldest = 1


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "lab",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "handovers",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("made_at", sa.Float, nullable=False),
    )
    op.create_table(
        "store_time",
        sa.Column("store_s", sa.Float, primary_key=True),
        sa.Column("clock_s", sa.Float, nullable=False),
    )
    op.create_table(
        "operators",
        sa.Column("visitor", sa.String(64), primary_key=True),
        sa.Column("since", sa.Float, nullable=False),
    )
    op.create_table(
        "opened",
        sa.Column("visitor", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("opened_at", sa.Float, nullable=False),
    )
