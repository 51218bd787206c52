"""Whose a dataset of people's own is, and the rules asked about it."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from core.access.rules import NOTHING, SYSTEM, Action, Actor, Subject, may
from core.config.dataset_fit import in_bin, not_shared, not_there
from core.config.run_config import FieldError, RunConfig
from core.datasets.catalog import CATALOG, DatasetSpec, is_name, unknown
from core.datasets.errors import DatasetError, PrivateDataset, UnknownDataset
from core.datasets.user_datasets import DataDir, binned_spec
from core.i18n.translation import _
from core.runs.database import Database
from core.runs.errors import LOG
from core.runs.schema import OWN_DATASETS

DRAWINGS: Final = "drawings"  # kinds: what somebody drew and labelled on Draw
IMPORTED: Final = "imported"
PRIVATE: Final = "private"  # audiences
LINK: Final = "link"
EVERYONE: Final = "everyone"
AUDIENCES: Final = (PRIVATE, LINK, EVERYONE)


@dataclass(frozen=True)
class OwnDataset:
    """A dataset of somebody's own: what it is, whose ("" is nobody's: the operator's), and who else may use it.

    audience: PRIVATE (the owner alone), LINK (whoever has its link), EVERYONE. Times in seconds since 1970; 0.0 and
    None for one that no store has a row of. damage: why it cannot be used, in a sentence, "" where it can.
    """

    spec: DatasetSpec
    owner: str = ""
    kind: str = IMPORTED
    audience: str = PRIVATE
    created_at: float = 0.0
    deleted_at: float | None = None
    damage: str = ""

    @property
    def name(self) -> str:
        """Its name in settings and addresses, "own:<id>"."""
        return self.spec.name

    @property
    def count(self) -> int:
        """How many images it has."""
        return self.spec.n_images


def check_right(database: Database, actor: Actor, action: Action, name: str) -> None:
    """Refuse what the actor may not do to the dataset ("": to none in particular). The catalog's are everybody's.

    Raises: PrivateDataset; UnknownDataset for one that no store has a row of, to all but the operator; StoreError.
    """
    if actor is SYSTEM or name in CATALOG:
        return
    if name and not is_name(name):
        raise unknown(name)
    subject = subject_of(database, name) if name else NOTHING
    if may(actor, action, subject or NOTHING):
        return
    LOG.warning("refused: %s %s by %s %s", action.value, name, actor.role.value, actor.id[:8])
    if subject is None:
        raise unknown(name)
    if action is Action.READ_DATASET:
        raise PrivateDataset(
            _("The images of this dataset are somebody else's own, and not shared."),
            _("Ask whoever made them to share them, or choose another dataset."),
        )
    raise PrivateDataset(
        _("This dataset is somebody else's own, so it cannot be changed here."),
        _("Draw or import one of your own."),
    )


def refused_dataset(
    database: Database, actor: Actor, config: RunConfig, data_dir: DataDir = None
) -> FieldError | None:
    """Return why the actor may not train on the config's datasets, None where they may.  Raises: StoreError."""
    for field in ("dataset", "mix_in"):
        name = getattr(config, field)
        try:
            check_right(database, actor, Action.READ_DATASET, name or config.dataset)
        except PrivateDataset:
            return not_shared(field, name)
        except UnknownDataset:
            return not_there(field, name)
        if name and (binned := own_in_bin(database, actor, name, data_dir)):
            return in_bin(field, binned)
    return None


def own_in_bin(database: Database, actor: Actor, name: str, data_dir: DataDir = None) -> DatasetSpec | None:
    """Return the dataset if it is the actor's own and lies in the bin, None otherwise.  Raises: StoreError."""
    subject = subject_of(database, name) if actor.id and name not in CATALOG else None
    if subject is None or not subject.is_deleted or subject.owner != actor.id:
        return None
    try:
        return binned_spec(name, data_dir)
    except DatasetError:  # its files are gone, or cannot be read
        return None


def subject_of(database: Database, name: str) -> Subject | None:
    """Return whose the dataset is, None for one that no store has a row of: it is the operator's."""
    columns = OWN_DATASETS.c.owner, OWN_DATASETS.c.audience, OWN_DATASETS.c.deleted_at
    with database.read() as connection:
        row = connection.execute(select(*columns).where(OWN_DATASETS.c.name == name)).first()
    return subject_with(*row) if row is not None else None


def subject_with(owner: str, audience: str, deleted_at: float | None) -> Subject:
    """Return what a row says of the dataset, for the rules."""
    return Subject(owner, deleted_at is not None, audience in (LINK, EVERYONE))
