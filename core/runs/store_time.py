"""The store's own time, by which things grow old: no clock that jumps makes them a day older than they are."""

from sqlalchemy import Connection, delete, insert, select

from core.runs.schema import STORE_TIME

MOST_S = 86_400.0  # that the time goes on between two looks at the clock, however long ago the last one was


def store_time(connection: Connection, clock_s: float) -> float:
    """Return the store's time, in seconds since 1970, having moved it on by what the clock has since the last look.

    clock_s: what the clock says, in the same seconds. Where it was set forwards, or the machine stood still for long,
    at most MOST_S of that count; where it was set back, nothing does. Inside a transaction that writes.
    """
    last = connection.execute(select(STORE_TIME)).first()
    now = clock_s if last is None else last.store_s + min(max(clock_s - last.clock_s, 0.0), MOST_S)
    connection.execute(delete(STORE_TIME))
    connection.execute(insert(STORE_TIME).values(store_s=now, clock_s=clock_s))
    return now


def clock_ahead_s(connection: Connection) -> float:
    """Return by how many seconds the clock was ahead of the store's time at the last look, below 0 if behind."""
    last = connection.execute(select(STORE_TIME)).first()
    return 0.0 if last is None else last.clock_s - last.store_s
