"""Classes: who teaches them, who is a member, and in which browsers."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
oldest = 4


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "classrooms",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("code", sa.String(8), nullable=False, unique=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("last_day", sa.String(10), nullable=False),
        sa.Column("nicknames", sa.String(16), nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("is_open", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("is_paused", sa.Integer, nullable=False),
        sa.Column("is_held", sa.Integer, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("pushed", sa.Text, nullable=False),
        sa.Column("pushes", sa.Integer, nullable=False),
        sa.Column("followed", sa.String(64), nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("needs_nod", sa.Integer, nullable=False),
    )
    op.create_table(
        "teacher_keys",
        sa.Column("id", sa.String(16), primary_key=True),
        _of("classrooms", "classroom_id"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("made_at", sa.Float, nullable=False),
    )
    op.create_table(
        "teachers",
        _of("classrooms", "classroom_id", primary_key=True),
        sa.Column("visitor", sa.String(64), primary_key=True),
        sa.Column(
            "key_id", sa.String(16), sa.ForeignKey("teacher_keys.id", ondelete="CASCADE"), nullable=False
        ),
    )
    op.create_table(
        "members",
        sa.Column("id", sa.String(16), primary_key=True),
        _of("classrooms", "classroom_id"),
        sa.Column("nickname", sa.Text, nullable=False),
        sa.Column("folded", sa.Text, nullable=False),
        sa.Column("key_hash", sa.String(128), nullable=False),
        sa.Column("joined_at", sa.Float, nullable=False),
        sa.Column("removed_at", sa.Float),
        sa.Column("is_nodded", sa.Integer, nullable=False),
    )
    op.create_index("members_by_classroom", "members", ["classroom_id", "folded"], unique=True)
    op.create_table(
        "seats",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column(
            "member_id", sa.String(16), sa.ForeignKey("members.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("seen_at", sa.Float, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
    )
    op.create_table(
        "off_board",
        sa.Column("run_id", sa.String(16), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    )
    op.create_index("seats_by_member", "seats", ["member_id"])
    op.create_table(
        "activities",
        sa.Column("id", sa.String(16), primary_key=True),
        _of("classrooms", "classroom_id"),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("terms", sa.Text, nullable=False),
        sa.Column("began_at", sa.Float, nullable=False),
        sa.Column("ended_at", sa.Float),
    )
    op.create_index("activities_by_classroom", "activities", ["classroom_id"])
    op.create_table(
        "class_drawings",
        sa.Column("id", sa.String(16), primary_key=True),
        _of("activities", "activity_id"),
        _of("members", "member_id"),
        sa.Column("label", sa.Integer, nullable=False),
        sa.Column("pixels", sa.LargeBinary, nullable=False),
        sa.Column("reading", sa.Integer),
        sa.Column("confidence", sa.Float),
        sa.Column("made_at", sa.Float, nullable=False),
        sa.Column("is_nodded", sa.Integer, nullable=False),
    )
    op.create_index("class_drawings_by_activity", "class_drawings", ["activity_id"])
    op.create_table(
        "opinions",
        _of("class_drawings", "drawing_id", primary_key=True),
        _of("members", "member_id", primary_key=True),
        sa.Column("said", sa.Integer, nullable=False),
    )
    op.create_table(
        "guesses",
        sa.Column("place", sa.String(64), primary_key=True),
        sa.Column("minute", sa.Integer, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
    )


def _of(table: str, column: str, *, primary_key: bool = False) -> sa.Column[str]:
    refers = sa.ForeignKey(f"{table}.id", ondelete="CASCADE")
    return sa.Column(column, sa.String(16), refers, primary_key=primary_key, nullable=False)
