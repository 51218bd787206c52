"""Runs as records: what is created is read back, listed, named, deleted and restored."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from core.config.run_config import ConfigError, RunConfig, to_json
from core.protocol.events import Evaluated, Finished, Logits
from core.runs import Query, RunRefused, Store, UnknownRun
from core.runs.schema import RUNS
from tests.core.runs.conftest import claimed, open_store, started, steps, told


def test_a_created_run_is_read_back_with_its_config_by_another_connection(store, store_path):
    config = RunConfig(
        model="mlp", hidden_sizes=(64, 32), learning_rate=0.03, learning_rate_changes=((5, 0.01),)
    )
    run_id = store.create(config, owner="ada", name="first", tags=["a", "b"], command="pause", run_until=1)
    row = open_store(store_path).get(run_id)
    assert row.config == config
    assert (row.owner, row.name, row.tags, row.status) == ("ada", "first", ("a", "b"), "queued")
    assert (row.command, row.run_until, row.pace) == ("pause", 1, "full")


def test_ids_are_short_and_safe_in_an_address(store):
    ids = {store.create(RunConfig(), owner=str(i)) for i in range(20)}
    assert len(ids) == 20
    assert all(len(run_id) == 8 and run_id.isascii() and run_id.isalnum() for run_id in ids)


def test_queue_positions_follow_the_order_of_creation_and_close_up(store):
    first, second, third = (store.create(RunConfig(seed=i)) for i in range(3))
    assert [store.get(r).queue_position for r in (first, second, third)] == [1, 2, 3]
    store.order(second, command="stop")
    assert [store.get(r).queue_position for r in (first, second, third)] == [1, 0, 2]
    assert {row.id: row.queue_position for row in store.list()} == {first: 1, second: 0, third: 2}


def test_the_wall_clock_does_not_decide_who_is_first(store, monkeypatch):
    first = store.create(RunConfig())
    monkeypatch.setattr(time, "time", lambda: 1000.0)  # half a century back
    second = store.create(RunConfig())
    assert [entry.run_id for entry in store.waiting()] == [first, second]


def test_a_held_back_run_waits_until_it_is_enqueued(store):
    run_id = store.create(RunConfig(), queue=False)
    assert store.get(run_id).status == "created"
    assert not store.waiting()
    assert store.enqueue(run_id)
    assert not store.enqueue(run_id)
    assert [entry.run_id for entry in store.waiting()] == [run_id]


def test_an_unknown_run_is_named_with_a_remedy(store):
    for ask in (store.get, store.events_since, store.enqueue, store.delete):
        with pytest.raises(UnknownRun, match=r"no run “nobody12”\. It may have been deleted"):
            ask("nobody12")


def test_version_changes_with_everything_that_a_reader_could_see(store):
    run_id, attempt = claimed(store)
    other = store.create(RunConfig())
    seen = [store.get(run_id).version]
    changes = (
        lambda: store.append(run_id, attempt, [started()]),
        lambda: store.append(run_id, attempt, [steps(1, 5)]),
        lambda: store.order(run_id, learning_rate=0.5),
        lambda: store.rename(run_id, "x"),
        lambda: store.add_logits(run_id, Logits(5, "test", np.zeros((2, 10), np.float32))),
        lambda: store.leases.give_back(run_id),
    )
    for change in changes:
        change()
        seen.append(store.get(run_id).version)
    assert len(set(seen)) == len(seen)
    assert store.get(run_id).version == seen[-1]
    place = store.get(other).version
    store.create(RunConfig())
    assert store.get(other).version == place


def test_version_of_a_waiting_run_changes_when_it_moves_up(store):
    first, second = store.create(RunConfig()), store.create(RunConfig())
    before = store.get(second).version
    store.order(first, command="stop")
    assert store.get(second).version != before


def test_list_version_changes_with_any_run_and_with_a_lost_worker(store):
    run_id, _ = claimed(store)
    seen = [store.list_version()]
    for change in (
        lambda: store.create(RunConfig()),
        lambda: store.pin(run_id),
        lambda: store.leases.give_back(run_id),
    ):
        change()
        seen.append(store.list_version())
    assert len(set(seen)) == len(seen)


def test_list_filters_sorts_and_limits(store):
    names = ("ada", "ada", "bob")
    ids = [
        store.create(
            RunConfig(seed=i, model="mlp" if i else "softmax"), owner=name, name=f"run {i}", tags=[f"t{i}"]
        )
        for i, name in enumerate(names)
    ]
    assert [row.id for row in store.list()] == ids[::-1]
    assert [row.id for row in store.list(owner="ada")] == [ids[1], ids[0]]
    assert [row.id for row in store.list(Query(model="mlp", sort="name", descending=False))] == ids[1:]
    assert [row.id for row in store.list(tag="t2")] == [ids[2]]
    assert [row.id for row in store.list(search="RUN 1")] == [ids[1]]
    assert [row.id for row in store.list(search="%")] == []
    assert [row.id for row in store.list(limit=1)] == [ids[2]]
    assert [row.id for row in store.list(ids=ids[:2], descending=False)] == ids[:2]
    with pytest.raises(ValueError, match="sorted by one of"):
        store.list(sort="config; DROP TABLE runs")


def test_a_sort_by_accuracy_puts_runs_without_one_last_either_way(store):
    low, _ = told(store, started(), Evaluated(0, "test", 2.0, 0.1))
    high, _ = told(store, started(), Evaluated(0, "test", 1.0, 0.9))
    none = store.create(RunConfig())
    assert [row.id for row in store.list(sort="best_accuracy")] == [high, low, none]
    assert [row.id for row in store.list(sort="best_accuracy", descending=False)] == [low, high, none]


def test_list_by_status_knows_a_lost_worker(store):
    lost, _ = claimed(store)
    alive, _ = claimed(store)
    store.leases.give_back(lost)
    assert [row.id for row in store.list(statuses=["interrupted"])] == [lost]
    assert [row.id for row in store.list(statuses=["running"])] == [alive]


def test_a_thousand_runs_are_listed_by_as_many_statements_as_one(store):
    """What keeps the list quick, told without a clock: nothing is asked of the store run by run."""
    row = {"owner": "ada", "dataset": "mnist", "model": "softmax", "state": "finished", "created_at": 1.0}
    rows = [{**row, "id": f"r{i:07d}", "config": to_json(RunConfig())} for i in range(1000)]
    asked: list[str] = []
    counts = []
    for some in (rows[:1], rows[1:]):
        with store.database.write() as connection:
            connection.execute(RUNS.insert(), some)
        with store.database.read() as connection:
            connection.connection.driver_connection.set_trace_callback(asked.append)
        asked.clear()
        listed = len(store.list(owner="ada", sort="created_at"))
        counts.append((listed, sum(statement.startswith("SELECT") for statement in asked)))
    assert counts == [(1, 1), (1000, 1)]


def test_names_notes_tags_and_pins_are_kept_and_bounded(store):
    run_id = store.create(RunConfig())
    store.rename(run_id, "  a\n long   name " + "x" * 500)
    store.note(run_id, "why\nthis")
    store.tag(run_id, [" a ", "a", "", "b" * 99])
    store.pin(run_id)
    row = store.get(run_id)
    assert row.name.startswith("a long name xx")
    assert len(row.name) == 120
    assert (row.note, row.tags, row.pinned) == ("why\nthis", ("a", "b" * 40), True)


def test_a_deleted_run_is_out_of_sight_and_comes_back_when_restored(store):
    run_id, _ = told(store, started(), Finished(30, "finished", 1.0))
    store.delete(run_id)
    assert store.list() == []
    assert [row.id for row in store.list(deleted=True)] == [run_id]
    store.restore(run_id)
    assert [row.id for row in store.list()] == [run_id]


def test_deleting_a_queued_run_takes_it_from_the_queue(store):
    run_id = store.create(RunConfig())
    store.delete(run_id)
    assert not store.waiting()
    assert store.get(run_id).status == "stopped"


def test_deleting_a_run_in_work_tells_its_worker_to_stop(store):
    run_id, attempt = claimed(store)
    store.delete(run_id)
    orders = store.orders(run_id, attempt)
    assert orders is not None
    assert orders.command == "stop"


def test_a_run_beyond_the_limits_is_refused_in_words(store_path):
    store = open_store(store_path, max_epochs=10, max_parameters=1000)
    with pytest.raises(ConfigError, match="epochs must be a whole number from 1 to 10, not “11”"):
        store.create(RunConfig(epochs=11))
    with pytest.raises(ConfigError, match=r"would have 7,850 parameters .*, but at most 1,000 are allowed"):
        store.create(RunConfig(), parameter_count=7850)
    with pytest.raises(ConfigError, match="pace must be"):
        store.create(RunConfig(), pace="fast")
    assert store.list() == []


def test_a_full_queue_refuses_with_a_remedy_and_takes_runs_again_when_it_has_room(store_path):
    store = open_store(store_path, queue_length=3, queue_per_owner=2)
    first = store.create(RunConfig(), owner="ada")
    store.create(RunConfig(), owner="ada")
    with pytest.raises(RunRefused, match="You already have 2 runs in the queue"):
        store.create(RunConfig(), owner="ada")
    store.create(RunConfig(), owner="bob")
    with pytest.raises(RunRefused, match="The queue is full: it holds at most 3 runs"):
        store.create(RunConfig(), owner="cy")
    store.order(first, command="stop")
    assert store.create(RunConfig(), owner="cy")


def test_touch_writes_at_most_once_a_minute(store):
    run_id = store.create(RunConfig())
    store.touch(run_id)
    seen_at = store.get(run_id).seen_at
    store.touch(run_id)
    assert seen_at is not None
    assert store.get(run_id).seen_at == seen_at


def test_two_stores_create_at_the_same_time_without_losing_a_run(store: Store, store_path):
    stores = [store, open_store(store_path)]
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda i: stores[i % 2].create(RunConfig(seed=i)), range(40)))
    rows = store.list()
    assert {row.id for row in rows} == set(ids)
    assert sorted(row.queue_position for row in rows) == list(range(1, 41))


@pytest.mark.parametrize("asked", ["get", "list"])
def test_a_run_that_ends_while_it_is_looked_at_is_not_taken_for_lost(store, monkeypatch, asked):
    """Its worker writes the end down and lets go between the reading of the row and the look at who has it."""
    run_id, attempt = claimed(store)
    is_held = store.leases.is_held
    reader = open_store(store.database.path)

    def ends_first(lease: str) -> bool:
        if is_held(lease):
            store.append(run_id, attempt, [started(), steps(1, 3), Finished(3, "finished", 1.0)])
            store.leases.give_back(run_id)
        return is_held(lease)

    monkeypatch.setattr(reader.leases, "is_held", ends_first)
    row = reader.get(run_id) if asked == "get" else reader.list()[0]
    assert row.status == "finished"
    assert row.step == 3
