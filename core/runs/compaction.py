"""A store's file written anew, so that nothing of what was deleted is left in its free pages or its log.

SQLite leaves what is deleted where it lies until something is written over it. On a database server that is the
server's matter.
"""

from pathlib import Path

from core.i18n.translation import _
from core.runs.database import Database
from core.runs.errors import StoreBusy


def ask_for_compaction(database: Database) -> None:
    """Note that something was deleted of which no trace is to be left, for this process or the upkeep to see to."""
    if marker := _marker(database):
        marker.touch()


def compact_if_asked(database: Database) -> bool:
    """Write the store's file anew if that was asked for; return whether it was.

    Raises: StoreError, among others while others read for long; it is then still asked for.
    """
    marker = _marker(database)
    if marker is None or not marker.exists():
        return False
    database.compact()
    log = Path(f"{database.path}-wal")
    if log.exists() and log.stat().st_size:
        raise StoreBusy(_("Somebody reads the run store."), _("It is tried again in a few minutes."))
    marker.unlink(missing_ok=True)
    return True


def _marker(database: Database) -> Path | None:
    return Path(f"{database.path}.compact") if database.path else None
