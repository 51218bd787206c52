"""Whose datasets of people's own are, and what somebody may do with them. Their images: core.datasets.user_datasets."""

import time
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet

from sqlalchemy import Connection, delete, insert, select, update

from core.access.guard import needs, needs_right_to
from core.access.rules import Action, owner_of_new
from core.config.units import DAY_S
from core.dataset_import.understanding import Brought, Wanted
from core.dataset_import.worker_process import PreparedImport, prepare_import
from core.datasets import user_datasets
from core.datasets.bundled_archives import Progress
from core.datasets.catalog import DatasetSpec, unknown
from core.datasets.dataset_setup import no_progress
from core.datasets.errors import RefusedUpload
from core.datasets.image_data import ImageData, Images
from core.runs import dataset_rights as rights
from core.runs.class_rules import rules_for
from core.runs.dataset_lists import DatasetLists
from core.runs.dataset_quota import check_quota, upload_limits
from core.runs.dataset_rights import DRAWINGS, IMPORTED, PRIVATE, OwnDataset, subject_of
from core.runs.opened_links import DATASET, note_opened
from core.runs.schema import OPENED, OWN_DATASETS
from core.runs.store_time import store_time

if TYPE_CHECKING:
    from core.runs.store import Store


_PREPARED: Final[dict[str, WeakSet[PreparedImport]]] = defaultdict(WeakSet)  # owner -> what waits to be kept


