"""How much of the store a visitor's runs may take: asked where one is made and where one is brought in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.access.rules import OPERATOR, SYSTEM, Actor, Role
from core.config.run_config import RunConfig
from core.protocol.events import Event, Finished
from core.runs import RunRefused, Store
from tests.core.runs.conftest import open_store, started, steps, weights

CONFIG = RunConfig(train_size=1_000, epochs=2)
ADA, BOB = (Actor(Role.VISITOR, name) for name in ("ada", "bob"))
STORY: tuple[Event, ...] = (
    started(),
    steps(1, 20),
    *map(weights, range(20)),
    Finished(20, "finished", 1.0),
)  # 0.6 MB


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "inkling.db", run_mb_per_owner=1.0)
    yield opened
    opened.close()


def test_what_is_brought_in_counts_before_it_is_there(store: Store) -> None:
    ada = store.acting_as(ADA)
    first = ada.add_finished_run(CONFIG, STORY)
    with pytest.raises(RunRefused, match=r"would take 1\.3 MB of the store, but at most 1\.0 MB"):
        ada.add_finished_run(CONFIG, STORY)
    assert [row.id for row in store.list()] == [first]
    store.acting_as(BOB).add_finished_run(CONFIG, STORY)
    ada.delete(first)
    second = ada.add_finished_run(CONFIG, STORY)
    with pytest.raises(RunRefused, match=r"would take 1\.3 MB"):  # made room for, and brought back
        ada.restore(first)
    assert store.get(first).deleted_at is not None
    ada.restore(second)  # is there already
    ada.delete(second)
    ada.restore(first)
    assert store.get(first).deleted_at is None


def test_who_has_taken_their_share_makes_no_run(store: Store) -> None:
    for _ in range(2):
        store.add_finished_run(CONFIG, STORY, owner="ada")
    with pytest.raises(RunRefused, match=r"would take 1\.3 MB"):
        store.acting_as(ADA).create(CONFIG)
    for actor in (BOB, OPERATOR, SYSTEM):
        store.acting_as(actor).create(CONFIG)


@pytest.mark.parametrize("actor", [OPERATOR, SYSTEM, Actor(Role.OPERATOR, "ada")])
def test_the_operator_has_no_bound(store: Store, actor: Actor) -> None:
    for _ in range(3):
        store.acting_as(actor).add_finished_run(CONFIG, STORY, owner="ada")
    assert len(store.list()) == 3
