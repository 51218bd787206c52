"""Everything that somebody has made, deleted for good."""

from dataclasses import dataclass

from core.i18n.translation import ngettext
from core.runs import Store
from core.runs.handover import count_things
from core.runs.own_datasets import OwnDatasets
from core.search.optuna_study import delete_study
from core.search.search_table import Searches


@dataclass(frozen=True)
class Erased:
    """How much was deleted for good."""

    runs: int
    searches: int
    datasets: int

    def in_words(self) -> list[str]:
        """Return how many of each kind, those alone of which there are any."""
        said = {
            "runs": ngettext("{n} run", "{n} runs", self.runs),
            "searches": ngettext("{n} search", "{n} searches", self.searches),
            "datasets": ngettext("{n} dataset", "{n} datasets", self.datasets),
        }
        return [words for name, words in said.items() if getattr(self, name)]


def count_everything(store: Store) -> Erased:
    """Return how much `erase_everything` would delete, what lies in the bin included.  Raises: StoreError."""
    owner = store.actor.id
    return Erased(**count_things(store.database, owner)) if owner else Erased(0, 0, 0)


def erase_everything(store: Store) -> Erased:
    """Delete every run, search and dataset of the store's actor for good, at once and not into the bin.

    A run that is being trained is out of sight at once and gone when its worker has stopped. Others' runs that learned
    from the datasets keep what they learned.  Raises: StoreError, DatasetError; what is gone by then is gone.
    """
    searches = Searches(store).erase_mine()  # first: they begin runs
    for search_id in searches:
        delete_study(search_id, store.url)
    return Erased(store.erase_mine(), len(searches), OwnDatasets(store).erase_mine())
