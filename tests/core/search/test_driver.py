"""Searches end to end but for the worker processes: real trials, trained here, told to Optuna, stopped, resumed."""

import json
from collections.abc import Callable
from pathlib import Path
from string import Formatter

import optuna
import pytest
from optuna.trial import FrozenTrial

from core.access.rules import Actor, Role
from core.config.app_settings import Settings
from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.datasets.user_datasets import delete_own
from core.i18n.reader import read_by
from core.protocol.events import Diverged, Finished
from core.runs import RunRow, Store
from core.runs.dataset_rights import LINK, PRIVATE
from core.runs.own_datasets import OwnDatasets
from core.search import Dimension, Searches, SearchPlan, SearchRefused
from core.search.driver import Driver
from core.search.optuna_study import study_of
from core.search.search_space import plan_from_json, plan_to_json
from core.training.loop import train
from tests.catalogues import german
from tests.one_sided_sets import drawn
from tests.own_sets import give

BASE = RunConfig(train_size=400, validation_size=400, epochs=1, eval_every=0)
RATES = Dimension("learning_rate", low=0.001, high=1.0)
GRID = (Dimension("learning_rate", ("0.01", "0.5")), Dimension("batch_size", ("50", "100")))


def trials(store: Store, search_id: str) -> list[FrozenTrial]:
    return study_of(Searches(store).get(search_id), store.url).get_trials()


ClaimedRuns = Callable[[], list[RunRow]]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(f"sqlite:///{tmp_path / 'inkling.db'}")


@pytest.fixture
def work(store: Store, mnist: ImageData) -> ClaimedRuns:
    """Return what trains every queued run to its end, here, and gives their rows."""

    def do() -> list[RunRow]:
        done = []
        for waiting in store.waiting():
            attempt = store.claim(waiting.run_id)
            store.append(waiting.run_id, attempt, list(train(mnist, waiting.config)))
            store.leases.give_back(waiting.run_id)
            done.append(store.get(waiting.run_id))
        return done

    return do


def test_a_search_trains_its_trials_as_runs_and_knows_the_best(store: Store, work: ClaimedRuns) -> None:
    search_id = Searches(store).create(SearchPlan(BASE, (RATES,), trials=5), owner="me", name="Rates")
    driver = Driver(store)
    for _ in range(5):
        driver.tick()
        assert len(work()) <= 2
    driver.tick()
    search = Searches(store).get(search_id)
    assert search.state == "finished"
    rows = store.list(group_id=search_id)
    assert len(rows) == 5
    assert {row.owner for row in rows} == {"me"}
    assert sorted(row.name for row in rows) == [f"#{number} · Rates" for number in range(1, 6)]
    assert len({row.config.learning_rate for row in rows}) == 5
    assert all(0.001 <= row.config.learning_rate <= 1.0 for row in rows)
    study = optuna.load_study(study_name=search_id, storage=store.url)
    assert study.best_value == max(row.evaluation_accuracy or 0.0 for row in rows)
    ties = {row.config.learning_rate for row in rows if row.evaluation_accuracy == study.best_value}
    assert study.best_params["learning_rate"] in ties


def test_a_search_ends_when_its_images_are_shared_no_longer(tmp_path: Path) -> None:
    store = Store(settings=Settings(store=f"sqlite:///{tmp_path / 'inkling.db'}"))
    spec = drawn("Hers", (8, 8), (2, 2))
    give(store, spec.name, "ada")
    hers = OwnDatasets(store.acting_as(Actor(Role.VISITOR, "ada")))
    hers.share(spec.name, LINK)
    plan = SearchPlan(RunConfig(dataset=spec.name, validation_size=4), (RATES,), trials=5, parallel=1)
    bobs = Searches(store.acting_as(Actor(Role.VISITOR, "bob")))
    search_id, driver = bobs.create(plan), Driver(store)
    driver.tick()
    (first,) = store.list(group_id=search_id)
    hers.share(spec.name, PRIVATE)
    store.order(first.id, command="stop")
    driver.tick()
    assert [row.id for row in store.list(group_id=search_id)] == [first.id]
    search = bobs.get(search_id)
    assert search.state == "stopped"
    assert "not shared" in search.message
    hers.share(spec.name, LINK)
    bobs.resume(search_id)
    driver.tick()
    assert {row.owner for row in store.list(group_id=search_id)} == {"bob"}
    assert len(store.list(group_id=search_id)) == 2


def test_a_grid_tries_every_combination_once_also_when_it_was_stopped(
    store: Store, work: ClaimedRuns
) -> None:
    searches = Searches(store)
    search_id = searches.create(SearchPlan(BASE, GRID, sampler="grid", trials=50))
    Driver(store).tick()
    (first, second) = store.list(group_id=search_id)
    searches.stop(search_id)
    Driver(store).tick()  # another process, as after a restart
    assert {store.get(run.id).status for run in (first, second)} == {"stopped"}
    Driver(store).tick()
    assert searches.get(search_id).state == "stopped"
    Driver(store).tick()
    assert len(store.list(group_id=search_id)) == 2
    searches.resume(search_id)
    for _ in range(4):
        Driver(store).tick()
        work()
    Driver(store).tick()
    assert searches.get(search_id).state == "finished"
    trained = [row.config for row in store.list(group_id=search_id, statuses=["finished"])]
    assert sorted((c.learning_rate, c.batch_size) for c in trained) == [
        (0.01, 50),
        (0.01, 100),
        (0.5, 50),
        (0.5, 100),
    ]


