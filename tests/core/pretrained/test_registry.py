"""The models that come with Inkling: they reach what their records say, and every store lists them once."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.config.app_settings import Settings
from core.datasets import ImageData, load
from core.datasets.catalog import dataset_spec
from core.models.build import build_model
from core.prediction.predictor import build_predictor
from core.pretrained.load_predictor import predictor_of
from core.pretrained.registry import (
    FOLDER,
    SHIPPED,
    adopt_shipped,
    recorded_events,
    renew_shipped,
    score_shipped,
    shipped_config,
    shipped_weights,
)
from core.protocol.events import Evaluated, Logits, Started, Steps, Weights
from core.runs import Store, StoreFull
from core.training.loop import train

AT_LEAST = {"softmax-mnist": 0.97, "cnn-mnist": 0.995, "softmax-fashion": 0.84, "cnn-fashion": 0.90}


@pytest.fixture
def store(tmp_path: Path, data_folder: Path) -> Store:
    return Store(settings=Settings(store=f"sqlite:///{tmp_path / 'inkling.db'}", data=str(data_folder)))


def test_all_of_them_together_are_small_and_know_no_date() -> None:
    files = [file for file in FOLDER.iterdir() if file.is_file() and file.suffix != ".py"]
    assert {file.stem for file in files} == {*SHIPPED, "digit_detector"}
    assert sum(file.stat().st_size for file in files) < 2_000_000
    assert not any("_at" in file.read_text() or "date" in file.read_text() for file in FOLDER.glob("*.json"))


@pytest.mark.parametrize("name", SHIPPED)
def test_the_weights_reach_what_the_record_says(name: str, data_folder: Path) -> None:
    config = shipped_config(name)
    assert config == SHIPPED[name]
    data = load(config.dataset, data_folder)
    predictor = build_predictor(config, data.spec, shipped_weights(name))
    some = slice(0, None if config.model == "softmax" else 2000)
    right = (
        predictor.logits(predictor.inputs(data.test_images[some])).argmax(axis=1) == data.test_labels[some]
    )
    said = [event for event in recorded_events(name) if isinstance(event, Evaluated)][-1]
    assert said.accuracy >= AT_LEAST[name]
    assert right.mean() == pytest.approx(said.accuracy, abs=1e-9 if config.model == "softmax" else 0.02)


def test_training_it_again_begins_with_the_recorded_steps(mnist: ImageData) -> None:
    config = SHIPPED["softmax-mnist"]
    events = train(mnist, config, extra=load(config.mix_in), threads=1)
    steps = []
    for event in events:
        if isinstance(event, Steps):
            steps.append(event)
            break
    events.close()
    recorded = next(event for event in recorded_events("softmax-mnist") if isinstance(event, Steps))
    count = len(steps[0].losses)
    np.testing.assert_allclose(steps[0].losses, recorded.losses[:count], rtol=2e-3)  # recorded in float16


def test_a_new_store_lists_them_as_finished_pinned_runs_and_only_once(store: Store) -> None:
    assert set(adopt_shipped(store)) == set(SHIPPED)
    assert adopt_shipped(store) == []
    rows = store.list()
    assert {row.id for row in rows} == {row.name for row in rows} == set(SHIPPED)
    for row in rows:
        assert (row.status, row.pinned) == ("finished", True)
        assert row.step == row.total_steps
        assert row.test_accuracy >= AT_LEAST[row.id]
        assert store.snapshots(row.id) == [0, row.step]
        start, end = (store.snapshot(row.id, step) for step in (0, row.step))
        assert any(not np.array_equal(start[key], end[key]) for key in end)
        said = store.events_since(row.id).events
        assert isinstance(said[0], Started)
        assert sum(len(e.losses) for e in said if isinstance(e, Steps)) == row.total_steps


def test_their_scores_on_the_test_set_follow(store: Store, data_folder: Path) -> None:
    adopt_shipped(store)
    score_shipped(store, load)
    for name in SHIPPED:
        logits = store.logits(name)
        labels = load(shipped_config(name).dataset, data_folder).test_labels
        assert logits.shape == (10_000, 10)
        assert (logits.argmax(axis=1) == labels).mean() == pytest.approx(
            store.get(name).test_accuracy, abs=3e-4
        )


def put_earlier_weights(store: Store, name: str) -> None:
    """Have the ready run be as an earlier version shipped it: with other weights, trained otherwise."""
    config = replace(shipped_config(name), seed=99)
    events = [
        replace(event, arrays={key: array * 0.5 for key, array in event.arrays.items()})
        if isinstance(event, Weights)
        else event
        for event in recorded_events(name)
    ]
    assert store.renew_finished_run(name, config, events)
    store.add_logits(name, Logits(store.get(name).step, "test", np.ones((10_000, 10), np.float32)))


def test_ready_runs_of_an_earlier_version_become_the_shipped_ones_under_the_same_id(store: Store) -> None:
    adopt_shipped(store)
    store.rename("softmax-mnist", "the one from class")
    store.delete("cnn-fashion")
    for name in ("softmax-mnist", "cnn-fashion"):
        put_earlier_weights(store, name)
    own = store.add_finished_run(
        replace(shipped_config("softmax-mnist"), start_from="softmax-mnist"),
        [replace(e, arrays={}) if isinstance(e, Weights) else e for e in recorded_events("softmax-mnist")],
        name="softmax-mnist",
    )
    others = {row.id: row for row in store.list() if row.id != "softmax-mnist"}
    number = store.get("softmax-mnist").number

    assert adopt_shipped(store) == [], "none is new"

    row = store.get("softmax-mnist")
    assert (row.number, row.name, row.config) == (
        number, "the one from class", shipped_config("softmax-mnist")
    )  # fmt: skip
    for name in ("softmax-mnist", "cnn-fashion"):
        step, arrays = store.newest_weights(name)
        assert step == store.get(name).total_steps
        assert all(np.array_equal(arrays[key], value) for key, value in shipped_weights(name).items())
        assert store.logits(name) is None
    assert {row.id: row for row in store.list() if row.id != "softmax-mnist"} == others
    assert own in others
    assert "cnn-fashion" not in others, "deleted it stays"
    assert renew_shipped(store) == [], "once"


def test_the_command_line_answers_with_the_shipped_weights_before_any_page_was_opened(
    store: Store, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKLING_STORE", store.url)
    monkeypatch.setenv("INKLING_DATA", str(data_folder))
    adopt_shipped(store)
    put_earlier_weights(store, "cnn-mnist")
    answers = predictor_of("cnn-mnist").arrays
    assert all(np.array_equal(answers[key], value) for key, value in shipped_weights("cnn-mnist").items())


def test_a_store_that_may_only_be_read_or_is_full_keeps_its_ready_runs_and_nothing_ends(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    adopt_shipped(store)
    put_earlier_weights(store, "cnn-mnist")

    def full(*_given: object) -> bool:
        raise StoreFull("The disk is full.", "Free some space.")

    monkeypatch.setattr(store, "renew_finished_run", full)
    assert renew_shipped(store) == []
    assert "cnn-mnist could not be renewed: The disk is full." in caplog.text
    score_shipped(store, load, go_on=lambda: False)
    assert store.logits("cnn-mnist").mean() == 1, "and are not scored by other weights"


def test_scoring_that_is_broken_off_leaves_nothing_half_done(store: Store) -> None:
    adopt_shipped(store)
    predictor = iter([True, True, False])
    score_shipped(store, load, go_on=lambda: next(predictor))
    assert not [name for name in SHIPPED if store.logits(name) is not None]


def test_a_story_is_what_a_run_says_but_for_its_scores() -> None:
    events = recorded_events("cnn-fashion")
    kinds = [type(event) for event in events]
    assert kinds[0] is Started
    assert kinds.count(Weights) == 2
    assert Logits not in kinds
    config = shipped_config("cnn-fashion")
    first = build_model(config, dataset_spec(config.dataset)).state_dict()
    start = next(event for event in events if isinstance(event, Weights))
    assert start.step == 0
    for key, value in first.items():
        np.testing.assert_allclose(start.arrays[key], value.numpy(), rtol=0, atol=1e-7)
    steps = [event for event in events if isinstance(event, Steps)]
    assert [a.last_step + 1 for a in steps[:-1]] == [b.first_step for b in steps[1:]]
    assert steps[-1].losses.mean() < steps[0].losses.mean()


def test_a_name_that_does_not_come_with_it_is_refused_with_the_choices() -> None:
    with pytest.raises(KeyError, match="softmax-mnist, cnn-mnist"):
        shipped_config("resnet")
