"""What Alembic runs migrations in: the connection and the transaction of whoever upgrades the store."""

from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationInfo

from core.runs.schema import METADATA, SCHEMA_REVISION, STORE_VERSION


def _note_oldest(step: MigrationInfo, **_rest: Any) -> None:
    """Write down the oldest version whose software can still use the store after this migration."""
    oldest = step.up_revision.module.oldest  # type: ignore[union-attr]
    context.execute(STORE_VERSION.update().where(STORE_VERSION.c.version < oldest).values(version=oldest))


context.configure(
    connection=context.config.attributes.get("connection"),
    dialect_name=context.config.attributes.get("dialect"),
    target_metadata=METADATA,
    version_table=SCHEMA_REVISION.name,
    render_as_batch=True,
    on_version_apply=_note_oldest,  # type: ignore[arg-type]
)
context.run_migrations()
