"""What is said of a dataset that lies in the bin: to its owner where it is and its title, to others neither."""

from pathlib import Path

import pytest

from core.access.rules import Actor, Role
from core.config.app_settings import Settings
from core.config.run_config import ConfigError, RunConfig
from core.runs import Store
from core.runs.dataset_rights import LINK, own_in_bin
from core.runs.own_datasets import OwnDatasets
from tests.one_sided_sets import SMALL, drawn
from tests.own_sets import give

ADA, BOB = Actor(Role.VISITOR, "ada"), Actor(Role.VISITOR, "bob")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(settings=Settings(store=f"sqlite:///{tmp_path / 'runs.db'}"))


@pytest.mark.parametrize("field", ["dataset", "mix_in"])
def test_a_run_on_ones_own_in_the_bin_is_refused_with_where_it_is(store: Store, field: str) -> None:
    name = drawn("Ada's letters", (4, 4), (5, 5)).name
    give(store, name, "ada")
    hers = OwnDatasets(store.acting_as(ADA))
    hers.share(name, LINK)
    hers.delete(name)
    config = RunConfig(**SMALL | {field: name})
    with pytest.raises(ConfigError) as refused:
        store.acting_as(ADA).create(config)
    assert str(refused.value) == "“Ada's letters” lies in your bin. Restore it on Data, under “Mine”."
    with pytest.raises(ConfigError, match="not shared") as refused:
        store.acting_as(BOB).create(config)
    assert "Ada" not in str(refused.value)


def test_it_is_ones_own_alone_and_only_while_it_lies_there(store: Store) -> None:
    name = drawn("Ada's letters", (4, 4), (5, 5)).name
    give(store, name, "ada")

    def told(actor: Actor) -> bool:
        return own_in_bin(store.database, actor, name) is not None

    assert not told(ADA)
    OwnDatasets(store).delete(name)
    assert told(ADA)
    assert not told(BOB)
    assert not told(Actor(Role.OPERATOR, "bob"))
    OwnDatasets(store).purge()
    assert told(ADA)
    OwnDatasets(store.acting_as(ADA)).erase_mine()
    assert not told(ADA)
