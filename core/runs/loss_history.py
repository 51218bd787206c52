"""The held-out loss of many runs at once, for the small curves of a list. One query, only evaluations are read."""

import json
import math
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from core.access.rules import Action
from core.runs import RunRow, Store
from core.runs.schema import EVENTS

POINTS: Final = 24
_AT_ONCE: Final = 400  # parameters of one statement


def loss_histories(store: Store, runs: Sequence[RunRow]) -> dict[str, list[float]]:
    """Return for each run at most POINTS losses on the split that it is judged by, in order of step.

    None of a run that the store's actor may not read.
    """
    found: dict[str, list[float]] = {row.id: [] for row in runs if store.may(Action.READ_RUN, row)}
    split = {row.id: row.evaluation_split for row in runs}
    ids = list(found)
    columns = (EVENTS.c.run_id, EVENTS.c.payload)
    order = (EVENTS.c.run_id, EVENTS.c.step, EVENTS.c.attempt, EVENTS.c.seq)
    with store.database.read() as connection:
        for start in range(0, len(ids), _AT_ONCE):
            some = EVENTS.c.run_id.in_(ids[start : start + _AT_ONCE])
            statement = select(*columns).where(some, EVENTS.c.kind == "evaluated").order_by(*order)
            for run_id, payload in connection.execute(statement):
                loss = _loss(payload, split[run_id])
                if loss is not None and math.isfinite(loss):
                    found[run_id].append(loss)
    return {row.id: _thinned(found.get(row.id, [])) for row in runs}


def _loss(payload: bytes, split: str) -> float | None:
    """Return an evaluation's loss on the split; None for another's, and for one that is damaged."""
    try:
        told = json.loads(payload)
        return float(told["loss"]) if told["split"] == split else None
    except (KeyError, TypeError, ValueError, RecursionError):
        return None  # a list has no words for it; the run's own page has


def _thinned(losses: list[float]) -> list[float]:
    """Return at most POINTS of the losses, evenly chosen, first and last among them."""
    if len(losses) <= POINTS:
        return losses
    last = len(losses) - 1
    return [losses[round(place * last / (POINTS - 1))] for place in range(POINTS)]
