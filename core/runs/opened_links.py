"""What stands in a visitor's lists: their own things, and others' that they have opened by their links."""

import time
from typing import Final

from sqlalchemy import ColumnElement, Table, insert, or_, select, true

from core.access.rules import Actor, Role
from core.config.app_settings import EVERYONE, Settings
from core.runs.database import Database
from core.runs.run_row import COMMAND_LINE
from core.runs.schema import OPENED

RUN: Final = "run"
SEARCH: Final = "search"
DATASET: Final = "dataset"


def note_opened(database: Database, actor: Actor, kind: str, thing_id: str) -> None:
    """Note that a visitor has opened the thing; others are not kept a list for.  Raises: StoreError."""
    if actor.role is not Role.VISITOR or not actor.id:
        return
    key = {"visitor": actor.id, "kind": kind, "id": thing_id}
    known = select(OPENED.c.id).filter_by(**key)
    with database.read() as connection:
        is_known = connection.scalar(known) is not None
    if not is_known:
        with database.write() as connection:
            if connection.scalar(known) is None:
                connection.execute(insert(OPENED).values(**key, opened_at=time.time()))


def listed_to(actor: Actor, settings: Settings, things: Table, kind: str) -> ColumnElement[bool]:
    """Return the condition of a thing that the actor is shown in a list.

    A visitor's own, those that they opened by a link, and what nobody's browser made: the ready models and the command
    line's; all where the settings say so.
    """
    if actor.role is not Role.VISITOR or settings.listing == EVERYONE:
        return true()
    opened = select(OPENED.c.id).where(OPENED.c.visitor == actor.id, OPENED.c.kind == kind)
    return or_(things.c.owner.in_((actor.id, "", COMMAND_LINE)), things.c.id.in_(opened))