class OwnDatasets(DatasetLists):
    """The datasets of people's own, as the store's actor may use them.

    Each method raises PrivateDataset for what the actor may not do; DatasetError, StoreError.
    """

    def __init__(self, store: "Store") -> None:
        super().__init__(store)
        self._check_quota = partial(check_quota, settings=store.settings, actor=store.actor)

    @needs(Action.READ_DATASET)
    def load(self, name: str) -> ImageData:
        """Return its images, as core.datasets.load does."""
        return user_datasets.load_own(name, self._settings.data_dir)

    @needs(Action.READ_DATASET)
    def export_zip(self, name: str) -> bytes:
        """Return the dataset as a ZIP that an import takes back."""
        from core.datasets.user_dataset_zip import export_zip  # here: PIL comes with it

        return export_zip(name, self._settings.data_dir)

    @needs(Action.READ_DATASET)
    def note_opened(self, name: str) -> None:
        """Have another's shared dataset in the visitor's list from now on: it was opened by its link."""
        if self._owner(name) != self._actor.id:
            note_opened(self._database, self._actor, DATASET, name)

    @needs_right_to(Action.CREATE_DATASET)
    def create(
        self,
        title: str,
        class_names: Sequence[str],
        shape: tuple[int, int, int],
        *,
        kind: str = DRAWINGS,
        owner: str = "",
        audience: str = PRIVATE,
    ) -> OwnDataset:
        """Return a new, empty dataset. A visitor's is their own.  Raises: RefusedUpload naming value and limit."""
        owner = owner_of_new(self._actor, owner)
        self._look_at_quota(owner, more_datasets=1, more_bytes=1)
        spec = user_datasets.create_own(title, class_names, shape, self._settings.data_dir)
        return self._own(spec, owner, kind, audience)

    @needs_right_to(Action.CREATE_DATASET)
    def prepare_import(
        self, brought: Sequence[Brought] | Path, wanted: Wanted, *, progress: Progress = no_progress
    ) -> PreparedImport:
        """Return what is brought as a dataset that is nobody's yet, and what was understood: to look at, then to keep.

        A process of its own reads it; `progress` is told how far it is and ends it if it raises. What waits to be kept
        takes its owner's share, too.  Raises: RefusedUpload naming value and limit.
        """
        owner = owner_of_new(self._actor, "")
        self._look_at_quota(owner, more_datasets=1)
        limits = upload_limits(self._settings, is_sent=not isinstance(brought, Path))
        prepared = prepare_import(brought, wanted, self._settings.data_dir, limits, progress)
        waiting = _PREPARED[owner]
        try:
            self._look_at_quota(owner, more_bytes=prepared.size + sum(other.size for other in waiting))
        except RefusedUpload:
            prepared.discard()
            raise
        waiting.add(prepared)
        return prepared

    @needs_right_to(Action.CREATE_DATASET)
    def keep_import(
        self, prepared: PreparedImport, title: str, *, owner: str = "", audience: str = PRIVATE
    ) -> OwnDataset:
        """Have what was prepared be a dataset; a visitor's is their own.  Raises: RefusedUpload naming value, limit."""
        owner = owner_of_new(self._actor, owner)
        self._look_at_quota(owner, more_datasets=1, more_bytes=prepared.size)
        return self._own(prepared.keep(title, self._settings.data_dir), owner, IMPORTED, audience)

    @needs(Action.CHANGE_DATASET)
    def add_images(
        self, name: str, images: Images, labels: Sequence[int], splits: Sequence[str] | None = None
    ) -> DatasetSpec:
        """Add labelled images, uint8 (N, C, H, W), as core.datasets.user_datasets does; return the new spec.

        Raises: RefusedUpload naming value and limit.
        """
        self._look_at_quota(self._owner(name), more_bytes=images.nbytes)
        return user_datasets.add_images(name, images, labels, self._settings.data_dir, splits=splits)

    @needs(Action.CHANGE_DATASET)
    def remove_image(self, name: str, split: str, index: int) -> DatasetSpec:
        """Remove one image, by its split ("train", "validation" or "test") and position there.  Raises: IndexError."""
        return user_datasets.remove_image(name, split, index, self._settings.data_dir)

    @needs(Action.SHARE_DATASET)
    def share(self, name: str, audience: str) -> None:
        """Let whoever has its link (LINK) or everybody (EVERYONE) use the dataset, or nobody else (PRIVATE).

        Raises: UnknownDataset.
        """
        if audience not in rights.AUDIENCES:
            what = f"the audience is one of {rights.AUDIENCES}, got {audience!r}"  # not said: for programmers
            raise ValueError(what)
        with self._database.write(durable=True) as connection:
            self._change(connection, name, audience=audience)
            if audience == PRIVATE:  # shared again, it is for those who get its link again
                opened = (OPENED.c.kind == DATASET) & (OPENED.c.id == name)
                connection.execute(delete(OPENED).where(opened))

    @needs(Action.DELETE_DATASET)
    def delete(self, name: str) -> None:
        """Put the dataset into the bin: it is gone for everybody until `restore`. Runs in training go on."""
        folder = self._settings.data_dir
        user_datasets.bin_own(
            name, folder
        )  # first: it may wait for who changes the dataset, and nobody for it
        try:
            with self._database.write(durable=True) as connection:
                self._change(connection, name, deleted_at=store_time(connection, time.time()))
        except BaseException:  # why: whatever happens, the files lie where the row says
            user_datasets.restore_own(name, folder)
            raise

    @needs(Action.DELETE_DATASET)
    def restore(self, name: str) -> None:
        """Bring the dataset back out of the bin.

        Raises: UnknownDataset when it is gone for good; RefusedUpload beyond the number that its owner may have.
        """
        folder, subject = self._settings.data_dir, subject_of(self._database, name)
        user_datasets.restore_own(name, folder)
        try:
            with self._database.write(durable=True) as connection:
                if subject is not None and subject.is_deleted:
                    self._check_quota(connection, subject.owner, more_datasets=1)
                self._change(connection, name, deleted_at=None)
        except BaseException:  # why: as in `delete`
            user_datasets.bin_own(name, folder)
            raise

    @needs(Action.DELETE_DATASET)
    def erase(self, name: str) -> None:
        """Delete the dataset for good, and not into the bin.  Raises: UnknownDataset."""
        self._erase(name)

    @needs_right_to(Action.WORK)
    def give(self, name: str, owner: str, audience: str = PRIVATE) -> None:
        """Have the dataset be this visitor's ("": the operator's).  Raises: UnknownDataset."""
        with self._database.write(durable=True) as connection:
            self._change(connection, name, owner=owner, audience=audience)

    @needs_right_to(Action.WORK)
    def purge(self) -> list[str]:
        """Delete for good what has lain in the bin for its time; return the names."""
        with self._database.write() as connection:
            before = store_time(connection, time.time()) - self._settings.bin_days * DAY_S
        with self._database.read() as connection:
            over = select(OWN_DATASETS.c.name).where(OWN_DATASETS.c.deleted_at <= before)
            names = list(connection.scalars(over))
        for name in names:
            self._erase(name)
        return names

    @needs_right_to(Action.ERASE_OWN)
    def erase_mine(self) -> int:
        """Delete for good everything of the actor's own, what lies in the bin too; return how many there were."""
        if not self._actor.id:
            return 0
        with self._database.read() as connection:
            names = list(connection.scalars(select(OWN_DATASETS.c.name).where(self._is_mine())))
        for name in names:
            self._erase(name)
        return len(names)

    def _erase(self, name: str) -> None:
        """Delete the dataset for good: its files first, so that none is left that nobody knows of."""
        user_datasets.purge_own(name, self._settings.data_dir)
        with self._database.write() as connection:
            connection.execute(delete(OWN_DATASETS).where(OWN_DATASETS.c.name == name))
            connection.execute(delete(OPENED).where((OPENED.c.kind == DATASET) & (OPENED.c.id == name)))

    def _own(self, spec: DatasetSpec, owner: str, kind: str, audience: str) -> OwnDataset:
        """Write down whose the new dataset is; without that it is not kept.  Raises: RefusedUpload beyond the quota."""
        row = _columns(spec.name, owner, kind, audience)
        try:
            with self._database.write(durable=True) as connection:
                rules_for(connection, self._actor)  # who is a member no more makes nothing that is nobody's
                size = user_datasets.stored_bytes(spec.name, self._settings.data_dir)
                self._check_quota(connection, owner, more_datasets=1, more_bytes=size)
                connection.execute(insert(OWN_DATASETS).values(**row))
        except BaseException:  # why: whatever happens, a dataset of nobody's would be left
            user_datasets.delete_own(spec.name, self._settings.data_dir)
            raise
        return OwnDataset(spec, owner, kind, audience, row["created_at"])

    def _look_at_quota(self, owner: str, more_datasets: int = 0, more_bytes: int = 0) -> None:
        """Refuse early what will be beyond the quota."""
        with self._database.read() as connection:
            self._check_quota(connection, owner, more_datasets=more_datasets, more_bytes=more_bytes)

    def _owner(self, name: str) -> str:
        subject = subject_of(self._database, name)
        return subject.owner if subject else ""

    def _change(self, connection: Connection, name: str, **values: Any) -> None:
        """Change the dataset's row; one that lay in the data folder without gets it.  Raises: UnknownDataset."""
        changed = connection.execute(update(OWN_DATASETS).where(OWN_DATASETS.c.name == name).values(**values))
        if changed.rowcount:
            return
        if not user_datasets.stored_bytes(name, self._settings.data_dir):
            raise unknown(name)
        connection.execute(insert(OWN_DATASETS).values(**_columns(name, "", IMPORTED, PRIVATE) | values))


def _columns(name: str, owner: str, kind: str, audience: str) -> dict[str, Any]:
    return {"name": name, "owner": owner, "kind": kind, "audience": audience, "created_at": time.time()}
