"""A run's arrays and bytes: snapshots of its weights, its glimpse, its checkpoint, its final logits, and more."""

from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, bindparam, delete, func, insert, select

from core.config.app_settings import Settings
from core.protocol.events import Logits, Weights
from core.runs.errors import UnknownArtifact
from core.runs.schema import ARTIFACTS
from core.runs.serialization import checksum, pack_arrays, unpack_arrays, verified
from core.runs.store_base import StoreBase

SNAPSHOT: Final = "snapshot"
GLIMPSE: Final = "glimpse"
CHECKPOINT: Final = "checkpoint"
LOGITS: Final = "logits"
RESERVED: Final = (SNAPSHOT, GLIMPSE, CHECKPOINT, LOGITS)
_REMOVE: Final = delete(ARTIFACTS).where(
    ARTIFACTS.c.run_id == bindparam("of_run"),
    ARTIFACTS.c.kind == bindparam("of_kind"),
    ARTIFACTS.c.name == bindparam("of_name"),
)


class ArtifactWriter:
    """One run's artifacts inside a transaction that is under way; written together at the end of a `with`."""

    def __init__(self, connection: Connection, run_id: str, settings: Settings) -> None:
        self._connection, self._run_id, self._settings = connection, run_id, settings
        self._new: dict[tuple[str, str], dict[str, Any]] = {}
        self._old: set[tuple[str, str]] = set()

    def __enter__(self) -> "ArtifactWriter":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._write()

    def put(self, kind: str, name: str, step: int, data: bytes) -> None:
        """Store `data`, in place of what had that kind and name."""
        facts = {"step": step, "size": len(data), "sha256": checksum(data), "data": data}
        self._new[kind, name] = {"run_id": self._run_id, "kind": kind, "name": name, **facts}
        self._old.add((kind, name))

    def drop(self, kind: str, name: str = "") -> None:
        """Remove an artifact, if there is one."""
        self._new.pop((kind, name), None)
        self._old.add((kind, name))

    def keep_weights(self, event: Weights) -> None:
        """Store a snapshot that stays, or the glimpse that the next one replaces."""
        kind, name = (SNAPSHOT, str(event.step)) if event.keep else (GLIMPSE, "")
        self.put(kind, name, event.step, pack_arrays(event.arrays))

    def keep_logits(self, event: Logits) -> None:
        """Store the final scores on a split."""
        self.put(LOGITS, event.split, event.step, pack_arrays({"logits": event.logits}))

    def drop_snapshots_after(self, step: int) -> None:
        """Remove, at once, snapshots and glimpses of steps beyond `step`."""
        beyond = ARTIFACTS.c.kind.in_((SNAPSHOT, GLIMPSE)) & (ARTIFACTS.c.step > step)
        self._connection.execute(delete(ARTIFACTS).where(ARTIFACTS.c.run_id == self._run_id, beyond))

    def _write(self) -> None:
        if any(kind == SNAPSHOT for kind, _ in self._new):
            self._thin()
        if self._old:
            keys = [{"of_run": self._run_id, "of_kind": kind, "of_name": name} for kind, name in self._old]
            self._connection.execute(_REMOVE, keys)
        if self._new:
            self._connection.execute(insert(ARTIFACTS), list(self._new.values()))

    def _thin(self) -> None:
        """Keep at most the settings' number of snapshots: the one nearest to its neighbours goes first."""
        added = [row["step"] for (kind, _), row in self._new.items() if kind == SNAPSHOT]
        steps = sorted({*self._connection.scalars(_snapshot_steps(self._run_id)), *added})
        while len(steps) > max(3, self._settings.snapshots_per_run):
            gaps = [after / max(before, 1) for before, after in zip(steps, steps[2:], strict=False)]
            self.drop(SNAPSHOT, str(steps.pop(1 + int(np.argmin(gaps)))))


