"""Which datasets of people's own somebody may choose, and which are theirs to look after."""

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, RowMapping, and_, func, or_, select, true

from core.access.guard import needs, needs_right_to
from core.access.rules import Action, Role, may
from core.datasets import user_datasets
from core.datasets.catalog import DatasetSpec, dataset_spec
from core.datasets.errors import DatasetError, UnknownDataset
from core.runs import dataset_rights as rights
from core.runs.dataset_rights import DRAWINGS, EVERYONE, LINK, OwnDataset
from core.runs.dataset_runs import MOST_NAMED, RunsOn
from core.runs.opened_links import DATASET
from core.runs.run_query import Query, mixes_in
from core.runs.schema import OPENED, OWN_DATASETS, RUNS

if TYPE_CHECKING:
    from core.runs.store import Store


class DatasetLists:
    """The datasets of people's own, as the store's actor may see them.

    Each method raises PrivateDataset for what the actor may not do; DatasetError, StoreError.
    """

    def __init__(self, store: "Store") -> None:
        self._database, self._actor, self._settings = store.database, store.actor, store.settings
        self._list_runs = store.list

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
            return _usable(self._read(and_(is_live, self._listed())))
        return _by_title([*_usable(self._read(is_live)), *self._nobodys()])

    @needs_right_to(Action.LIST_DATASETS)
    def managed(self) -> list[OwnDataset]:
        """Return those that the actor looks after, by title, damaged ones too: their own, an operator everybody's."""
        known = self._read(and_(OWN_DATASETS.c.deleted_at.is_(None), self._is_managed()))
        found = [self._looked_into(dataset) for dataset in known]
        return found if self._actor.role is Role.VISITOR else _by_title([*found, *self._nobodys()])

    @needs_right_to(Action.LIST_DATASETS)
    def binned(self) -> list[OwnDataset]:
        """Return those of `managed` that lie in the bin, by title."""
        return self._read(and_(OWN_DATASETS.c.deleted_at.is_not(None), self._is_managed()))

    @needs_right_to(Action.LIST_DATASETS)
    def drawings(self, spec: DatasetSpec) -> OwnDataset | None:
        """Return the actor's own drawings of the dataset's classes, None before the first."""
        is_drawn = and_(OWN_DATASETS.c.deleted_at.is_(None), OWN_DATASETS.c.kind == DRAWINGS, self._is_mine())
        found = sorted(_usable(self._read(is_drawn)), key=lambda dataset: dataset.created_at)
        return next((dataset for dataset in found if dataset.spec.is_compatible_with(spec)), None)

    @needs(Action.READ_DATASET)
    def get(self, name: str) -> OwnDataset:
        """Return the dataset.  Raises: UnknownDataset, DamagedData."""
        spec = dataset_spec(name, self._settings.data_dir)
        found = self._read(OWN_DATASETS.c.name == name)
        return found[0] if found else OwnDataset(spec)

    @needs(Action.READ_DATASET)
    def stored_bytes(self, name: str) -> int:
        """Return how much of the disk the dataset takes."""
        return user_datasets.stored_bytes(name, self._settings.data_dir)

    @needs(Action.DELETE_DATASET)
    def runs_on(self, name: str) -> list[RunsOn]:
        """Return which runs stand on the dataset: those trained on it, and those that mixed it in, where there are any.

        All are counted, whoever made them; those that lists show to the actor are named.
        """
        found = []
        for is_mixed, stand, query in (
            (False, RUNS.c.dataset == name, Query(dataset=name, limit=MOST_NAMED)),
            (True, mixes_in(name), Query(mix_in=name, limit=MOST_NAMED)),
        ):
            counting = select(func.count()).where(stand, RUNS.c.deleted_at.is_(None))
            with self._database.read() as connection:
                count = connection.scalar(counting) or 0
            if count:
                found.append(RunsOn(count, self._list_runs(query), is_mixed))
        return found

    def _is_mine(self) -> ColumnElement[bool]:
        return and_(OWN_DATASETS.c.owner == self._actor.id, OWN_DATASETS.c.owner != "")

    def _is_managed(self) -> ColumnElement[bool]:
        return self._is_mine() if self._actor.role is Role.VISITOR else true()

    def _listed(self) -> ColumnElement[bool]:
        opened = select(OPENED.c.id).where(OPENED.c.visitor == self._actor.id, OPENED.c.kind == DATASET)
        by_link = and_(OWN_DATASETS.c.audience == LINK, OWN_DATASETS.c.name.in_(opened))
        return or_(self._is_mine(), by_link, OWN_DATASETS.c.audience == EVERYONE)

    def _nobodys(self) -> list[OwnDataset]:
        """Return those in the data folder that the store has no row of."""
        with self._database.read() as connection:
            known = {*connection.scalars(select(OWN_DATASETS.c.name))}
        specs = user_datasets.list_own(self._settings.data_dir)
        return [OwnDataset(spec) for spec in specs if spec.name not in known]

    def _read(self, condition: ColumnElement[bool]) -> list[OwnDataset]:
        """Return the datasets of the rows that match and have their images, by title; what is damaged says so."""
        with self._database.read() as connection:
            rows = connection.execute(select(OWN_DATASETS).where(condition)).mappings().all()
        return _by_title([dataset for row in rows if (dataset := self._of(row)) is not None])

    def _of(self, row: RowMapping) -> OwnDataset | None:
        """Return the dataset of a row, None without its files, having put them where the row says.

        What moved them may have been cut off.
        """
        name, is_binned, folder = row["name"], row["deleted_at"] is not None, self._settings.data_dir
        values = {key: row[key] for key in ("owner", "kind", "audience", "created_at", "deleted_at")}
        for _attempt in range(2):
            try:
                spec = user_datasets.binned_spec(name, folder) if is_binned else dataset_spec(name, folder)
                return OwnDataset(spec, **values)
            except UnknownDataset:
                move = user_datasets.bin_own if is_binned else user_datasets.restore_own
                with suppress(DatasetError):
                    move(name, folder)
            except DatasetError as error:
                return OwnDataset(user_datasets.unreadable_spec(name), **values, damage=str(error))
        return None

    def _looked_into(self, dataset: OwnDataset) -> OwnDataset:
        """Return the dataset with what is wrong with its images, if anything is."""
        if dataset.damage:
            return dataset
        try:
            user_datasets.load_own(dataset.name, self._settings.data_dir)
        except DatasetError as error:
            return replace(dataset, damage=str(error))
        return dataset


def _usable(datasets: list[OwnDataset]) -> list[OwnDataset]:
    """Return those whose record can be read: of the others `load` says what is wrong, where it is asked for."""
    return [dataset for dataset in datasets if not dataset.damage]


def _by_title(datasets: list[OwnDataset]) -> list[OwnDataset]:
    return sorted(datasets, key=lambda dataset: (dataset.spec.title.casefold(), dataset.name))
