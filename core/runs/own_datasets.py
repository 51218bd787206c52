"""Whose datasets of people's own are, and what somebody may do with them. Their images: core.datasets.user_datasets."""

import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from core.access.guard import needs, needs_right_to
from core.access.rules import Action, Role, may, owner_of_new
from core.datasets import user_datasets
from core.datasets.catalog import DatasetSpec, dataset_spec, unknown
from core.datasets.errors import DatasetError, RefusedUpload, UnknownDataset
from core.datasets.image_data import ImageData, Images
from core.datasets.user_dataset_limits import OwnLimits
from core.datasets.user_dataset_zip import Imported, export_zip, import_zip
from core.runs import dataset_rights as rights
from core.runs.dataset_quota import check_quota, upload_limits
from core.runs.dataset_rights import DRAWINGS, EVERYONE, IMPORTED, LINK, PRIVATE, OwnDataset, subject_of
from core.runs.opened_links import DATASET, note_opened
from core.runs.schema import OPENED, OWN_DATASETS
from core.runs.store_time import store_time

if TYPE_CHECKING:
    from core.runs.store import Store

DAY_S: Final = 86_400.0


class OwnDatasets:
    """The datasets of people's own, as the store's actor may use them.

    Each method raises PrivateDataset for what the actor may not do; DatasetError, StoreError.
    """

    def __init__(self, store: "Store") -> None:
        self._database, self._actor, self._settings = store.database, store.actor, store.settings
        self._check_quota = partial(check_quota, store.database, store.settings, store.actor)

    def check(self, action: Action, name: str) -> None:
        """Refuse what the actor may not do to the dataset ("": to none in particular). The catalog's are everybody's.

        Raises: UnknownDataset; PrivateDataset.
        """
        rights.check_right(self._database, self._actor, action, name)

    def may(self, action: Action, dataset: OwnDataset) -> bool:
        """Return whether the actor may do this to the dataset: for what is greyed out."""
        return may(
            self._actor, action, rights.subject_with(dataset.owner, dataset.audience, dataset.deleted_at)
        )

    @needs_right_to(Action.LIST_DATASETS)
    def available(self) -> list[OwnDataset]:
        """Return what the actor may choose to train on, by title: a visitor's own and what others offer them."""
        is_live = OWN_DATASETS.c.deleted_at.is_(None)
        if self._actor.role is Role.VISITOR:
            return self._read(and_(is_live, self._listed()))
        known = {dataset.name: dataset for dataset in self._read(is_live)}
        nobodys = (OwnDataset(spec) for spec in user_datasets.list_own(self._settings.data_dir))
        return _by_title([known.get(dataset.name, dataset) for dataset in nobodys])

    @needs_right_to(Action.LIST_DATASETS)
    def mine(self) -> list[OwnDataset]:
        """Return the actor's own, by title."""
        return self._read(and_(OWN_DATASETS.c.deleted_at.is_(None), self._is_mine()))

    @needs_right_to(Action.LIST_DATASETS)
    def binned(self) -> list[OwnDataset]:
        """Return those of the actor's own that lie in the bin, by title."""
        return self._read(and_(OWN_DATASETS.c.deleted_at.is_not(None), self._is_mine()))

    @needs_right_to(Action.LIST_DATASETS)
    def drawings(self, spec: DatasetSpec) -> OwnDataset | None:
        """Return the actor's own drawings of the dataset's classes, None before the first."""
        is_drawn = and_(OWN_DATASETS.c.deleted_at.is_(None), OWN_DATASETS.c.kind == DRAWINGS, self._is_mine())
        found = sorted(self._read(is_drawn), key=lambda dataset: dataset.created_at)
        return next((dataset for dataset in found if dataset.spec.is_compatible_with(spec)), None)

    @needs(Action.READ_DATASET)
    def get(self, name: str) -> OwnDataset:
        """Return the dataset.  Raises: UnknownDataset, DamagedData."""
        spec = dataset_spec(name, self._settings.data_dir)
        found = self._read(OWN_DATASETS.c.name == name)
        return found[0] if found else OwnDataset(spec)

    @needs(Action.READ_DATASET)
    def load(self, name: str) -> ImageData:
        """Return its images, as core.datasets.load does."""
        return user_datasets.load_own(name, self._settings.data_dir)

    @needs(Action.READ_DATASET)
    def export_zip(self, name: str) -> bytes:
        """Return the dataset as a ZIP that `import_zip` takes back."""
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
        self._check_quota(owner, more_datasets=1)
        spec = user_datasets.create_own(title, class_names, shape, self._settings.data_dir)
        return self._own(spec, owner, kind, audience)

    @needs_right_to(Action.CREATE_DATASET)
    def import_zip(
        self,
        content: bytes,
        title: str,
        shape: tuple[int, int, int],
        *,
        owner: str = "",
        audience: str = PRIVATE,
        limits: OwnLimits | None = None,
    ) -> Imported:
        """Return a new dataset made of a ZIP with one folder for each class, and what was left out of it.

        Raises: RefusedUpload naming value and limit.
        """
        owner = owner_of_new(self._actor, owner)
        self._check_quota(owner, more_datasets=1)
        found = import_zip(
            content, title, shape, self._settings.data_dir, limits=limits or upload_limits(self._settings)
        )
        try:
            size = user_datasets.stored_bytes(found.spec.name, self._settings.data_dir)
            self._check_quota(owner, more_bytes=size)
        except RefusedUpload:
            user_datasets.delete_own(found.spec.name, self._settings.data_dir)
            raise
        self._own(found.spec, owner, IMPORTED, audience)
        return found

    @needs(Action.CHANGE_DATASET)
    def add_images(self, name: str, images: Images, labels: Sequence[int]) -> DatasetSpec:
        """Add labelled images, uint8 (N, C, H, W), as core.datasets.user_datasets does; return the new spec.

        Raises: RefusedUpload naming value and limit.
        """
        self._check_quota(self._owner(name), more_bytes=images.nbytes)
        return user_datasets.add_images(name, images, labels, self._settings.data_dir)

    @needs(Action.CHANGE_DATASET)
    def remove_image(self, name: str, split: str, index: int) -> DatasetSpec:
        """Remove one image, by its split ("train" or "test") and position there.  Raises: IndexError."""
        return user_datasets.remove_image(name, split, index, self._settings.data_dir)

    @needs(Action.SHARE_DATASET)
    def share(self, name: str, audience: str) -> None:
        """Let whoever has its link (LINK) or everybody (EVERYONE) use the dataset, or nobody else (PRIVATE).

        Raises: UnknownDataset for one that no store has a row of.
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
        with self._database.write(durable=True) as connection:
            deleted_at = store_time(connection, time.time())
            row = OWN_DATASETS.c.name == name
            if not connection.execute(select(OWN_DATASETS.c.name).where(row)).first():
                connection.execute(insert(OWN_DATASETS).values(**_columns(name, "", IMPORTED, PRIVATE)))
            self._change(connection, name, deleted_at=deleted_at)
            user_datasets.bin_own(name, self._settings.data_dir)

    @needs(Action.DELETE_DATASET)
    def restore(self, name: str) -> None:
        """Bring the dataset back out of the bin.  Raises: UnknownDataset when it is gone for good."""
        with self._database.write(durable=True) as connection:
            self._change(connection, name, deleted_at=None)
            user_datasets.restore_own(name, self._settings.data_dir)

    @needs_right_to(Action.WORK)
    def give(self, name: str, owner: str) -> None:
        """Have the dataset be this visitor's ("": the operator's), private.  Raises: UnknownDataset."""
        dataset_spec(name, self._settings.data_dir)
        with self._database.write(durable=True) as connection:
            row = OWN_DATASETS.c.name == name
            if connection.execute(select(OWN_DATASETS.c.name).where(row)).first():
                self._change(connection, name, owner=owner, audience=PRIVATE)
            else:
                connection.execute(insert(OWN_DATASETS).values(**_columns(name, owner, IMPORTED, PRIVATE)))

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
        """Write down whose the new dataset is; without that it is not kept."""
        row = _columns(spec.name, owner, kind, audience)
        try:
            with self._database.write(durable=True) as connection:
                connection.execute(insert(OWN_DATASETS).values(**row))
        except BaseException:  # why: whatever happens, a dataset of nobody's would be left
            user_datasets.delete_own(spec.name, self._settings.data_dir)
            raise
        return OwnDataset(spec, owner, kind, audience, row["created_at"])

    def _owner(self, name: str) -> str:
        subject = subject_of(self._database, name)
        return subject.owner if subject else ""

    def _is_mine(self) -> ColumnElement[bool]:
        return and_(OWN_DATASETS.c.owner == self._actor.id, OWN_DATASETS.c.owner != "")

    def _listed(self) -> ColumnElement[bool]:
        opened = select(OPENED.c.id).where(OPENED.c.visitor == self._actor.id, OPENED.c.kind == DATASET)
        by_link = and_(OWN_DATASETS.c.audience == LINK, OWN_DATASETS.c.name.in_(opened))
        return or_(self._is_mine(), by_link, OWN_DATASETS.c.audience == EVERYONE)

    def _change(self, connection: Connection, name: str, **values: Any) -> None:
        changed = connection.execute(update(OWN_DATASETS).where(OWN_DATASETS.c.name == name).values(**values))
        if not changed.rowcount:
            raise unknown(name)

    def _read(self, condition: ColumnElement[bool]) -> list[OwnDataset]:
        """Return the datasets of the rows that match and have their images, by title."""
        with self._database.read() as connection:
            rows = connection.execute(select(OWN_DATASETS).where(condition)).mappings().all()
        found = []
        for row in rows:
            spec = self._spec(row["name"], is_binned=row["deleted_at"] is not None)
            if spec is not None:
                values = {key: row[key] for key in ("owner", "kind", "audience", "created_at", "deleted_at")}
                found.append(OwnDataset(spec, **values))
        return _by_title(found)

    def _spec(self, name: str, *, is_binned: bool) -> DatasetSpec | None:
        """Return what its files say, having put them where the row says: what moved them may have been cut off."""
        folder = self._settings.data_dir
        for _attempt in range(2):
            try:
                return user_datasets.binned_spec(name, folder) if is_binned else dataset_spec(name, folder)
            except UnknownDataset:
                move = user_datasets.bin_own if is_binned else user_datasets.restore_own
                with suppress(DatasetError):
                    move(name, folder)
            except DatasetError:
                return None  # damaged: `load` says how, where it is asked for
        return None


def _columns(name: str, owner: str, kind: str, audience: str) -> dict[str, Any]:
    return {"name": name, "owner": owner, "kind": kind, "audience": audience, "created_at": time.time()}


def _by_title(datasets: list[OwnDataset]) -> list[OwnDataset]:
    return sorted(datasets, key=lambda dataset: (dataset.spec.title.casefold(), dataset.name))
