"""Runs as records: create, read, list, name, tag, delete."""

import json
import secrets
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select

from core.access.guard import needs, needs_right_to
from core.access.rules import Action, owner_of_new
from core.config.app_settings import Settings
from core.config.dataset_fit import dataset_problem
from core.config.run_config import ConfigError, FieldError, RunConfig, to_json
from core.i18n.literal_text import text_problem
from core.i18n.translation import N_, _, ngettext
from core.protocol.controls import parse_pace
from core.runs.class_rules import rules_for
from core.runs.dataset_rights import refused_dataset
from core.runs.errors import RunRefused, UnreadableRun
from core.runs.opened_links import RUN, note_opened
from core.runs.run_query import Query, select_runs, shown_to
from core.runs.run_row import CREATED, IN_WORK, QUEUED, RunRow, run_row
from core.runs.run_share import check_share
from core.runs.run_table import RunTable, Values, many
from core.runs.schema import RUNS

_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that reads like something else
_ID_LENGTH: Final = 8
MAX_NAME: Final = 120
MAX_NOTE: Final = 4000
MAX_TAGS: Final = 12
MAX_TAG: Final = 40
SEEN_EVERY_S: Final = 60.0
_ODD_NAME: Final = N_("The name has a character that cannot be shown, {character}, in “{near}”.")
_ODD_NOTE: Final = N_("The note has a character that cannot be shown, {character}, in “{near}”.")
_ODD_TAG: Final = N_("A tag has a character that cannot be shown, {character}, in “{near}”.")


