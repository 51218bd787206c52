"""A run in a worker's hands: claimed once, written whole, fenced by its attempt, found when its worker is lost."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from core.config.run_config import RunConfig
from core.protocol.events import (
    Checkpoint,
    Diverged,
    Evaluated,
    Failed,
    Finished,
    LearningRateChanged,
    Logits,
    Paused,
    Resumed,
    Started,
    Steps,
)
from core.runs import LostRun, RunInWork
from core.runs.leases import FileLeases
from tests.core.runs.conftest import claimed, open_store, started, steps, told, weights


@pytest.fixture
def impatient(monkeypatch):
    """Have nobody wait a second for a lease that another holds."""
    take = FileLeases.take
    monkeypatch.setattr(FileLeases, "take", lambda leases, name, wait_s=0.0: take(leases, name, wait_s))


@pytest.mark.usefixtures("impatient")
def test_a_run_is_claimed_once(store, store_path):
    run_id = store.create(RunConfig())
    other = open_store(store_path)
    assert other.claim(run_id) == 1
    assert store.claim(run_id) == 0
    assert store.get(run_id).status == "running"


def test_runs_in_work_are_those_of_living_workers_with_what_they_have_to_do(store, store_path):
    other = open_store(store_path)
    first = store.create(RunConfig(), pace="film:10")
    second = store.create(RunConfig(model="mlp"), owner="somebody", group_id="group")
    store.create(RunConfig())
    other.claim(first, threads=1)
    attempt = store.claim(second, threads=2)
    store.append(second, attempt, [Started(0, 6000, 600, 60_000, "test", 10_000, 100, "autograd", 2)])
    losses = np.ones(300, np.float32)
    store.append(second, attempt, [Steps(1, losses, losses, 0.1, 1.5, 1e4), Paused(300)])
    assert sorted(store.in_work(), key=lambda run: run.owner) == [
        RunInWork(first, "", "", "film:10", "running", 1, "softmax"),
        RunInWork(second, "somebody", "group", "full", "paused", 2, "mlp", 300, 6000, 1.5, 100.0),
    ]
    assert store.image_times() == {"mlp": pytest.approx(1.5 / 300 / 100)}
    hasty = store.create(RunConfig(model="cnn"))
    attempt = store.claim(hasty)
    store.append(hasty, attempt, [Started(0, 6000, 600, 60_000, "test", 10_000, 100, "autograd", 2)])
    store.append(hasty, attempt, [Steps(1, losses[:99], losses[:99], 0.1, 134.0, 1.0)])
    assert "cnn" not in store.image_times(), "a few steps behind a long first evaluation tell no speed"
    store.append(hasty, attempt, [Steps(100, losses[:1], losses[:1], 0.1, 135.0, 1.0)])
    assert store.image_times()["cnn"] == pytest.approx(1.35 / 100)
    store.leases.give_back(hasty)
    other.leases.give_back(first)
    store.leases.give_back(second)
    assert store.in_work() == []


@pytest.mark.usefixtures("impatient")
def test_a_run_whose_last_worker_still_lives_is_not_given_to_a_second(store, store_path):
    run_id, attempt = claimed(store)
    store.release(run_id, attempt)  # written, but the process is not gone yet
    store.enqueue(run_id)
    other = open_store(store_path)
    assert other.claim(run_id) == 0
    store.leases.give_back(run_id)
    assert other.claim(run_id) == attempt + 1


def test_progress_and_facts_reach_the_row(store):
    run_id, attempt = told(store, started(total_steps=600), Evaluated(0, "test", 2.3, 0.1))
    store.append(run_id, attempt, [steps(1, 10), Evaluated(10, "test", 0.5, 0.8)])
    store.append(run_id, attempt, [steps(11, 20), Evaluated(20, "test", 0.6, 0.7)])
    row = store.get(run_id)
    assert (row.total_steps, row.steps_per_epoch, row.parameter_count, row.path) == (
        600,
        10,
        7850,
        "closed-form",
    )
    assert (row.step, row.elapsed_s, row.images_per_s) == (20, 0.2, 5000.0)
    average = 0.0
    for t, accuracy in enumerate(np.arange(1, 21) / 1000):  # by its formula; early on the past weighs little
        past = min(0.98, (1 + t) / (10 + t)) if t else 0.0
        average = past * average + (1 - past) * accuracy
    assert row.train_accuracy == pytest.approx(average)
    assert (row.evaluation_step, row.evaluation_loss, row.evaluation_accuracy) == (20, 0.6, 0.7)
    assert (row.best_step, row.best_loss, row.best_accuracy) == (10, 0.5, 0.8)
    assert (row.test_loss, row.test_accuracy) == (0.6, 0.7)
    assert row.progress == pytest.approx(20 / 600)


def test_the_row_says_the_same_in_whatever_chunks_its_steps_were_told(store):
    rows = []
    for ends in ([300], [1, 2, 150, 299, 300]):
        run_id, attempt = told(store, started(total_steps=300))
        for first, last in pairwise([0, *ends]):
            store.append(run_id, attempt, [steps(first + 1, last)])
        rows.append(store.get(run_id))
        store.leases.give_back(run_id)
    assert rows[0].train_loss == rows[1].train_loss
    assert rows[0].train_accuracy == rows[1].train_accuracy


def test_a_loss_that_begins_without_a_number_is_told_once_it_has_one(store):
    rows = []
    for chunks in ([[steps(1, 5, np.nan), steps(6, 9)]], [[steps(1, 5, np.nan)], [steps(6, 9)]]):
        run_id, attempt = told(store, started(total_steps=300))
        for chunk in chunks:
            store.append(run_id, attempt, chunk)
        rows.append(store.get(run_id))
        store.leases.give_back(run_id)
    assert rows[0].train_loss == rows[1].train_loss
    assert 1 / 9 < rows[0].train_loss < 1 / 6, "among the losses that were numbers"


def test_the_averages_of_a_resumed_run_are_those_of_an_undisturbed_one(store):
    run_id, attempt = told(store, started(total_steps=300))
    store.append(run_id, attempt, [steps(1, 300)])
    undisturbed = store.get(run_id)
    store.release(run_id, attempt)
    store.leases.give_back(run_id)
    store.enqueue(run_id)
    attempt = store.claim(run_id)
    store.append(run_id, attempt, [replace(started(total_steps=300), step=290)])
    store.append(run_id, attempt, [steps(291, 300)])
    resumed = store.get(run_id)
    assert resumed.train_loss == undisturbed.train_loss
    assert resumed.train_accuracy == undisturbed.train_accuracy


def test_the_test_set_does_not_pass_for_the_validation_set(store):
    run_id, _ = told(
        store,
        replace(started(), evaluation_split="validation"),
        Evaluated(0, "validation", 2.0, 0.2),
        Evaluated(0, "test", 1.0, 0.9),
    )
    row = store.get(run_id)
    assert (row.evaluation_accuracy, row.best_accuracy, row.test_accuracy) == (0.2, 0.2, 0.9)


@pytest.mark.parametrize(
    ("end", "status", "cause"),
    [
        (Finished(30, "finished", 1.5), "finished", ""),
        (Finished(12, "stopped", 1.5), "stopped", ""),
        (Diverged(3, 0.1, "not finite", "smaller"), "diverged", "diverged"),
        (Failed(3, "timeout", "too long", "fewer epochs"), "failed", "timeout"),
    ],
)
def test_each_terminal_event_ends_the_run_once(store, end, status, cause):
    run_id, attempt = told(store, started(), steps(1, 3), end)
    row = store.get(run_id)
    assert (row.status, row.step, row.cause, row.has_ended) == (status, end.step, cause, True)
    assert row.ended_at is not None
    assert row.message == getattr(end, "message", "")
    with pytest.raises(LostRun):
        store.append(run_id, attempt, [steps(4, 5)])
    assert store.events_since(run_id).events[-1] == end


def test_pauses_show_in_the_status(store):
    run_id, attempt = told(store, started(), steps(1, 3), Paused(3))
    assert store.get(run_id).status == "paused"
    store.append(run_id, attempt, [Resumed(3)])
    assert store.get(run_id).status == "running"


def test_an_append_is_kept_whole_or_not_at_all(store):
    run_id, attempt = told(store, started())
    before = store.events_since(run_id)
    broken = Evaluated(4, "test", 1.0, 0.5, strip=object())  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        store.append(run_id, attempt, [steps(1, 3), weights(3), broken])
    assert store.events_since(run_id, before.cursor).events == ()
    assert store.snapshots(run_id) == []
    assert store.get(run_id).step == 0


def test_a_worker_that_lost_its_run_can_write_nothing_more(store, store_path):
    run_id, attempt = told(store, started(), steps(1, 3))
    other = open_store(store_path)
    store.leases.give_back(run_id)
    assert other.mark_interrupted() == [run_id]
    for write in (
        lambda: store.append(run_id, attempt, [steps(4, 6)]),
        lambda: store.release(run_id, attempt),
    ):
        with pytest.raises(LostRun):
            write()
    other.enqueue(run_id)
    assert other.claim(run_id) == attempt + 1
    with pytest.raises(LostRun):
        store.append(run_id, attempt, [steps(4, 6)])
    assert other.get(run_id).step == 3


def test_a_lost_worker_is_seen_at_once_by_every_reader_and_then_written_down(store, store_path):
    run_id, _ = told(store, started(), steps(1, 7))
    reader = open_store(store_path)
    assert reader.get(run_id).status == "running"
    store.leases.give_back(run_id)
    row = reader.get(run_id)
    assert (row.status, row.state, row.step, row.cause) == ("interrupted", "running", 7, "worker_lost")
    assert "Resume" in row.remedy
    assert reader.mark_interrupted() == [run_id]
    assert reader.get(run_id).state == "interrupted"
    assert reader.mark_interrupted() == []


def test_a_reported_loss_tells_how_it_happened_and_honours_a_stop(store):
    told_id, attempt = told(store, started(), steps(1, 7))
    store.leases.give_back(told_id)
    store.report_lost_worker(told_id, attempt, "killed by a meteor")
    assert (store.get(told_id).status, store.get(told_id).message) == ("interrupted", "killed by a meteor")
    seen_id, attempt = told(store, started(), steps(1, 7))
    store.leases.give_back(seen_id)
    assert store.mark_interrupted() == [seen_id], "somebody saw the loss first, and did not know how it came"
    store.report_lost_worker(seen_id, attempt, "killed by a comet")
    store.report_lost_worker(told_id, attempt, "and by something else")
    assert store.get(seen_id).message == "killed by a comet"
    assert store.get(told_id).message == "killed by a meteor"
    stopped, attempt = told(store, started(), steps(1, 7))
    store.order(stopped, command="stop")
    store.leases.give_back(stopped)
    store.report_lost_worker(stopped, attempt, "killed for not stopping")
    assert store.get(stopped).status == "stopped"


def test_a_loss_reported_late_does_not_touch_the_next_attempt(store):
    run_id, attempt = told(store, started())
    store.leases.give_back(run_id)
    store.enqueue(run_id)
    store.claim(run_id)
    store.report_lost_worker(run_id, attempt, "old news")
    store.report_lost_worker(run_id, attempt + 1, "premature: its lease is held")
    assert store.get(run_id).status == "running"


def test_a_run_that_no_process_survives_long_enough_to_claim_has_failed(store):
    run_id = store.create(RunConfig())
    store.report_lost_worker(run_id, 0, "it will not start")
    row = store.get(run_id)
    assert (row.status, row.message, row.cause) == ("failed", "it will not start", "worker_lost")
    assert store.waiting() == []


def test_live_learning_rate_changes_are_recorded_with_their_steps(store):
    run_id, attempt = told(store, started(), LearningRateChanged(4, 0.5))
    store.append(run_id, attempt, [LearningRateChanged(9, 0.25)])
    assert store.get(run_id).learning_rate_changes == ((4, 0.5), (9, 0.25))


def test_a_finished_run_needs_no_checkpoint_and_a_stopped_one_keeps_it(store):
    finished, _ = told(store, started(), Checkpoint(9, b"state"), Finished(30, "finished", 1.0))
    stopped, _ = told(store, started(), Checkpoint(9, b"state"), Finished(9, "stopped", 1.0))
    assert store.checkpoint(finished) is None
    assert store.checkpoint(stopped) == b"state"


def test_final_logits_are_read_back_bit_for_bit(store):
    logits = np.random.default_rng(0).standard_normal((100, 10)).astype(np.float32)
    run_id, _ = told(store, started(), Logits(30, "test", logits))
    read = store.logits(run_id)
    assert read is not None
    assert read.dtype == np.float32
    np.testing.assert_array_equal(read, logits)
    assert store.logits(run_id, "validation") is None
