"""A run trained to its end, its recall or its failure, always told in the store, always resumable to the same bits."""

from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

from core.access.rules import Actor, Role
from core.config.run_config import RunConfig
from core.datasets import UnknownDataset
from core.datasets.user_datasets import delete_own
from core.jobs import job
from core.protocol.events import Checkpoint, Event, Failed, LearningRateChanged, Started, Steps, Weights
from core.runs import StoreFull
from core.runs.dataset_rights import LINK, PRIVATE
from core.runs.own_datasets import OwnDatasets
from core.runs.schema import ARTIFACTS
from core.training.loop import train
from tests.core.jobs.conftest import SMALL, assert_same_bits, final_weights, open_store, train_run
from tests.one_sided_sets import CHANGES, SETS

EVERY_KIND = {
    "closed form": SMALL,
    "closed form, momentum": replace(SMALL, momentum=0.9, nesterov=True, l1=1e-5, l2=1e-4),
    "step schedule": replace(SMALL, schedule="step", step_epochs=1),
    "cosine schedule": replace(SMALL, schedule="cosine", optimizer="adamw", learning_rate=0.01),
    "adagrad": replace(SMALL, optimizer="adagrad", learning_rate=0.01),
    "adam": replace(SMALL, optimizer="adam", learning_rate=0.01),
    "adamax": replace(SMALL, optimizer="adamax", learning_rate=0.01),
    "rmsprop": replace(SMALL, optimizer="rmsprop", learning_rate=0.001, momentum=0.5),
    "mlp": replace(SMALL, model="mlp", hidden_sizes=(32, 16), initialisation="normal", init_std=0.1),
    "cnn": replace(SMALL, model="cnn", validation_size=200, channels=(2, 4), learning_rate=0.05),
    "augmented": replace(SMALL, augmentation="affine", validation_size=500, scaling="standardised"),
}


@pytest.fixture(autouse=True)
def obeyed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a run look at its orders between any two steps: then it hangs on no clock where it is called back."""
    monkeypatch.setattr("core.training.training_run.POLL_S", 0.0)


def losses_of(events: list[Event]) -> np.ndarray:
    return np.concatenate([event.losses for event in events if isinstance(event, Steps)])


def undisturbed(config: RunConfig, mnist) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the final weights and all losses of the config trained in one go, without any store or worker."""
    events = list(train(mnist, config, threads=1))
    return [e for e in events if isinstance(e, Weights) and e.keep][-1].arrays, losses_of(events)


def recall_at(step):
    """Return a `on_event` that calls the run back once `step` updates have been told."""

    def on_event(event, interrupt_signal):
        if isinstance(event, Steps) and event.last_step >= step:
            interrupt_signal.give("interrupt")

    return on_event


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_run_interrupted_twice_ends_with_the_bits_of_an_undisturbed_one(store, mnist, kind):
    config = EVERY_KIND[kind]
    run_id = store.create(config)
    for attempt, step in ((1, 7), (2, 25)):
        row = train_run(store, run_id, recall_at(step))
        assert (row.status, row.attempt) == ("interrupted", attempt)
        assert step <= row.step < row.total_steps
        assert row.checkpoint_step == row.step
        assert store.enqueue(run_id)
    row = train_run(store, run_id)
    assert (row.status, row.attempt, row.step) == ("finished", 3, row.total_steps)
    weights, losses = undisturbed(config, mnist)
    assert_same_bits(final_weights(store, run_id), weights)
    np.testing.assert_array_equal(losses_of(store.events_since(run_id).events), losses)


def test_a_live_change_made_after_the_checkpoint_comes_again_at_its_step(
    store, tmp_path, data_folder, mnist, monkeypatch
):
    config = replace(
        SMALL, epochs=60, eval_every=1200
    )  # 1,200 steps: 8 s at that pace, of which one is enough
    run_id = store.create(config, pace="steps:150")
    dying = open_store(tmp_path, data_folder)
    append, kept, changed = dying.append, [], []

    def append_one_checkpoint(run_id, attempt, events):
        """Write as ever, but no checkpoint after the first, as if death had come before it."""
        events = [event for event in events if not isinstance(event, Checkpoint) or not kept]
        kept.extend(event.step for event in events if isinstance(event, Checkpoint))
        append(run_id, attempt, events)

    def on_event(event, interrupt_signal):
        if isinstance(event, LearningRateChanged):
            changed.append(event.step)
        elif isinstance(event, Steps) and kept and event.last_step > kept[0] and not changed:
            store.order(run_id, learning_rate=0.5)
        elif isinstance(event, Steps) and changed and event.last_step > changed[0]:
            interrupt_signal.give("interrupt")

    monkeypatch.setattr(dying, "append", append_one_checkpoint)
    row = train_run(dying, run_id, on_event)
    assert row.status == "interrupted"
    assert row.checkpoint_step == kept[0] < changed[0] < row.step
    store.enqueue(run_id)
    store.order(run_id, pace="full")
    row = train_run(store, run_id)
    assert (row.status, row.learning_rate_changes) == ("finished", ((changed[0], 0.5),))
    config = replace(config, learning_rate_changes=((changed[0], 0.5),))
    assert_same_bits(final_weights(store, run_id), undisturbed(config, mnist)[0])


