"""Standing orders: durable, valid while queued, adding up, and harmless once a run has ended."""

import pytest

from core.access.rules import Actor, Role
from core.config.run_config import ConfigError, RunConfig
from core.protocol.controls import RunCommands
from core.protocol.events import Checkpoint, Finished, Paused
from core.runs import RunRefused
from tests.core.runs.conftest import claimed, open_store, started, steps, told


def test_orders_given_while_queued_are_the_workers_first_orders(store, store_path):
    run_id = store.create(RunConfig())
    store.order(run_id, command="pause", learning_rate=0.25, pace="film:10")
    worker = open_store(store_path)
    attempt = worker.claim(run_id)
    assert worker.orders(run_id, attempt) == RunCommands("pause", 0, 0.25, "film:10")


def test_orders_leave_alone_what_is_not_given(store):
    run_id, attempt = claimed(store)
    store.order(run_id, learning_rate=0.5)
    store.order(run_id, pace="steps:7")
    store.order(run_id, command="pause")
    assert store.orders(run_id, attempt) == RunCommands("pause", 0, 0.5, "steps:7")


def test_one_step_pressed_twice_goes_on_by_two(store):
    run_id, attempt = told(store, started(), steps(1, 4), Paused(4))
    store.order(run_id, one_step=True)
    store.order(run_id, one_step=True)
    assert store.orders(run_id, attempt) == RunCommands("pause", 6)


def test_one_epoch_goes_on_to_the_end_of_the_epoch_and_then_of_the_next(store):
    run_id, attempt = told(store, started(), steps(1, 4), Paused(4))  # 10 steps an epoch
    store.order(run_id, one_epoch=True)
    assert store.orders(run_id, attempt) == RunCommands("pause", 10)
    store.order(run_id, one_epoch=True)
    assert store.orders(run_id, attempt) == RunCommands("pause", 20)


def test_one_epoch_ordered_before_the_start_is_an_epoch_once_its_length_is_known(store):
    run_id = store.create(RunConfig(), command="pause", run_until=-1)
    store.order(run_id, one_epoch=True)
    attempt = store.claim(run_id)
    store.append(run_id, attempt, [started()])
    assert store.orders(run_id, attempt) == RunCommands("pause", 20)


def test_pause_after_one_epoch_waits_at_once(store):
    run_id, attempt = told(store, started(), steps(1, 4))
    store.order(run_id, one_epoch=True)
    store.order(run_id, command="pause")
    assert store.orders(run_id, attempt) == RunCommands("pause", 0)


def test_stop_ends_a_queued_run_for_good(store):
    run_id = store.create(RunConfig())
    store.order(run_id, command="stop")
    row = store.get(run_id)
    assert (row.status, row.has_ended, row.queue_position) == ("stopped", True, 0)
    assert store.events_since(run_id).events == (Finished(0, "stopped", 0.0),)
    assert store.claim(run_id) == 0


def test_stop_leaves_a_run_in_work_to_its_worker(store):
    run_id, attempt = claimed(store)
    store.order(run_id, command="stop")
    assert store.get(run_id).status == "running"
    assert store.orders(run_id, attempt).command == "stop"


def test_stop_ends_a_run_whose_worker_is_gone_at_the_step_it_reached(store):
    run_id, _ = told(store, started(), steps(1, 7))
    store.leases.give_back(run_id)
    store.order(run_id, command="stop")
    assert store.get(run_id).status == "stopped"
    assert store.events_since(run_id).events[-1] == Finished(7, "stopped", 0.07)


def test_nothing_moves_a_run_that_has_ended(store):
    run_id, _ = told(store, started(), Finished(30, "finished", 1.0))
    before = store.get(run_id)
    for orders in ({"command": "run"}, {"command": "stop"}, {"one_step": True}, {"learning_rate": 0.9}):
        store.order(run_id, **orders)
    assert not store.enqueue(run_id)
    assert store.get(run_id) == before


