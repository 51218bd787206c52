"""Runs as records: create, read, list, name, tag, delete."""

import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Select, func, insert, or_, select

from core.config.run_config import ConfigError, FieldError, RunConfig, to_json
from core.protocol.controls import parse_pace
from core.runs.errors import RunRefused
from core.runs.run_row import CREATED, IN_WORK, INTERRUPTED, QUEUED, RunRow, run_row
from core.runs.schema import RUNS
from core.runs.store_base import StoreBase, many, one

_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that reads like something else
_ID_LENGTH: Final = 8
MAX_NAME: Final = 120
MAX_NOTE: Final = 4000
MAX_TAGS: Final = 12
SEEN_EVERY_S: Final = 60.0

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
    model: str = ""
    tag: str = ""
    group_id: str = ""
    search: str = ""
    pinned: bool | None = None
    deleted: bool = False
    sort: str = "number"
    descending: bool = True
    limit: int = field(default=1000)


class Records(StoreBase):
    """Runs as records."""

    def create(
        self,
        config: RunConfig,
        *,
        owner: str = "",
        name: str = "",
        note: str = "",
        tags: Sequence[str] = (),
        command: str = "run",
        run_until: int = 0,
        pace: str = "full",
        parent_id: str = "",
        group_id: str = "",
        parameter_count: int = 0,
        queue: bool = True,
    ) -> str:
        """Return the id of a new run, durable once this returns, in the queue unless `queue` is False.

        command, run_until, pace: its first orders ("pause" with run_until 1 does one step and waits;
        run_until -1 one epoch). parameter_count: the model's, 0 = not known before it is built.

        Raises: ConfigError for settings beyond this installation's limits; RunRefused for a full queue.
        """
        self.settings.check(config, parameter_count)
        check_pace(pace)
        now = time.time()
        values: dict[str, Any] = {
            "id": new_id(),
            "owner": owner,
            "name": name[:MAX_NAME],
            "note": note[:MAX_NOTE],
            "tags": json.dumps(clean_tags(tags)),
            "config": to_json(config),
            "dataset": config.dataset,
            "model": config.model,
            "state": QUEUED if queue else CREATED,
            "created_at": now,
            "queued_at": now if queue else None,
            "command": command,
            "run_until": run_until,
            "pace": pace,
            "parent_id": parent_id,
            "group_id": group_id,
        }
        with self.database.write(durable=True) as connection:
            if queue:
                self._check_queue(connection, owner)
                values["queue_order"] = self._next_queue_order(connection)
            connection.execute(insert(RUNS).values(values))
        return values["id"]

    def _check_queue(self, connection: Any, owner: str) -> None:
        """Refuse when the queue, or the owner's share of it, is full."""
        queued = select(func.count()).select_from(RUNS).where(RUNS.c.state == QUEUED)
        if connection.scalar(queued) >= self.settings.queue_length:
            raise RunRefused(
                f"The queue is full: it holds {self.settings.queue_length} at most.",
                "Wait until some have been trained, or stop queued runs that are no longer wanted.",
            )
        if connection.scalar(queued.where(RUNS.c.owner == owner)) >= self.settings.queue_per_owner:
            raise RunRefused(
                f"You have {self.settings.queue_per_owner} runs waiting already.",
                "Wait until some have been trained, or stop those that are no longer wanted.",
            )

    def get(self, run_id: str) -> RunRow:
        """Return the run as it stands.  Raises: UnknownRun."""
        with self.database.read() as connection:
            values = self._values(connection, run_id)
            position = 0
            if values["state"] == QUEUED:
                position = self._positions(connection, [run_id])[run_id]
        return run_row(values, self._is_held(values), position)

    def version(self, run_id: str) -> str:
        """Return a text that changes whenever anything about the run does; much cheaper than `get`.

        Raises: UnknownRun.
        """
        columns = (RUNS.c.id, RUNS.c.revision, RUNS.c.state, RUNS.c.lease)
        with self.database.read() as connection:
            values = one(connection, select(*columns).where(RUNS.c.id == run_id))
            values = values or self._values(connection, run_id)
            position = self._positions(connection, [run_id]) if values["state"] == QUEUED else {}
        return f"{values['revision']}.{int(self._is_held(values))}.{position.get(run_id, 0)}"

    def list_version(self) -> str:
        """Return a text that changes whenever any run does, or a worker is lost; cheaper than `list`."""
        counts = select(func.count(), func.sum(RUNS.c.revision))
        in_work = select(RUNS.c.state, RUNS.c.lease).where(RUNS.c.state.in_(IN_WORK))
        with self.database.read() as connection:
            count, revisions = connection.execute(counts).one()
            held = [self._is_held(values) for values in many(connection, in_work)]
        return f"{count}.{revisions or 0}.{sum(held)}"

    def list(self, query: Query | None = None, **wanted: Any) -> list[RunRow]:
        """Return the runs that match, newest first unless `sort` says otherwise; unknown values come last.

        `list(owner="x", limit=20)` is short for `list(Query(owner="x", limit=20))`.
        """
        query = query or Query(**wanted)
        with self.database.read() as connection:
            found = many(connection, _select(query))
            positions = self._positions(connection) if any(v["state"] == QUEUED for v in found) else {}
        rows = (run_row(v, self._is_held(v), positions.get(v["id"], 0)) for v in found)
        wanted_rows = [row for row in rows if not query.statuses or row.status in query.statuses]
        return wanted_rows[: query.limit]

    def rename(self, run_id: str, name: str) -> None:
        """Name the run, at most MAX_NAME characters.  Raises: UnknownRun."""
        self._edit(run_id, name=" ".join(name.split())[:MAX_NAME])

    def note(self, run_id: str, note: str) -> None:
        """Write the run's note, at most MAX_NOTE characters.  Raises: UnknownRun."""
        self._edit(run_id, note=note[:MAX_NOTE])

    def pin(self, run_id: str, pinned: bool = True) -> None:
        """Keep the run whatever its age, or no longer.  Raises: UnknownRun."""
        self._edit(run_id, pinned=int(pinned))

    def tag(self, run_id: str, tags: Sequence[str]) -> None:
        """Replace the run's tags, at most MAX_TAGS.  Raises: UnknownRun."""
        self._edit(run_id, tags=json.dumps(clean_tags(tags)))

    def restore(self, run_id: str) -> None:
        """Undo `delete`.  Raises: UnknownRun when it has been purged."""
        self._edit(run_id, deleted_at=None)

    def touch(self, run_id: str) -> None:
        """Note that somebody looks at the run, so that it is not pruned meanwhile. Writes at most once a minute."""
        now = time.time()
        with self.database.read() as connection:
            seen_at = self._values(connection, run_id)["seen_at"]
        if seen_at is None or abs(now - seen_at) > SEEN_EVERY_S:
            with self.database.write() as connection:
                connection.execute(RUNS.update().where(RUNS.c.id == run_id).values(seen_at=now))

    def _edit(self, run_id: str, **values: Any) -> None:
        with self.database.write(durable=True) as connection:
            self._values(connection, run_id)
            self._change(connection, run_id, **values)


def _select(query: Query) -> Select[Any]:
    """Return the SELECT of a Query."""
    if query.sort not in SORT_KEYS:
        raise ValueError(f"runs are sorted by one of {', '.join(SORT_KEYS)}, got {query.sort!r}")
    columns = RUNS.c
    statement = select(RUNS)
    statement = statement.where(
        columns.deleted_at.is_not(None) if query.deleted else columns.deleted_at.is_(None)
    )
    for name in ("owner", "dataset", "model", "group_id"):
        if getattr(query, name):
            statement = statement.where(columns[name] == getattr(query, name))
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


def new_id() -> str:
    """Return an id for a new run, not to be guessed and easy to read out."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))


def clean_tags(tags: Sequence[str]) -> list[str]:
    """Return tags without blanks at their ends, empty ones or doubles, each at most 40 characters."""
    return list(dict.fromkeys(tag.strip()[:40] for tag in tags if tag.strip()))[:MAX_TAGS]


def check_pace(pace: str) -> None:
    """Raise ConfigError unless `pace` is one that core.protocol.controls.parse_pace reads."""
    try:
        parse_pace(pace)
    except ValueError as error:
        raise ConfigError([FieldError("pace", pace, str(error).removeprefix("pace must be "))]) from error