def damage_checkpoint(store, run_id, data):
    with store.database.write() as connection:
        mine = (ARTIFACTS.c.run_id == run_id) & (ARTIFACTS.c.kind == "checkpoint")
        connection.execute(ARTIFACTS.update().where(mine).values(data=data))


@pytest.mark.parametrize("how", ["truncated", "of another run", "gone"])
def test_a_checkpoint_that_cannot_be_used_makes_the_run_start_over_to_the_same_bits(store, mnist, how):
    run_id = store.create(SMALL)
    train_run(store, run_id, recall_at(10))
    if how == "truncated":
        damage_checkpoint(store, run_id, store.checkpoint(run_id)[:-100])
    elif how == "gone":
        with store.database.write() as connection:
            connection.execute(ARTIFACTS.delete().where(ARTIFACTS.c.kind == "checkpoint"))
    else:
        other = store.create(replace(SMALL, seed=9))
        train_run(store, other, recall_at(10))
        foreign = store.checkpoint(other)
        attempt = (store.enqueue(run_id), store.claim(run_id))[1]
        store.append(run_id, attempt, [Checkpoint(10, foreign)])
        store.release(run_id, attempt)
        store.leases.give_back(run_id)
    store.enqueue(run_id)
    row = train_run(store, run_id)
    assert row.status == "finished"
    starts = [event.step for event in store.events_since(run_id).events if isinstance(event, Started)]
    assert starts[-1] == 0
    assert_same_bits(final_weights(store, run_id), undisturbed(SMALL, mnist)[0])


def test_a_parked_pause_gives_its_worker_up_and_goes_on_where_it_was(store, mnist):
    run_id = store.create(SMALL, command="pause", run_until=7)

    def park_when_paused(event, interrupt_signal):
        if isinstance(event, Steps) and event.last_step == 7:
            interrupt_signal.give("park")

    row = train_run(store, run_id, park_when_paused)
    assert (row.status, row.step, row.cause) == ("paused", 7, "")
    store.order(run_id, one_step=True)
    row = train_run(store, run_id, lambda e, r: r.give("park") if isinstance(e, Steps) else None)
    assert (row.status, row.step) == ("paused", 8)
    store.order(run_id, command="run")
    train_run(store, run_id)
    assert_same_bits(final_weights(store, run_id), undisturbed(SMALL, mnist)[0])


def test_a_run_starts_from_another_runs_final_weights(store):
    first = store.create(SMALL)
    train_run(store, first)
    config = replace(SMALL, start_from=first, seed=8)
    second = store.create(config)
    train_run(store, second)
    assert_same_bits(store.snapshot(second, 0), final_weights(store, first))


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (replace(SMALL, start_from="nobody12"), "There are no weights of run “nobody12” to start from."),
        (replace(SMALL, dataset="kmnist"), "kmnist|Kuzushiji"),
    ],
)
def test_a_run_that_cannot_be_done_fails_with_the_reason_and_a_remedy(store, config, words):
    import re

    row = train_run(store, store.create(config))
    assert (row.status, row.cause) == ("failed", "user_error")
    assert re.search(words, row.message)
    assert row.remedy.endswith(".")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("deleted", "It may have been deleted"),  # before its run's turn came
        ("no images", "“Two classes” has no training images"),
        ("one class", "fewer than two classes"),
    ],
)
def test_a_run_whose_images_went_while_it_waited_fails_with_the_reason_and_a_remedy(store, change, words):
    spec = SETS["two classes"]()
    run_id = store.create(replace(SMALL, dataset=spec.name, train_size=0, validation_size=0))
    CHANGES[change](spec.name)
    row = train_run(store, run_id)
    assert (row.status, row.cause) == ("failed", "user_error")
    assert words in f"{row.message}"
    assert row.remedy.endswith(".")
    with suppress(UnknownDataset):
        delete_own(spec.name)