class RunRecords:
    """Runs as records."""

    def __init__(self, table: RunTable) -> None:
        self._table, self._database, self.check = table, table.database, table.check

    @needs_right_to(Action.CREATE_RUN)
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

        owner: whose it is; a visitor's is their own, whatever is said.

        command, run_until, pace: its first orders ("pause" with run_until 1 does one step and waits;
        run_until -1 one epoch). parameter_count: the model's, 0 = not known before it is built.

        Raises: ConfigError for settings beyond this installation's limits, or beyond what the dataset holds, or for
        a dataset of somebody else's that is not shared;
        RunRefused for what a class does not let its members train, for a full queue, for a visitor whose runs take
        their share of the store, or for a name, note or tag that cannot be shown; UnknownRun for a run to start from
        that may not be read.
        """
        if config.start_from:
            self.check(Action.READ_RUN, config.start_from)
        self._table.settings.check(config, parameter_count)
        problem = refused_dataset(self._database, self._table.actor, config, self._table.settings.data_dir)
        if problem := problem or dataset_problem(config, self._table.settings.data_dir):
            raise ConfigError([problem])
        check_pace(pace)
        run_id, now = new_id(), time.time()
        owner = owner_of_new(self._table.actor, owner)
        values = new_row(run_id, config, owner, name, note, tags)
        values |= {"parent_id": parent_id, "group_id": group_id, "created_at": now}
        values |= {"command": command, "run_until": run_until, "pace": pace}
        values |= {"state": QUEUED if queue else CREATED, "queued_at": now if queue else None}
        with self._database.write(durable=True) as connection:
            check_share(connection, self._table.settings, self._table.actor)
            rules_for(connection, self._table.actor).check(config)
            if queue:
                check_queue(connection, self._table.settings, owner)
                values["queue_order"] = self._table.next_queue_order(connection)
            connection.execute(insert(RUNS).values(values))
        return run_id

    @needs(Action.READ_RUN)
    def get(self, run_id: str) -> RunRow:
        """Return the run as it stands.  Raises: UnknownRun, UnreadableRun."""
        with self._database.read() as connection:
            values = self._table.row(connection, run_id)
            position = _positions(connection).get(run_id, 0) if values["state"] == QUEUED else 0
        return run_row(*self._table.with_holder(values), position)

    @needs_right_to(Action.LIST_RUNS)
    def list_version(self) -> str:
        """Return a text that changes whenever any run does, or a worker is lost; cheaper than `list`."""
        counts = select(func.count(), func.sum(RUNS.c.revision))
        in_work = select(RUNS.c.state, RUNS.c.lease).where(RUNS.c.state.in_(IN_WORK))
        with self._database.read() as connection:
            count, revisions = connection.execute(counts).one()
            held = [self._table.is_held(values) for values in many(connection, in_work)]
        return f"{count}.{revisions or 0}.{sum(held)}"

    @needs_right_to(Action.LIST_RUNS)
    def listing(self, query: Query | None = None, **wanted: Any) -> tuple[list[RunRow], list[UnreadableRun]]:
        """Return (what `list` returns, why other runs that match cannot be read, in the words of the reader)."""
        query = query or Query(**wanted)
        shown = shown_to(self._table.actor, query, self._table.settings)
        with self._database.read() as connection:
            found = many(connection, select_runs(query).where(shown))
            positions = _positions(connection) if any(v["state"] == QUEUED for v in found) else {}
        rows, unreadable = [], []
        for values in found:
            try:
                row = run_row(*self._table.with_holder(values), positions.get(values["id"], 0))
            except UnreadableRun as error:
                unreadable.append(error)
                continue
            if not query.statuses or row.status in query.statuses:
                rows.append(row)
        return rows[: query.limit], unreadable

    @needs_right_to(Action.LIST_RUNS)
    def list(self, query: Query | None = None, **wanted: Any) -> list[RunRow]:
        """Return the runs that match, newest first unless `sort` says otherwise; unknown values come last.

        `list(owner="x", limit=20)` is short for `list(Query(owner="x", limit=20))`. What cannot be read is left out.
        """
        return self.listing(query, **wanted)[0]

    @needs(Action.EDIT_RUN)
    def rename(self, run_id: str, name: str) -> None:
        """Name the run, at most MAX_NAME characters.  Raises: UnknownRun; RunRefused for what cannot be shown."""
        self._edit(run_id, name=clean_name(name))

    @needs(Action.EDIT_RUN)
    def note(self, run_id: str, note: str) -> None:
        """Write the run's note, at most MAX_NOTE characters.  Raises: UnknownRun; RunRefused as `rename`."""
        self._edit(run_id, note=clean_note(note))

    @needs(Action.EDIT_RUN)
    def pin(self, run_id: str, pinned: bool = True) -> None:
        """Keep the run whatever its age, or no longer.  Raises: UnknownRun."""
        self._edit(run_id, pinned=int(pinned))

    @needs(Action.EDIT_RUN)
    def tag(self, run_id: str, tags: Sequence[str]) -> None:
        """Replace the run's tags, at most MAX_TAGS.  Raises: UnknownRun; RunRefused as `rename`."""
        self._edit(run_id, tags=json.dumps(clean_tags(tags)))

    @needs(Action.RESTORE_RUN)
    def restore(self, run_id: str) -> None:
        """Undo `delete`.

        Raises: UnknownRun when it has been purged; RunRefused where a visitor's would take more than their share.
        """
        with self._database.write(durable=True) as connection:
            was_deleted = self._table.row(connection, run_id)["deleted_at"] is not None
            self._table.change(connection, run_id, deleted_at=None)
            if was_deleted:
                check_share(connection, self._table.settings, self._table.actor)

    @needs(Action.READ_RUN)
    def touch(self, run_id: str) -> None:
        """Note that somebody looks at the run, so that it is not pruned meanwhile. Writes at most once a minute."""
        now = time.time()
        with self._database.read() as connection:
            seen_at = self._table.row(connection, run_id)["seen_at"]
        if seen_at is None or abs(now - seen_at) > SEEN_EVERY_S:
            with self._database.write() as connection:
                connection.execute(RUNS.update().where(RUNS.c.id == run_id).values(seen_at=now))

    @needs(Action.READ_RUN)
    def note_opened(self, run_id: str) -> None:
        """Have the run in the visitor's lists from now on: another's that was opened by its link."""
        if self._table.subject(run_id).owner != self._table.actor.id:
            note_opened(self._database, self._table.actor, RUN, run_id)

    def _edit(self, run_id: str, **values: Any) -> None:
        with self._database.write(durable=True) as connection:
            self._table.row(connection, run_id)
            self._table.change(connection, run_id, **values)


