"""A run as readers see it: one frozen row, its status derived from what is stored and who is alive."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Final

from core.config.run_config import ConfigError, RunConfig, from_json
from core.i18n.kept_sentences import from_kept, unsaid
from core.i18n.literal_text import visible_text
from core.i18n.translation import N_
from core.runs.errors import UnreadableRun
from core.runs.schema import RUNS

CREATED: Final = "created"  # held back, not in the queue
QUEUED: Final = "queued"
RUNNING: Final = "running"
PAUSED: Final = "paused"
INTERRUPTED: Final = "interrupted"
FINISHED: Final = "finished"
STOPPED: Final = "stopped"
DIVERGED: Final = "diverged"
FAILED: Final = "failed"

COMMAND_LINE: Final = "command-line"  # the owner of runs that were begun there
STATES: Final = (CREATED, QUEUED, RUNNING, PAUSED, INTERRUPTED, FINISHED, STOPPED, DIVERGED, FAILED)
ENDED: Final = (FINISHED, STOPPED, DIVERGED, FAILED)
IN_WORK: Final = (RUNNING, PAUSED)
ERASED_AT: Final = 0.0  # when a run was deleted that is to go for good as soon as no worker has it
LIVE: Final = (
    QUEUED,
    RUNNING,
    PAUSED,
)  # statuses under which something may still happen by itself or by an order

LOST_CAUSE: Final = "worker_lost"
LOST_MESSAGE: Final = unsaid(LOST_CAUSE, N_("The process that was training this run ended unexpectedly."))
LOST_REMEDY: Final = unsaid(
    LOST_CAUSE, N_("Press Resume to continue from the last checkpoint. The result will be the same.")
)


@dataclass(frozen=True)
class RunRow:
    """One run as it stands. Times are seconds since 1970, rates and sizes as in RunConfig and the events.

    `state` is what was written last, `status` what is true: a run in work whose worker is gone is
    "interrupted". `run_until`, `learning_rate` and `pace` are the standing orders (learning_rate None = the
    config's). `train_*` are moving averages over the mini-batches (core.protocol.moving_average); `evaluation_*` are
    of the split in `evaluation_split`, `best_*` of its highest accuracy, `test_*` of the last evaluation on the
    test set. `queue_position` counts from 1, 0 = not queued. `message_kept` and `remedy_kept` say why it stands as it
    does, as core.i18n.kept_sentences keeps sentences.
    """

    id: str
    number: int
    owner: str
    name: str
    note: str
    tags: tuple[str, ...]
    pinned: bool
    parent_id: str
    group_id: str
    config_json: str
    dataset: str
    model: str
    state: str
    is_held: bool
    attempt: int
    revision: int
    queue_position: int
    created_at: float
    queued_at: float | None
    started_at: float | None
    ended_at: float | None
    seen_at: float | None
    deleted_at: float | None
    cause: str
    message_kept: str
    remedy_kept: str
    command: str
    run_until: int
    learning_rate: float | None
    pace: str
    learning_rate_changes: tuple[tuple[int, float], ...]
    total_steps: int | None
    steps_per_epoch: int | None
    train_count: int | None
    evaluation_split: str
    evaluation_count: int | None
    parameter_count: int | None
    path: str
    threads: int
    step: int
    checkpoint_step: int | None
    train_loss: float | None
    train_accuracy: float | None
    evaluation_step: int | None
    evaluation_loss: float | None
    evaluation_accuracy: float | None
    best_step: int | None
    best_loss: float | None
    best_accuracy: float | None
    test_loss: float | None
    test_accuracy: float | None
    elapsed_s: float
    images_per_s: float | None

    @cached_property
    def config(self) -> RunConfig:
        """The run's settings."""
        return from_json(self.config_json)

    @property
    def message(self) -> str:
        """Why the run ended or waits, in the language of whoever reads now; "" if there is nothing to say."""
        return from_kept(self.message_kept)

    @property
    def remedy(self) -> str:
        """What to do about `message`, in the language of whoever reads now."""
        return from_kept(self.remedy_kept)

    @property
    def version(self) -> str:
        """A text that changes whenever anything about the run does."""
        return f"{self.revision}.{int(self.is_held)}.{self.queue_position}"

    @property
    def status(self) -> str:
        """One of STATES, "interrupted" if the worker that had the run is gone."""
        return self.state if self.is_held or self.state not in IN_WORK else INTERRUPTED

    @property
    def latest_accuracy(self) -> float | None:
        """The accuracy on the test set, before that of the last evaluation; None while there is neither."""
        return self.evaluation_accuracy if self.test_accuracy is None else self.test_accuracy

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will ever be said by this run."""
        return self.state in ENDED

    @property
    def is_live(self) -> bool:
        """Whether it is worth looking again by oneself: queued, running or paused."""
        return self.status in LIVE

    @property
    def progress(self) -> float:
        """Share of the steps done, 0..1."""
        return self.step / self.total_steps if self.total_steps else 0.0


_PLAIN: Final = {f.name for f in fields(RunRow)} - {
    *("config_json", "tags", "pinned", "learning_rate_changes", "is_held", "queue_position"),
    *("cause", "message_kept", "remedy_kept", "name", "note"),
}


def run_row(values: Mapping[str, Any], is_held: bool, queue_position: int) -> RunRow:
    """Return the RunRow of a row of the `runs` table, all of it readable.

    is_held: whether a living worker has it (or a parked pause needs none). What cannot be shown of a name, a note or a
    tag (earlier versions let it in) is written as Python does: one such row must not break a page.

    Raises: UnreadableRun.
    """
    check_readable(values)
    is_lost = values["state"] in IN_WORK and not is_held
    return RunRow(
        **{name: values[name] for name in _PLAIN},
        name=visible_text(values["name"]),
        note=visible_text(values["note"], lines=True),
        config_json=values["config"],
        tags=_read_tags(values["tags"]),
        pinned=bool(values["pinned"]),
        learning_rate_changes=read_changes(values["learning_rate_changes"]),
        is_held=is_held,
        queue_position=queue_position,
        cause=LOST_CAUSE if is_lost else values["cause"],
        message_kept=LOST_MESSAGE if is_lost else values["message"],
        remedy_kept=LOST_REMEDY if is_lost else values["remedy"],
    )


def check_readable(values: Mapping[Any, Any]) -> None:
    """Raise UnreadableRun for a row of the `runs` table that is damaged, or has settings of another version."""
    damaged = [name for name, kinds in _KINDS.items() if not isinstance(values[name], kinds)]
    damaged += [name for name in _JSON if name not in damaged and not _is_read(_JSON[name], values[name])]
    if values["state"] not in STATES:
        damaged.append("state")
    unknown: list[str] = []
    if "config" not in damaged:
        try:
            config = from_json(values["config"])
            damaged += [n for n in ("dataset", "model") if values[n] != getattr(config, n)]
        except ConfigError as error:
            unknown = list(dict.fromkeys(found.field for found in error.errors))
    if unknown == ["config"]:  # no settings at all
        unknown, damaged = [], [*damaged, "config"]
    if damaged or unknown:
        run = visible_text(str(values["name"])) or str(values["id"])
        settings = () if damaged else unknown
        raise UnreadableRun(
            str(values["id"]), run, owner=str(values["owner"]), settings=settings, damaged=damaged
        )


def is_readable(values: Mapping[Any, Any]) -> bool:
    """Return whether `run_row` would read the row."""
    try:
        check_readable(values)
    except UnreadableRun:
        return False
    return True


def _is_read(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except (TypeError, ValueError, AttributeError, RecursionError):
        return False
    return True


def _read_tags(text: str) -> tuple[str, ...]:
    """Return the tags of their JSON column."""
    return tuple(map(visible_text, json.loads(text))) if text != "[]" else ()


def read_changes(text: str) -> tuple[tuple[int, float], ...]:
    """Return the learning rate changes (step, new base rate) of their JSON column."""
    if text == "[]":
        return ()
    return tuple((int(step), float(rate)) for step, rate in json.loads(text))


_JSON: Final[dict[str, Callable[[str], object]]] = {
    "tags": _read_tags,
    "learning_rate_changes": read_changes,
}
_TYPES: Final = {int: (int,), float: (int, float), str: (str,)}
_KINDS: Final = {  # column -> what Python reads there; SQLite holds anything anywhere
    column.name: (*_TYPES[column.type.python_type], *((type(None),) if column.nullable else ()))
    for column in RUNS.columns
}