@pytest.mark.parametrize("field", ["dataset", "mix_in"])
@pytest.mark.parametrize("done", [0, 1])
def test_a_share_that_is_taken_back_is_over_for_runs_that_wait(store, field, done):
    ada, bob = (store.acting_as(Actor(Role.VISITOR, name)) for name in ("ada", "bob"))
    spec = OwnDatasets(ada).create("Ada's", [str(digit) for digit in range(10)], (1, 28, 28)).spec
    OwnDatasets(ada).add_images(spec.name, np.zeros((20, 1, 28, 28), np.uint8), [*range(10)] * 2)
    OwnDatasets(ada).share(spec.name, LINK)
    config = replace(SMALL, **{field: spec.name}, train_size=0, validation_size=0)
    run_id = bob.create(config, command="pause", run_until=1)
    if done:
        train_run(store, run_id, lambda e, r: r.give("park") if isinstance(e, Steps) else None)
    OwnDatasets(ada).share(spec.name, PRIVATE)
    bob.order(run_id, command="run")
    row = train_run(store, run_id)
    assert (row.status, row.cause, row.step) == ("failed", "user_error", done)
    assert "somebody else's own, and not shared" in f"{row.message}"
    OwnDatasets(ada).erase_mine()


def test_a_run_whose_owner_took_their_share_of_the_store_meanwhile_is_not_begun(tmp_path, data_folder):
    store = open_store(tmp_path, data_folder, run_mb_per_owner=1.0)
    ada = store.acting_as(Actor(Role.VISITOR, "ada"))
    large = replace(SMALL, model="mlp", hidden_sizes=(300,))
    first, second = ada.create(large), ada.create(SMALL)
    assert train_run(store, first).status == "finished"
    row = train_run(store, second)
    assert (row.status, row.cause, row.step) == ("failed", "user_error", 0)
    assert "but at most 1.0 MB are allowed here" in f"{row.message}"
    ada.delete(first)
    assert train_run(store, ada.create(SMALL)).status == "finished"
    store.close()


@pytest.mark.parametrize(
    ("limits", "cause", "words"),
    [
        ({"max_parameters": 100}, "user_error", "at most 100 are allowed here"),
        ({"max_steps": 10}, "user_error", "at most 10 are allowed here"),
        ({"max_run_hours": 1e-9}, "timeout", "which is the longest that is allowed"),
    ],
)
def test_a_run_that_turns_out_beyond_a_limit_fails_in_words(tmp_path, data_folder, limits, cause, words):
    store = open_store(tmp_path, data_folder, **limits)
    row = train_run(store, store.create(SMALL))
    assert (row.status, row.cause) == ("failed", cause)
    assert words in row.message


@pytest.mark.parametrize(
    ("error", "cause", "words"),
    [
        (MemoryError(), "user_error", "did not fit into memory"),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: not enough memory"), "user_error", "memory"),
        (ZeroDivisionError("a bug"), "worker_lost", "ZeroDivisionError: a bug"),
    ],
)
def test_whatever_goes_wrong_in_training_is_told(store, monkeypatch, error, cause, words):
    def broken(*_args, **_kwargs):
        yield Started(0, 60, 20, 1000, "test", 10_000, 7850, "closed-form", 1)
        yield Steps(1, np.ones(4, np.float32), np.ones(4, np.float32), 0.1, 0.1, 1.0)
        raise error

    monkeypatch.setattr(job, "train", broken)
    heard = []
    row = train_run(store, store.create(SMALL), lambda event, _recall: heard.append(event))
    assert (row.status, row.cause, row.step) == ("failed", cause, 4)
    assert words in row.message
    assert isinstance(heard[-1], Failed)


def test_a_full_disk_leaves_the_run_resumable_with_what_was_written(store, monkeypatch):
    run_id = store.create(replace(SMALL, epochs=30), pace="steps:150")  # 4 s, if it were not for the disk
    append, written, is_full = store.append, [], True

    def until_full(run_id, attempt, events):
        """Write as ever, but no steps after the first that come."""
        last_step = max((e.last_step for e in events if isinstance(e, Steps)), default=0)
        if last_step and written and is_full:
            raise StoreFull("The disk is full.", "Free some space.")
        append(run_id, attempt, events)
        written.extend([last_step] * bool(last_step))

    monkeypatch.setattr(store, "append", until_full)
    monkeypatch.setattr("core.jobs.event_writer.FULL_PATIENCE_S", 0.1)
    row = train_run(store, run_id)
    assert (row.status, row.cause, row.message) == ("interrupted", "disk_full", "The disk is full.")
    assert row.step == written[0] > 0
    is_full = False
    store.enqueue(run_id)
    store.order(run_id, pace="full")
    assert train_run(store, run_id).status == "finished"
