"""The schema of the first version, which made its tables without a history; its stores are taken to be here."""

revision = "0001"
down_revision = None
oldest = 1


def upgrade() -> None:
    """Do nothing: a store of this version has its tables."""
