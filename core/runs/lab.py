"""What tells this lab from others: an id, and the key that it signs with. In its store, for every app on it."""

import re
import secrets
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, insert, select

from core.i18n.translation import _
from core.runs.database import Database
from core.runs.errors import StoreError, StoreFull, StoreReadOnly, StoreUnreachable
from core.runs.schema import LAB

_RULES: Final = {"id": re.compile(r"[0-9a-f]{8}"), "key": re.compile(r"[0-9a-f]{64}")}


class LabKeyRefused(StoreError):  # noqa: N818 - as its kin in core.runs.errors
    """The store's signing key is not whole; with a part of one, anybody could sign."""


@dataclass(frozen=True)
class Lab:
    """is_kept: in the store; otherwise both last as long as whoever holds them."""

    id: str
    key: bytes = field(repr=False)
    is_kept: bool = True


def lab_of(database: Database) -> Lab:
    """Return the store's lab, made on first use, whole or not at all; a passing one if the store takes none.

    Raises: StoreError, one of them LabKeyRefused.
    """
    found = _read(database)
    if not found:
        try:
            found = database.write_with_reserve(lambda: _made(database))
        except (StoreReadOnly, StoreFull):
            return Lab(secrets.token_hex(4), secrets.token_bytes(32), is_kept=False)
        except StoreUnreachable:  # as a server says that another process was first
            found = _read(database)
            if not found:
                raise
    if not all(rule.fullmatch(found.get(name, "")) for name, rule in _RULES.items()):
        raise LabKeyRefused(
            _("The key that visitors' cookies are signed with is damaged in the run store."),
            _(
                "Put a backup of the store back. Or empty its table “lab” and start Inkling again: everybody is then a "
                "new visitor."
            ),
        )
    return Lab(found["id"], bytes.fromhex(found["key"]))


def copy_lab(source: Database, target: Database) -> None:
    """Have the target be the source's lab, unless it is one already: visitors are known there, too."""
    rows = [{"name": name, "value": value} for name, value in _read(source).items()]
    if rows and not _read(target):
        with target.write() as connection:
            connection.execute(insert(LAB), rows)


def _read(database: Database) -> dict[str, str]:
    with database.read() as connection:
        return _rows(connection)


def _made(database: Database) -> dict[str, str]:
    """Return what the store has by now: another process may have been first."""
    with database.write(durable=True) as connection:
        found = _rows(connection)
        if not found:
            found = {"id": secrets.token_hex(4), "key": secrets.token_hex(32)}
            rows = [{"name": name, "value": value} for name, value in found.items()]
            connection.execute(insert(LAB), rows)
    return found


def _rows(connection: Connection) -> dict[str, str]:
    return {row.name: row.value for row in connection.execute(select(LAB))}
