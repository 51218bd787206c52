"""Visitors as an operator names them: by the id that they read on Runs, or by its beginning."""

import re
from typing import Final

from sqlalchemy import func, select, union

from core.i18n.translation import _
from core.runs.database import Database
from core.runs.errors import UnknownVisitor
from core.runs.handover import OWNED
from core.runs.run_row import COMMAND_LINE

SHORTEST: Final = 6
_ID: Final = re.compile(r"[0-9a-f]{16}")  # as the server makes them


def named_visitor(database: Database, named: str) -> str:
    """Return the id of the one visitor who is named: an id, or the beginning of one that owns something here.

    Raises: UnknownVisitor naming what was given; StoreError.
    """
    if len(named) < SHORTEST:
        raise UnknownVisitor(
            _("“{visitor}” is too short for a visitor's id.", visitor=named),
            _("Give at least its first {n} characters.", n=SHORTEST),
        )
    owners = (
        select(things.c.owner).where(func.substr(things.c.owner, 1, len(named)) == named)
        for things in OWNED.values()
    )
    with database.read() as connection:
        found = set(connection.scalars(union(*owners))) - {COMMAND_LINE}
    if named in found or (not found and _ID.fullmatch(named)):  # who has made nothing yet has an id, too
        return named
    if not found:
        raise UnknownVisitor(
            _("No visitor whose id begins with “{visitor}” has anything here.", visitor=named),
            _("Give the whole id, which they find on Runs under “Take my things to another browser”."),
        )
    if len(found) > 1:
        raise UnknownVisitor(
            _("The ids of {n} visitors begin with “{visitor}”.", n=len(found), visitor=named),
            _("Give more of it. They are {visitors:list}.", visitors=sorted(found)),
        )
    return found.pop()
