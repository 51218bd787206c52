"""How much of the store a visitor's runs may take, and the sentence for what is beyond it.

What lies in the bin does not count: its snapshots are the first to go where room is short. Without this, those of
everybody would go for one who fills the store.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from core.access.rules import Actor, Role
from core.config.app_settings import Settings
from core.config.units import MB
from core.i18n.translation import _
from core.protocol.events import Event, Logits, Weights
from core.runs.errors import RunRefused
from core.runs.schema import ARTIFACTS, RUNS


def check_share(connection: Connection, settings: Settings, actor: Actor, more_bytes: int = 0) -> None:
    """Refuse a visitor whose runs take their share of the store, or would; the operator's have no bound.

    Raises: RunRefused naming value and limit.
    """
    if actor.role is not Role.VISITOR:
        return
    is_mine = (RUNS.c.owner == actor.id) & RUNS.c.deleted_at.is_(None)
    taken = select(func.sum(ARTIFACTS.c.size)).join(RUNS, RUNS.c.id == ARTIFACTS.c.run_id).where(is_mine)
    used, most = (connection.scalar(taken) or 0) + more_bytes, int(settings.run_mb_per_owner * MB)
    if used > most:
        raise RunRefused(
            _(
                "Your runs would take {used:size} of the store, but at most {most:size} are allowed here.",
                used=used,
                most=most,
            ),
            _("Delete some that you no longer need, on Runs."),
        )


def bytes_of(events: Iterable[Event]) -> int:
    """Return how much of the store the arrays of a run's events will take."""
    arrays = [array for event in events if isinstance(event, Weights) for array in event.arrays.values()]
    arrays += [event.logits for event in events if isinstance(event, Logits)]
    return sum(array.nbytes for array in arrays)
