"""Runs trained by the runner and its workers on the real data, told what to do while they go."""

import os
import signal
from dataclasses import replace
from itertools import pairwise

import pytest

from core.config.run_config import RunConfig
from core.protocol.events import Finished, LearningRateChanged, Started, Steps, Weights
from core.runs import UnknownRun
from core.training.loop import train
from tests.core.jobs.conftest import SMALL, assert_same_bits, ended, final_weights
from tests.polling import DEADLINE_S, until

EPOCH = RunConfig(epochs=1, seed=5)  # all of MNIST, 600 steps
LASTING = replace(SMALL, epochs=1000)  # 20,000 steps: at SLOW it goes on until it is told to stop
SLOW = "steps:100"


def submitted(lab, config=SMALL, **orders) -> str:
    store, engine = lab
    run_id = store.create(config, **orders)
    engine.submit(run_id)
    return run_id


def stands(store, run_id, step) -> None:
    """Wait until the run has paused after `step` updates: its last step is told before the pause is."""

    def is_there() -> bool:
        row = store.get(run_id)
        return (row.step, row.status) == (step, "paused")

    until(is_there, f"a pause at step {step}")


def test_a_submitted_run_learns_mnist_and_its_store_tells_the_whole_story(lab, mnist):
    store, _ = lab
    run_id = submitted(lab, EPOCH)
    row = ended(store, run_id)
    assert (row.status, row.step, row.attempt) == ("finished", 600, 1)
    assert row.test_accuracy is not None
    assert row.test_accuracy > 0.88
    events = store.events_since(run_id).events
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Finished)
    chunks = [event for event in events if isinstance(event, Steps)]
    assert chunks[0].first_step == 1
    assert all(a.last_step + 1 == b.first_step for a, b in pairwise(chunks))
    assert chunks[-1].last_step == 600
    right = store.logits(run_id).argmax(1) == mnist.test_labels
    assert right.mean() == pytest.approx(row.test_accuracy)
    snapshots = store.snapshots(run_id)
    assert (snapshots[0], snapshots[-1]) == (0, 600)
    assert len(snapshots) >= 20


def test_a_worker_computes_the_same_bits_as_this_process(lab, mnist):
    store, _ = lab
    run_id = submitted(lab, EPOCH)
    here = [event for event in train(mnist, EPOCH, threads=1) if isinstance(event, Weights) and event.keep]
    ended(store, run_id)
    assert_same_bits(final_weights(store, run_id), here[-1].arrays)


def test_it_says_when_a_warm_worker_waits_and_again_after_the_runner_was_replaced(lab):
    _, engine = lab
    assert engine.wait_until_warm(DEADLINE_S)
    killed = engine.runner_pid
    os.kill(killed, signal.SIGKILL)
    until(lambda: engine.runner_pid != killed, "another runner")
    assert engine.wait_until_warm(DEADLINE_S)


def test_submitting_twice_is_once(lab):
    store, engine = lab
    run_id = submitted(lab)
    for _ in range(5):
        engine.submit(run_id)
    assert ended(store, run_id).attempt == 1
    engine.submit(run_id)
    assert store.get(run_id).attempt == 1


def test_an_unknown_run_is_refused(lab):
    with pytest.raises(UnknownRun):
        lab[1].submit("nobody12")


def test_pause_one_step_one_epoch_run_and_stop(lab):
    store, engine = lab
    run_id = submitted(lab, LASTING, pace=SLOW)
    until(lambda: store.get(run_id).step > 0, "the first step")
    engine.command(run_id, command="pause")
    until(lambda: store.get(run_id).status == "paused", "the pause")
    at = store.get(run_id).step
    engine.command(run_id, one_step=True)
    stands(store, run_id, at + 1)
    engine.command(run_id, one_epoch=True)
    end_of_epoch = (at + 1) // 20 * 20 + 20
    stands(store, run_id, end_of_epoch)
    engine.command(run_id, command="run")
    until(lambda: store.get(run_id).step > end_of_epoch, "going on")
    until(lambda: store.get(run_id).status == "running", "its being told")
    engine.command(run_id, command="stop")
    row = ended(store, run_id)
    assert row.status == "stopped"
    assert store.snapshots(run_id)[-1] == row.step
    assert store.logits(run_id) is not None


