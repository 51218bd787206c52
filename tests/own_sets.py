"""Whose a dataset is that a test has made in the data folder alone, where nobody's are the operator's."""

from core.runs import Store
from core.runs.dataset_rights import EVERYONE
from core.runs.own_datasets import OwnDatasets


def give(store: Store, name: str, owner: str) -> None:
    """Have the dataset be this visitor's."""
    OwnDatasets(store).give(name, owner)


def offer_to_all(store: Store, name: str) -> None:
    """Have everybody see the dataset and train on it."""
    OwnDatasets(store).give(name, "")
    OwnDatasets(store).share(name, EVERYONE)
