"""Others' things that a visitor has opened by their links, which then stand in that visitor's lists."""

import time
from typing import Any, Final

from sqlalchemy import Select, insert, select

from core.access.rules import Actor, Kind
from core.runs.database import Database
from core.runs.schema import OPENED

RUN: Final = "run"
SEARCH: Final = "search"


def note_opened(database: Database, actor: Actor, kind: str, thing_id: str) -> None:
    """Note that a visitor has opened the thing; others are not kept a list for.  Raises: StoreError."""
    if actor.kind is not Kind.VISITOR or not actor.id:
        return
    key = {"visitor": actor.id, "kind": kind, "id": thing_id}
    known = select(OPENED.c.id).filter_by(**key)
    with database.read() as connection:
        is_known = connection.scalar(known) is not None
    if not is_known:
        with database.write() as connection:
            if connection.scalar(known) is None:
                connection.execute(insert(OPENED).values(**key, opened_at=time.time()))


def opened_ids(actor: Actor, kind: str) -> Select[Any]:
    """Return the query for the ids of what the visitor has opened."""
    return select(OPENED.c.id).where(OPENED.c.visitor == actor.id, OPENED.c.kind == kind)
