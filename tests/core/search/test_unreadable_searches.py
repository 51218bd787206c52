"""A search that cannot be read, or whose trials cannot, keeps no other from going on."""

from contextlib import suppress
from pathlib import Path

import pytest

from core.config.run_config import RunConfig
from core.protocol.events import Evaluated, Finished, Started
from core.runs import Store
from core.search import Dimension, Searches, SearchPlan, UnreadableSearch
from core.search.driver import Driver
from core.search.search_space import plan_from_json, plan_to_json
from tests.core.runs.unreadable_rows import DAMAGES, damage, damage_events

PLAN = SearchPlan(
    RunConfig(), (Dimension("learning_rate", ("0.01", "0.1")),), sampler="grid", trials=2, parallel=1
)
STORY = (
    Started(0, 9, 9, 900, "test", 100, 7850, "closed-form", 1),
    Evaluated(9, "test", 1.0, 0.5),
    Finished(9, "finished", 1.0),
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(f"sqlite:///{tmp_path / 'inkling.db'}")


def work(store: Store, search_id: str) -> None:
    """Bring the search's queued run to its end."""
    (run,) = store.list(group_id=search_id, statuses=["queued"])
    store.append(run.id, store.claim(run.id), STORY)
    store.leases.give_back(run.id)


@pytest.mark.parametrize(
    "damage_sql",
    [
        "UPDATE searches SET plan = '{' WHERE id = ?",
        "UPDATE searches SET state = 'dreaming' WHERE id = ?",
        "UPDATE trial_params SET distribution_json = '{' WHERE trial_id IN "
        "(SELECT trial_id FROM trials JOIN studies USING (study_id) WHERE study_name = ?)",
    ],
)
def test_the_others_go_on(store: Store, damage_sql: str) -> None:
    searches, driver = Searches(store), Driver(store)
    bad, good = searches.create(PLAN, name="bad"), searches.create(PLAN, name="good")
    driver.tick()
    with store.database.write() as connection:
        done = connection.exec_driver_sql(damage_sql, (bad,))
        assert done.rowcount
    for _ in range(2):
        work(store, good)
        # why: what Optuna cannot read the driver tells its thread, after all others were moved on
        with suppress(*((ValueError,) if "trial_params" in damage_sql else ())):
            driver.tick()
    assert searches.get(good).state == "finished"
    if "searches" in damage_sql:
        with pytest.raises(UnreadableSearch, match="The search “bad” cannot be read"):
            searches.get(bad)
        assert [problem.message.count("“bad”") for problem in searches.unreadable()] == [1]


def test_a_trial_whose_run_cannot_be_read_is_tried_again(store: Store) -> None:
    searches, driver = Searches(store), Driver(store)
    search_id = searches.create(PLAN)
    driver.tick()
    (first,) = store.list(group_id=search_id)
    damage(store, first.id, DAMAGES["a setting of a later version"])
    for _ in range(3):
        driver.tick()
        if searches.get(search_id).is_active and store.list(group_id=search_id, statuses=["queued"]):
            work(store, search_id)
    driver.tick()
    assert searches.get(search_id).state == "finished"
    assert {row.config.learning_rate for row in store.list(group_id=search_id)} == {0.01, 0.1}


def test_a_trial_whose_events_are_damaged_has_failed_and_the_search_goes_on(store: Store) -> None:
    searches, driver = Searches(store), Driver(store)
    plan = SearchPlan(PLAN.base, PLAN.dimensions, sampler="random", pruner="median", trials=2, parallel=1)
    search_id = searches.create(plan)
    driver.tick()
    (first,) = store.list(group_id=search_id)
    work(store, search_id)
    damage_events(store, first.id, b"{")
    driver.tick()
    assert len(store.list(group_id=search_id)) == 2, "the next trial has begun"


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "null", "[]", "{}", '{"base": {}, "dimensions": 3}', '{"base": [], "dimensions": []}',
        plan_to_json(PLAN).replace('"trials": 2', '"trials": "many"'),
        plan_to_json(PLAN).replace('"seed": 0}', '"seed": 0, "mood": 1}'),
    ],
)  # fmt: skip
def test_a_text_that_is_no_plan_is_a_value_error(text: str) -> None:
    assert plan_from_json(plan_to_json(PLAN)) == PLAN
    with pytest.raises(ValueError):  # noqa: PT011 - of any kind: the search says that it cannot be read
        plan_from_json(text)
