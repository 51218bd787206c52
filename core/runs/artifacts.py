"""A run's arrays and bytes: snapshots of its weights, its glimpse, its checkpoint, its final logits, and more."""

from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, bindparam, delete, func, insert, select

from core.access.guard import needs
from core.access.rules import Action
from core.config.app_settings import Settings
from core.i18n.translation import _
from core.protocol.events import Checkpoint, Diverged, Event, Finished, Logits, Weights
from core.runs.errors import UnknownArtifact
from core.runs.run_table import RunTable
from core.runs.schema import ARTIFACTS
from core.runs.serialization import checksum, pack_arrays, unpack_arrays, verified

SNAPSHOT: Final = "snapshot"
GLIMPSE: Final = "glimpse"
CHECKPOINT: Final = "checkpoint"
LOGITS: Final = "logits"
_REMOVE: Final = delete(ARTIFACTS).where(
    ARTIFACTS.c.run_id == bindparam("of_run"),
    ARTIFACTS.c.kind == bindparam("of_kind"),
    ARTIFACTS.c.name == bindparam("of_name"),
)

_WEIGHTS: Final = (ARTIFACTS.c.run_id == bindparam("of_run"), ARTIFACTS.c.kind.in_((SNAPSHOT, GLIMPSE)))
_NEWEST_STEP: Final = select(func.max(ARTIFACTS.c.step)).where(*_WEIGHTS)
_NEWEST: Final = (
    select(ARTIFACTS).where(*_WEIGHTS, ARTIFACTS.c.step == _NEWEST_STEP.scalar_subquery()).limit(1)
)


class ArtifactWriter:
    """One run's artifacts inside a transaction that is under way; written together at the end of a `with`."""

    def __init__(self, connection: Connection, run_id: str, settings: Settings) -> None:
        self._connection, self._run_id, self._settings = connection, run_id, settings
        self._new: dict[tuple[str, str], dict[str, Any]] = {}
        self._old: set[tuple[str, str]] = set()

    def __enter__(self) -> "ArtifactWriter":
        return self

    def __exit__(self, kind: object, *_rest: object) -> None:
        if kind is None:
            self._write()

    def keep(self, event: Event) -> None:
        """Store the arrays or bytes of an event that brings some; let go of what the end makes useless."""
        if isinstance(event, Weights):
            kind, name = (SNAPSHOT, str(event.step)) if event.keep else (GLIMPSE, "")
            self._put(kind, name, event.step, pack_arrays(event.arrays))
        elif isinstance(event, Checkpoint):
            self._put(CHECKPOINT, "", event.step, event.state)
        elif isinstance(event, Logits):
            self._put(LOGITS, event.split, event.step, pack_arrays({"logits": event.logits}))
        elif (isinstance(event, Finished) and event.reason == "finished") or isinstance(event, Diverged):
            self._drop(CHECKPOINT)

    def drop_snapshots_after(self, step: int) -> None:
        """Remove, at once, snapshots and glimpses of steps beyond `step`."""
        beyond = delete(ARTIFACTS).where(*_WEIGHTS, ARTIFACTS.c.step > step)
        self._connection.execute(beyond, {"of_run": self._run_id})

    def _put(self, kind: str, name: str, step: int, data: bytes) -> None:
        """Store `data`, in place of what had that kind and name."""
        facts = {"step": step, "size": len(data), "sha256": checksum(data), "data": data}
        self._new[kind, name] = {"run_id": self._run_id, "kind": kind, "name": name, **facts}
        self._old.add((kind, name))

    def _drop(self, kind: str, name: str = "") -> None:
        """Remove an artifact, if there is one."""
        self._new.pop((kind, name), None)
        self._old.add((kind, name))

    def _write(self) -> None:
        if any(kind == SNAPSHOT for kind, _name in self._new):
            self._thin()
        if self._old:
            keys = [{"of_run": self._run_id, "of_kind": kind, "of_name": name} for kind, name in self._old]
            self._connection.execute(_REMOVE, keys)
        if self._new:
            self._connection.execute(insert(ARTIFACTS), list(self._new.values()))

    def _thin(self) -> None:
        """Keep at most the settings' number of snapshots: the one nearest to its neighbours goes first."""
        added = [row["step"] for (kind, _name), row in self._new.items() if kind == SNAPSHOT]
        steps = sorted({*self._connection.scalars(_snapshot_steps(self._run_id)), *added})
        while len(steps) > max(3, self._settings.snapshots_per_run):
            gaps = [after / max(before, 1) for before, after in zip(steps, steps[2:], strict=False)]
            self._drop(SNAPSHOT, str(steps.pop(1 + int(np.argmin(gaps)))))


