"""How many searches a visitor may have under way: one more is refused in words, until one has ended."""

from pathlib import Path

import pytest

from core.access.rules import OPERATOR, Actor, Role
from core.config.app_settings import Settings
from core.config.run_config import RunConfig
from core.runs import RunRefused, Store
from core.search import Dimension, Searches, SearchPlan

PLAN = SearchPlan(
    RunConfig(train_size=400, validation_size=400, epochs=1, eval_every=0),
    (Dimension("batch_size", ("50", "100")),),
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(settings=Settings(store=f"sqlite:///{tmp_path / 'inkling.db'}", searches_per_owner=2))


def searches_of(store: Store, visitor: str) -> Searches:
    return Searches(store.acting_as(Actor(Role.VISITOR, visitor)))


@pytest.mark.usefixtures("mnist")
def test_one_more_than_a_visitor_may_have_is_refused_until_one_has_ended(store: Store) -> None:
    mine, worker = searches_of(store, "ada"), Searches(store)
    ids = [mine.create(PLAN) for _ in range(2)]
    for _ in range(2):
        with pytest.raises(RunRefused, match="You already have 2 searches under way") as refused:
            mine.create(PLAN)
        assert "stop one that you no longer need" in refused.value.remedy
        assert [row.id for row in mine.newest()] == ids[::-1], "nothing half begun is left"
        mine.stop(ids[0])  # its runs are being stopped: it still works
    worker.settle(ids[0], "stopped")
    third = mine.create(PLAN)
    with pytest.raises(RunRefused, match="You already have 2 searches under way"):
        mine.resume(ids[0])
    assert mine.get(ids[0]).state == "stopped"
    worker.settle(third, "finished")
    mine.resume(ids[0])
    assert mine.get(ids[0]).state == "running"


@pytest.mark.usefixtures("mnist")
def test_others_and_operators_are_not_bound_by_it(store: Store) -> None:
    for _ in range(2):
        searches_of(store, "ada").create(PLAN)
    assert searches_of(store, "bob").create(PLAN)
    operator = Searches(store.acting_as(OPERATOR))
    assert [operator.create(PLAN) for _ in range(4)]