def test_a_run_created_to_do_one_step_does_one_step(lab):
    store, engine = lab
    run_id = submitted(lab, command="pause", run_until=1)
    stands(store, run_id, 1)
    engine.command(run_id, command="stop")
    ended(store, run_id)


def test_a_live_learning_rate_takes_effect_and_is_recorded_with_its_step(lab):
    store, engine = lab
    run_id = submitted(lab, LASTING, pace=SLOW)
    until(lambda: store.get(run_id).step > 0, "the first step")
    engine.command(run_id, learning_rate=0.025)
    until(lambda: store.get(run_id).learning_rate_changes, "the change")
    changed_at, rate = store.get(run_id).learning_rate_changes[0]
    until(lambda: store.get(run_id).step > changed_at, "steps at the new rate")
    engine.command(run_id, command="stop")
    ended(store, run_id)
    events = store.events_since(run_id).events
    assert LearningRateChanged(changed_at, 0.025) in events
    rates = {e.first_step > changed_at: e.learning_rate for e in events if isinstance(e, Steps)}
    assert rates == {False: 0.1, True: 0.025}
    assert rate == 0.025


def test_paced_and_paused_runs_keep_nobody_waiting(lab):
    store, engine = lab
    paced = [submitted(lab, replace(LASTING, seed=i), pace=SLOW) for i in range(3)]
    paused = [submitted(lab, replace(LASTING, seed=i), command="pause", run_until=1) for i in range(3)]
    fast = submitted(lab, EPOCH)
    assert ended(store, fast).status == "finished"
    assert {store.get(run_id).status for run_id in paced} == {"running"}
    for run_id in paused:
        stands(store, run_id, 1)
    for run_id in paced + paused:
        engine.command(run_id, command="stop")
    assert {ended(store, run_id).status for run_id in paced + paused} == {"stopped"}
    until(lambda: not store.in_work(), "free places")


def test_the_queue_of_one_owner_goes_in_order_as_the_cores_allow(lab):
    store, engine = lab
    ids = [submitted(lab, replace(LASTING, seed=i, epochs=1000)) for i in range(4)]
    two = ["running", "running", "queued", "queued"]
    until(lambda: [store.get(r).status for r in ids] == two, "two at work")
    assert [store.get(r).queue_position for r in ids] == [0, 0, 1, 2]
    other = store.create(EPOCH, owner="another")
    engine.submit(other)
    assert ended(store, other).status == "finished", "who has none at work need not wait for these"
    engine.command(ids[2], command="stop")
    assert store.get(ids[2]).status == "stopped"
    engine.command(ids[0], command="stop")
    until(lambda: store.get(ids[3]).status == "running", "the next in the queue")
    for run_id in ids:
        engine.command(run_id, command="stop")
    assert {ended(store, run_id).status for run_id in ids} == {"stopped"}
    until(lambda: not store.in_work(), "free places")


def test_a_run_that_fails_leaves_the_others_alone(lab):
    store, _ = lab
    good = submitted(lab, EPOCH)
    bad = submitted(lab, replace(SMALL, dataset="kmnist"))
    row = ended(store, bad)
    assert (row.status, row.cause) == ("failed", "user_error")
    assert row.remedy
    assert ended(store, good).status == "finished"


def test_a_diverging_run_says_where_and_what_to_try(lab):
    store, _ = lab
    row = ended(store, submitted(lab, replace(SMALL, learning_rate=100.0, l2=0.05, epochs=100)))
    assert (row.status, row.cause) == ("diverged", "diverged")
    assert "learning rate" in row.message
    assert row.remedy