def test_a_parked_pause_is_queued_again_by_one_step_and_keeps_its_order(store):
    run_id, attempt = told(store, started(), steps(1, 4), Paused(4), Checkpoint(4, b"state"))
    store.release(run_id, attempt, parked=True)
    store.leases.give_back(run_id)
    assert store.get(run_id).status == "paused"
    store.order(run_id, learning_rate=0.2)
    assert store.get(run_id).status == "paused"
    store.order(run_id, one_step=True)
    assert store.get(run_id).status == "queued"
    attempt = store.claim(run_id)
    assert store.orders(run_id, attempt) == RunCommands("pause", 5, 0.2)


def test_a_parked_pause_is_stopped_at_once(store):
    run_id, attempt = told(store, started(), steps(1, 4), Paused(4))
    store.release(run_id, attempt, parked=True)
    store.leases.give_back(run_id)
    store.order(run_id, command="stop")
    assert store.get(run_id).status == "stopped"


def test_an_interrupted_run_is_enqueued_to_run_on_whatever_was_ordered_before(store):
    run_id, attempt = told(store, started(), steps(1, 4))
    store.order(run_id, command="pause")
    store.leases.give_back(run_id)
    assert store.get(run_id).status == "interrupted"
    assert store.enqueue(run_id)
    row = store.get(run_id)
    assert (row.status, row.command, row.cause, row.message) == ("queued", "run", "", "")
    assert store.claim(run_id) == attempt + 1


def test_a_run_in_work_is_not_enqueued_a_second_time(store):
    run_id, attempt = claimed(store)
    assert not store.enqueue(run_id)
    assert store.get(run_id).attempt == attempt


@pytest.mark.parametrize(
    ("orders", "words"),
    [
        ({"command": "interrupt"}, "command must be one of run, pause and stop, not “interrupt”"),
        ({"learning_rate": float("nan")}, "learning_rate must be a number from 0.000001 to 100, not “nan”"),
        ({"learning_rate": -1}, "learning_rate must be a number from"),
        ({"pace": "steps:-1"}, "pace must be full, film:SECONDS or steps:STEPS_PER_S, not “steps:-1”"),
    ],
)
def test_a_bad_order_is_refused_with_value_and_remedy_and_changes_nothing(store, orders, words):
    run_id, _ = claimed(store)
    before = store.get(run_id)
    with pytest.raises(ConfigError, match=words):
        store.order(run_id, **orders)
    assert store.get(run_id) == before


def test_orders_are_none_for_an_attempt_that_is_over(store):
    run_id, attempt = claimed(store)
    store.leases.give_back(run_id)
    store.enqueue(run_id)
    second = store.claim(run_id)
    assert store.orders(run_id, attempt) is None
    assert store.orders(run_id, second) == RunCommands()


@pytest.mark.parametrize("full", ["queue_per_owner", "queue_length"])
@pytest.mark.parametrize("begin", ["held back", "paused", "interrupted"])
def test_what_goes_on_waits_in_the_same_queue_within_the_same_bounds(store_path, full, begin):
    store = open_store(store_path, **{full: 2})
    ada = store.acting_as(Actor(Role.VISITOR, "ada"))

    def order(run_id):
        return ada.order(run_id, command="run") if begin == "paused" else ada.enqueue(run_id)

    runs = []
    for _ in range(3):
        if begin == "held back":
            runs.append(ada.create(RunConfig(), queue=False))
            continue
        run_id, attempt = claimed(store, owner="ada")
        store.append(run_id, attempt, [started(), steps(1, 4), Paused(4), Checkpoint(4, b"state")])
        store.release(run_id, attempt, parked=begin == "paused")
        store.leases.give_back(run_id)
        assert store.get(run_id).status == begin
        runs.append(run_id)
    for run_id in runs[:2]:
        order(run_id)
    before = store.get(runs[2])
    with pytest.raises(RunRefused, match="queue"):
        order(runs[2])
    assert store.get(runs[2]) == before
    assert [store.get(run_id).status for run_id in runs[:2]] == ["queued"] * 2
    ada.order(runs[0], command="stop")
    order(runs[2])
    assert store.get(runs[2]).status == "queued"
    store.close()