class Artifacts:
    """Reading artifacts."""

    def __init__(self, table: RunTable) -> None:
        self._database, self.check = table.database, table.check

    @needs(Action.READ_RUN)
    def snapshots(self, run_id: str) -> list[int]:
        """Return the steps whose weights are kept, rising."""
        with self._database.read() as connection:
            return list(connection.scalars(_snapshot_steps(run_id)))

    @needs(Action.READ_RUN)
    def snapshot(self, run_id: str, step: int) -> dict[str, np.ndarray]:
        """Return the weights kept after `step` updates, name -> float32 array.

        Raises: UnknownArtifact, DamagedArtifact.
        """
        data = self._find(run_id, SNAPSHOT, str(step))
        if data is None:
            raise UnknownArtifact(_("Run {run} has no weights for step {step}.", run=run_id, step=step))
        return unpack_arrays(data)

    @needs(Action.READ_RUN)
    def newest_weights(self, run_id: str) -> tuple[int, dict[str, np.ndarray]] | None:
        """Return (step, weights) as new as there are, None before the first."""
        with self._database.read() as connection:
            row = connection.execute(_NEWEST, {"of_run": run_id}).mappings().first()
        if row is None:
            return None
        data = verified(row["data"], row["sha256"], _damage(run_id, SNAPSHOT, row["step"]))
        return row["step"], unpack_arrays(data)

    @needs(Action.READ_RUN)
    def newest_weights_step(self, run_id: str) -> int | None:
        """Return the step of what `live` would return, without reading it."""
        with self._database.read() as connection:
            step: int | None = connection.scalar(_NEWEST_STEP, {"of_run": run_id})
        return step

    @needs(Action.READ_RUN)
    def checkpoint(self, run_id: str) -> bytes | None:
        """Return the last checkpoint, None if there is none.

        Raises: DamagedArtifact when it does not match its checksum.
        """
        return self._find(run_id, CHECKPOINT)

    @needs(Action.READ_RUN)
    def logits(self, run_id: str, split: str = "test") -> np.ndarray | None:
        """Return the final model's scores on `split`, float32 (N, K), None before the run's end.

        Raises: DamagedArtifact.
        """
        data = self._find(run_id, LOGITS, split)
        return None if data is None else unpack_arrays(data)["logits"]

    def _find(self, run_id: str, kind: str, name: str = "") -> bytes | None:
        columns = ARTIFACTS.c
        mine = (columns.run_id == run_id, columns.kind == kind, columns.name == name)
        statement = select(ARTIFACTS).where(*mine)
        with self._database.read() as connection:
            row = connection.execute(statement).mappings().first()
        if row is None:
            return None
        return verified(row["data"], row["sha256"], _damage(run_id, kind, row["step"]))


def _damage(run_id: str, kind: str, step: int) -> str:
    """Return the sentence that says which of a run's bytes are damaged."""
    if kind == CHECKPOINT:
        return _("The checkpoint of run {run} is damaged.", run=run_id)
    if kind == LOGITS:
        return _("The stored predictions of run {run} are damaged.", run=run_id)
    return _("The weights of run {run} at step {step} are damaged.", run=run_id, step=step)


def _snapshot_steps(run_id: str) -> Any:
    kept = (ARTIFACTS.c.run_id == run_id, ARTIFACTS.c.kind == SNAPSHOT)
    return select(ARTIFACTS.c.step).where(*kept).order_by(ARTIFACTS.c.step)