def test_a_hopeless_trial_is_stopped_early(store: Store, work: ClaimedRuns, mnist: ImageData) -> None:
    rates = Dimension("learning_rate", ("0.5", "1e-06"))
    plan = SearchPlan(BASE, (rates,), sampler="random", pruner="median", trials=60, parallel=1)
    search_id = Searches(store).create(plan)
    driver = Driver(store)
    good = 0
    for _ in range(60):  # until there is a median of good ones, and then a bad one
        driver.tick()
        (waiting,) = store.waiting()
        if waiting.config.learning_rate > 0.1:
            good += len(work())
        elif good < 4:
            store.order(waiting.run_id, command="stop")
        else:
            break
    attempt = store.claim(waiting.run_id)
    story = list(train(mnist, waiting.config))
    store.append(waiting.run_id, attempt, story[:-1])  # at its last evaluation, not yet ended
    assert store.get(waiting.run_id).command == "run"
    driver.tick()
    assert store.get(waiting.run_id).command == "stop"
    store.append(waiting.run_id, attempt, [Finished(8, "stopped", 0.1)])
    driver.tick()
    states = {t.user_attrs.get("run"): t.state.name for t in trials(store, search_id)}
    assert states[waiting.run_id] == "PRUNED"


def test_a_run_that_is_gone_is_tried_again(store: Store, work: ClaimedRuns) -> None:
    search_id = Searches(store).create(SearchPlan(BASE, (GRID[0],), sampler="grid", parallel=1))
    Driver(store).tick()
    (run,) = store.list(group_id=search_id)
    with store.database.write() as connection:
        connection.exec_driver_sql(f"DELETE FROM runs WHERE id = '{run.id}'")
    for _ in range(4):
        Driver(store).tick()
        work()
    Driver(store).tick()
    assert sorted(row.config.learning_rate for row in store.list(group_id=search_id)) == [0.01, 0.5]


def test_a_diverged_trial_counts_as_a_guess(store: Store, mnist: ImageData) -> None:
    search_id = Searches(store).create(SearchPlan(BASE, (GRID[0],), sampler="grid", parallel=1, trials=1))
    Driver(store).tick()
    (waiting,) = store.waiting()
    story = list(train(mnist, waiting.config))
    diverged = Diverged(8, 0.1, "The loss stopped being a finite number.", "Try a smaller learning rate.")
    store.append(waiting.run_id, store.claim(waiting.run_id), [*story[:-1], diverged])
    Driver(store).tick()
    (trial,) = trials(store, search_id)
    assert trial.value == 0.1


def test_plans_survive_json_and_nonsense_is_refused() -> None:
    plan = SearchPlan(BASE, (RATES, *GRID[1:]), sampler="random", pruner="median", trials=7)
    assert plan_from_json(plan_to_json(plan)) == plan
    for dimensions, told in (
        ((), "at least one"),
        ((RATES, RATES), "each setting only once"),
        (
            (Dimension("learning_rate", ("fast",)),),
            "Learning rate must be a number from 0.000001 to 100, not “fast”",
        ),
        (
            (Dimension("learning_rate", low=1.0, high=0.1),),
            "“Learning rate” must go from a lower to a higher",
        ),
        ((Dimension("batch_size", ()),), "at least one value to try for “Batch size”"),
        ((Dimension("seed", tuple(map(str, range(21)))),), "at most 20 values of “Seed”"),
        ((Dimension("device", ("cpu",)),), "“Device” cannot be searched over. Choose from: Learning rate, "),
    ):
        with pytest.raises(SearchRefused, match=told):
            SearchPlan(BASE, dimensions)
    with pytest.raises(SearchRefused, match="trials must be from 1 to 200"):
        SearchPlan(BASE, (RATES,), trials=10_000)


def test_why_a_search_was_stopped_is_said_in_the_language_of_who_reads(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    searches, gone = Searches(store), drawn("Gone soon", (4, 4))
    base = RunConfig(dataset=gone.name, validation_size=2)
    search_id = searches.create(SearchPlan(base, (GRID[1],), sampler="grid"))
    delete_own(gone.name)
    Driver(store).tick()
    search = searches.get(search_id)
    assert search.state == "stopped"
    assert f"“{gone.name}”" in search.message
    template = json.loads(search.message_kept)["values"]["problems"][0]["id"][0]
    (name,) = [field for _text, field, *_rest in Formatter().parse(template) if field]
    with read_by(german({template: f"Kein Datensatz {{{name}}}."}, tmp_path, monkeypatch)):
        assert searches.get(search_id).message.startswith(f"Kein Datensatz {gone.name}.")


def test_what_an_earlier_version_kept_of_a_stopped_search_is_shown_as_it_is(store: Store) -> None:
    searches = Searches(store)
    search_id = searches.create(SearchPlan(BASE, (GRID[0],), sampler="grid"))
    searches.settle(search_id, "stopped", "Its runs keep failing.")
    assert searches.get(search_id).message == "Its runs keep failing."
