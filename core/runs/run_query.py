"""Which runs a list holds: what was asked for, and whom it is shown to."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, or_, select, true

from core.access.rules import Actor, Role
from core.config.app_settings import Settings
from core.runs.opened_links import RUN, listed_to
from core.runs.run_row import ERASED_AT, IN_WORK, INTERRUPTED
from core.runs.schema import RUNS

SORT_KEYS: Final = (
    *("number", "name", "dataset", "model", "created_at", "ended_at", "elapsed_s", "images_per_s", "step"),
    *("train_loss", "evaluation_loss", "evaluation_accuracy", "best_accuracy", "test_loss", "test_accuracy"),
    *("parameter_count", "pinned"),
)


@dataclass(frozen=True)
class Query:
    """Which runs to list, and how. Empty fields ask for nothing; `search` looks in name, note and tags."""

    owner: str = ""
    ids: Sequence[str] = ()
    statuses: Sequence[str] = ()
    dataset: str = ""
    mix_in: str = ""
    model: str = ""
    tag: str = ""
    group_id: str = ""
    search: str = ""
    pinned: bool | None = None
    deleted: bool = False
    sort: str = "number"
    descending: bool = True
    limit: int = 1000


def select_runs(query: Query) -> Select[Any]:
    """Return the SELECT of a Query."""
    if query.sort not in SORT_KEYS:
        what = f"runs are sorted by one of {SORT_KEYS}, got {query.sort!r}"  # not said: for programmers
        raise ValueError(what)
    columns = RUNS.c
    statement = select(RUNS)
    statement = statement.where(
        columns.deleted_at.is_not(None) if query.deleted else columns.deleted_at.is_(None)
    )
    for name in ("owner", "dataset", "model", "group_id"):
        if getattr(query, name):
            statement = statement.where(columns[name] == getattr(query, name))
    if query.mix_in:
        statement = statement.where(mixes_in(query.mix_in))
    if query.ids:
        statement = statement.where(columns.id.in_(query.ids))
    if query.pinned is not None:
        statement = statement.where(columns.pinned == int(query.pinned))
    if query.tag:
        statement = statement.where(columns.tags.contains(json.dumps(query.tag), autoescape=True))
    if query.search:
        texts = (columns.name, columns.note, columns.tags, columns.id)
        statement = statement.where(or_(*(t.icontains(query.search, autoescape=True) for t in texts)))
    if query.statuses:
        stored = {*query.statuses, *(IN_WORK if INTERRUPTED in query.statuses else ())}
        statement = statement.where(columns.state.in_(stored))
    key = columns[query.sort]
    statement = statement.order_by(
        key.is_(None), key.desc() if query.descending else key, columns.number.desc()
    )
    return statement if query.statuses else statement.limit(query.limit)


def mixes_in(dataset: str) -> ColumnElement[bool]:
    """Return the condition of a run that also learned from the dataset, beside its own."""
    return RUNS.c.config.contains(f'"mix_in": "{dataset}"', autoescape=True)


def shown_to(actor: Actor, query: Query, settings: Settings) -> ColumnElement[bool]:
    """Return the condition of a run that the actor gets for this query.

    Runs that are named, by their ids or by that of their group, are read rather than listed; in the bin lie one's own.
    """
    if query.deleted and actor.role is Role.VISITOR:
        return and_(RUNS.c.owner == actor.id, RUNS.c.owner != "", RUNS.c.deleted_at > ERASED_AT)
    if query.ids or query.group_id:
        return true()
    return listed_to(actor, settings, RUNS, RUN)
