"""What goes from the store: what has lain in the bin for its time, and what an operator's settings no longer keep."""

import time

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update

from core.access.guard import needs_right_to
from core.access.rules import Action
from core.config.units import DAY_S
from core.runs.opened_links import RUN
from core.runs.run_row import ENDED, ERASED_AT, IN_WORK, INTERRUPTED
from core.runs.run_table import RunTable
from core.runs.schema import HANDOVERS, OPENED, RUNS
from core.runs.store_time import clock_ahead_s, store_time

OPEN_S = 1_800.0  # a run looked at this recently counts as open


class Retention:
    """Which runs are kept, for how long."""

    def __init__(self, table: RunTable) -> None:
        self._database, self._settings, self.check = table.database, table.settings, table.check
        self._actor = table.actor

    @needs_right_to(Action.LIST_RUNS)
    def days_s(self, days: float) -> float:
        """Return after how many seconds of the clock the store finds so many days over: it may be behind the clock."""
        with self._database.read() as connection:
            return days * DAY_S + clock_ahead_s(connection)

    @needs_right_to(Action.WORK)
    def prune(self, open_ids: tuple[str, ...] = ()) -> list[str]:
        """Delete for good what the settings no longer keep; return the ids. By default that is the bin's alone.

        Kept whatever their age: pinned runs, runs that are queued or in work, and runs that somebody looks
        at (`open_ids`, or touched within half an hour). Deleted runs go when their time in the bin is over. Time is the
        store's (core.runs.store_time).
        """
        if self._database.is_read_only:
            return []
        with self._database.write() as connection:
            now = store_time(connection, time.time())
        free = may_go(open_ids)
        with self._database.read() as connection:
            over = connection.scalars(select(RUNS.c.id).where(free, self._is_over(now))).all()
            count = connection.scalar(select(func.count()).select_from(RUNS)) or 0
            most = self._settings.kept_runs or count
            surplus = max(0, count - len(over) - most)
            oldest = select(RUNS.c.id).where(free, RUNS.c.id.not_in(over)).order_by(RUNS.c.number)
            ids = [*over, *connection.scalars(oldest.limit(surplus))]
        for run_id in ids:
            with self._database.write() as connection:  # one at a time: nobody waits long for this
                connection.execute(delete(RUNS).where(RUNS.c.id == run_id, free))
        if ids:
            with self._database.write() as connection:
                gone = (OPENED.c.kind == RUN) & OPENED.c.id.not_in(select(RUNS.c.id))
                connection.execute(delete(OPENED).where(gone))
            self._database.give_room_back()
        return ids

    @needs_right_to(Action.ERASE_OWN)
    def erase_mine(self) -> int:
        """Delete every run of the actor's own for good, what lies in the bin too; return how many there were.

        One that a worker has is out of sight at once, stopped, and gone by the next upkeep. What the actor opened of
        others' and one-time links go, too.
        """
        owner = self._actor.id
        if not owner:
            return 0
        held = RUNS.c.state.in_(IN_WORK) & (RUNS.c.lease != "")
        with self._database.write(durable=True) as connection:
            mine = RUNS.c.owner == owner
            gone = connection.execute(delete(RUNS).where(mine, ~held)).rowcount
            out_of_sight = {"deleted_at": ERASED_AT, "command": "stop", "revision": RUNS.c.revision + 1}
            unsaid = {"name": "", "note": "", "tags": "[]"}
            going = connection.execute(update(RUNS).where(mine).values(**out_of_sight, **unsaid)).rowcount
            connection.execute(delete(OPENED).where(OPENED.c.visitor == owner))
            connection.execute(delete(HANDOVERS).where(HANDOVERS.c.owner == owner))
        return gone + going

    @needs_right_to(Action.WORK)
    def keep_disk_reserve(self) -> None:
        """See to it that a full disk will still have room for the last words of a run."""
        if self._database.reserve is not None:
            self._database.reserve.keep()

    def _is_over(self, now: float) -> ColumnElement[bool]:
        """Return the condition of a run whose time is over."""
        is_over = RUNS.c.deleted_at <= now - self._settings.bin_days * DAY_S
        if self._settings.kept_days:
            kept_s = self._settings.kept_days * DAY_S
            is_over |= func.coalesce(RUNS.c.ended_at, RUNS.c.created_at) < now - kept_s
        return is_over


def may_go(open_ids: tuple[str, ...] = ()) -> ColumnElement[bool]:
    """Return the condition of a run that nobody and nothing holds on to.

    Who looks at one notes it by the clock, so the clock says how long ago: the store's time may be days from it.
    """
    columns = RUNS.c
    not_open = and_(
        or_(columns.seen_at.is_(None), func.abs(columns.seen_at - time.time()) > OPEN_S),
        columns.pinned == 0,
        columns.id.not_in(open_ids),
    )
    return and_(columns.state.in_((*ENDED, INTERRUPTED)), or_(columns.deleted_at.is_not(None), not_open))
