"""Visitors who are operators: who opened the one-time link that the command line on the server made."""

import time

from sqlalchemy import delete, insert, select

from core.access.rules import OPERATOR, Actor, Role
from core.runs.database import Database
from core.runs.run_row import COMMAND_LINE
from core.runs.schema import OPERATORS


def make_operator(database: Database, visitor: str) -> None:
    """Have the visitor be an operator from now on.  Raises: StoreError."""
    known = select(OPERATORS.c.visitor).where(OPERATORS.c.visitor == visitor)
    with database.write(durable=True) as connection:
        if connection.scalar(known) is None:
            connection.execute(insert(OPERATORS).values(visitor=visitor, since=time.time()))


def operators(database: Database) -> frozenset[str]:
    """Return the visitors who are operators.  Raises: StoreError."""
    with database.read() as connection:
        return frozenset(connection.scalars(select(OPERATORS.c.visitor)))


def dismiss_operators(database: Database) -> int:
    """Have no visitor be an operator any more; return how many were.  Raises: StoreError."""
    with database.write(durable=True) as connection:
        return connection.execute(delete(OPERATORS)).rowcount


def owner_of(database: Database, owner: str) -> Actor:
    """Return a thing's owner as the rules know them; nobody's and the command line's are the operator's."""
    if owner in ("", COMMAND_LINE):
        return OPERATOR
    return Actor(Role.OPERATOR if owner in operators(database) else Role.VISITOR, owner)