class Artifacts(StoreBase):
    """Reading and adding artifacts."""

    def snapshots(self, run_id: str) -> list[int]:
        """Return the steps whose weights are kept, rising."""
        with self.database.read() as connection:
            return list(connection.scalars(_snapshot_steps(run_id)))

    def snapshot(self, run_id: str, step: int) -> dict[str, np.ndarray]:
        """Return the weights kept after `step` updates, name -> float32 array.

        Raises: UnknownArtifact, DamagedArtifact.
        """
        return unpack_arrays(self._get(run_id, SNAPSHOT, str(step))[1])

    def live(self, run_id: str) -> tuple[int, dict[str, np.ndarray]] | None:
        """Return (step, weights) as new as there are, None before the first."""
        weights = (ARTIFACTS.c.run_id == run_id, ARTIFACTS.c.kind.in_((SNAPSHOT, GLIMPSE)))
        newest = select(func.max(ARTIFACTS.c.step)).where(*weights).scalar_subquery()
        statement = select(ARTIFACTS).where(*weights, ARTIFACTS.c.step == newest).limit(1)
        with self.database.read() as connection:
            row = connection.execute(statement).mappings().first()
        if row is None:
            return None
        return row["step"], unpack_arrays(verified(row["data"], row["sha256"], f"Weights of run {run_id}"))

    def live_step(self, run_id: str) -> int | None:
        """Return the step of what `live` would return, without reading it."""
        weights = (ARTIFACTS.c.run_id == run_id, ARTIFACTS.c.kind.in_((SNAPSHOT, GLIMPSE)))
        with self.database.read() as connection:
            step: int | None = connection.scalar(select(func.max(ARTIFACTS.c.step)).where(*weights))
        return step

    def checkpoint(self, run_id: str) -> bytes | None:
        """Return the last checkpoint, None if there is none.

        Raises: DamagedArtifact when it does not match its checksum.
        """
        try:
            return self._get(run_id, CHECKPOINT, "")[1]
        except UnknownArtifact:
            return None

    def logits(self, run_id: str, split: str = "test") -> np.ndarray | None:
        """Return the final model's scores on `split`, float32 (N, K), None before the run's end.

        Raises: DamagedArtifact.
        """
        try:
            return unpack_arrays(self._get(run_id, LOGITS, split)[1])["logits"]
        except UnknownArtifact:
            return None

    def put_artifact(self, run_id: str, kind: str, name: str, data: bytes, step: int = 0) -> None:
        """Store bytes that belong to a run ("thumbnail", "insight"), in place of what had that kind and name.

        Raises: UnknownRun; ValueError for a kind that the run itself writes.
        """
        if kind in RESERVED:
            raise ValueError(f"artifacts of kind {kind!r} are written by the run itself")
        with self.database.write() as connection:
            self._values(connection, run_id)
            with ArtifactWriter(connection, run_id, self.settings) as shelf:
                shelf.put(kind, name, step, data)
            self._change(connection, run_id)

    def get_artifact(self, run_id: str, kind: str, name: str = "") -> bytes | None:
        """Return bytes that belong to a run, None if there are none of this kind and name.

        Raises: DamagedArtifact.
        """
        try:
            return self._get(run_id, kind, name)[1]
        except UnknownArtifact:
            return None

    def _get(self, run_id: str, kind: str, name: str) -> tuple[int, bytes]:
        statement = select(ARTIFACTS).where(*_is(run_id, kind, name))
        with self.database.read() as connection:
            row = connection.execute(statement).mappings().first()
        if row is None:
            raise UnknownArtifact(run_id, kind, name)
        what = f"The {kind} {name}".rstrip() + f" of run {run_id}"
        return row["step"], verified(row["data"], row["sha256"], what)


def _is(run_id: str, kind: str, name: str) -> tuple[Any, ...]:
    columns = ARTIFACTS.c
    return columns.run_id == run_id, columns.kind == kind, columns.name == name


def _snapshot_steps(run_id: str) -> Any:
    kept = (ARTIFACTS.c.run_id == run_id, ARTIFACTS.c.kind == SNAPSHOT)
    return select(ARTIFACTS.c.step).where(*kept).order_by(ARTIFACTS.c.step)