def check_queue(connection: Connection, settings: Settings, owner: str) -> None:
    """Refuse when the queue, or the owner's share of it, is full.  Raises: RunRefused."""
    queued = select(func.count()).select_from(RUNS).where(RUNS.c.state == QUEUED)
    if (connection.scalar(queued) or 0) >= settings.queue_length:
        raise RunRefused(
            ngettext(
                "The queue is full: it holds at most {n} run.",
                "The queue is full: it holds at most {n} runs.",
                settings.queue_length,
            ),
            _("Wait until some have finished, or stop queued runs that you no longer need."),
        )
    if (connection.scalar(queued.where(RUNS.c.owner == owner)) or 0) >= settings.queue_per_owner:
        raise RunRefused(
            ngettext(
                "You already have {n} run in the queue, which is the most allowed here.",
                "You already have {n} runs in the queue, which is the most allowed here.",
                settings.queue_per_owner,
            ),
            _("Wait until some have finished, or stop queued runs that you no longer need."),
        )


def _positions(connection: Connection) -> dict[str, int]:
    """Return the place in the queue, from 1, of every queued run: owners, and their searches, go by turns."""
    columns = RUNS.c.id, RUNS.c.owner, RUNS.c.group_id
    queue = select(*columns).where(RUNS.c.state == QUEUED).order_by(RUNS.c.queue_order)
    queued_before: Counter[tuple[str, str]] = Counter()
    rounds: list[tuple[int, str]] = []
    for run_id, owner, group_id in connection.execute(queue):
        rounds.append((queued_before[owner, group_id], run_id))
        queued_before[owner, group_id] += 1
    rounds.sort(key=lambda turn: turn[0])
    return {run_id: place for place, (_round, run_id) in enumerate(rounds, start=1)}


def new_row(run_id: str, config: RunConfig, owner: str, name: str, note: str, tags: Sequence[str]) -> Values:
    """Return the columns that say what a new run is, its words cut to what they may hold.

    Raises: RunRefused for words that cannot be shown.
    """
    return {
        "id": run_id,
        "owner": owner,
        "name": clean_name(name),
        "note": clean_note(note),
        "tags": json.dumps(clean_tags(tags)),
        "config": to_json(config),
        "dataset": config.dataset,
        "model": config.model,
    }


def new_id() -> str:
    """Return an id for a new run, not to be guessed and easy to read out."""
    return "".join(secrets.choice(_ALPHABET) for _place in range(_ID_LENGTH))


def clean_name(name: str) -> str:
    """Return a name in one line, at most MAX_NAME characters.  Raises: RunRefused for what cannot be shown."""
    _check_text(_ODD_NAME, name)
    return " ".join(name.split())[:MAX_NAME]


def clean_note(note: str) -> str:
    """Return a note, at most MAX_NOTE characters.  Raises: RunRefused for what cannot be shown."""
    _check_text(_ODD_NOTE, note)
    return note[:MAX_NOTE]


def clean_tags(tags: Sequence[str]) -> list[str]:
    """Return tags in one line each, without empty ones or doubles, at most MAX_TAG characters.

    Raises: RunRefused for what cannot be shown.
    """
    for tag in tags:
        _check_text(_ODD_TAG, tag)
    lines = (" ".join(tag.split()) for tag in tags)
    return list(dict.fromkeys(line[:MAX_TAG] for line in lines if line))[:MAX_TAGS]


def _check_text(refusal: str, text: str) -> None:
    """Raise RunRefused for a text that cannot be shown; line breaks may stand in it."""
    if problem := text_problem(refusal, text, lines=True):
        raise RunRefused(*problem)


def check_pace(pace: str) -> None:
    """Raise ConfigError unless `pace` is one that core.protocol.controls.parse_pace reads."""
    try:
        parse_pace(pace)
    except ValueError as error:
        allowed = N_("{field} must be full, film:SECONDS or steps:STEPS_PER_S, not “{value:text}”.")
        raise ConfigError([FieldError("pace", pace, allowed)]) from error
