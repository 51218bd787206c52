"""Runs on a dataset that brings validation images: measured on them, never trained on them, tested on the others."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from core.config.image_counts import learned_count
from core.config.run_config import RunConfig
from core.datasets import ImageData, load
from core.datasets.user_datasets import delete_own, remove_image
from core.images.deskew import deskew
from core.models.build import model_from_arrays, scale_images
from core.protocol.events import Checkpoint, Evaluated, Event, Finished, Logits, Started, Steps, Weights
from core.training.batched_models import train_many
from core.training.data import BatchOrder, TrainingData, training_data
from core.training.loop import train
from core.training.score_weights import score_weights
from tests.core.training.test_resume import InterruptAt, RunCommands
from tests.own_validation import pixels, validated

N = 37
WAYS: tuple[dict[str, object], ...] = (
    {},
    {"train_size": 50},
    {"optimizer": "adam", "augmentation": "affine"},
    {"scaling": "standardised", "deskew": True, "momentum": 0.9},
    {"model": "mlp"},
    {"model": "cnn", "train_size": 50},
)


@pytest.fixture(scope="module")
def data(mnist: ImageData) -> Iterator[ImageData]:
    spec = validated(mnist, validation=N)
    yield load(spec.name)
    delete_own(spec.name)


def config_of(data: ImageData, **settings: object) -> RunConfig:
    values = {"dataset": data.spec.name, "validation_size": N, "epochs": 3, "batch_size": 11, "eval_every": 4}
    small = {"hidden_sizes": (8,), "channels": (3, 3), "learning_rate": 0.05}
    return RunConfig(**{**values, **small, **settings})  # type: ignore[arg-type]


def learned_pixels(view: TrainingData) -> set[bytes]:
    return pixels(view.images[view.train_index].numpy())


@pytest.mark.parametrize("size", [0, N])
@pytest.mark.parametrize("way", WAYS, ids=str)
def test_no_validation_or_test_image_is_ever_learned_from(
    data: ImageData, way: dict[str, object], size: int
) -> None:
    config = config_of(data, **{**way, "validation_size": size})
    view = training_data(config, data)
    held = pixels(data.validation_images), pixels(data.test_images)
    if config.deskew:
        held = pixels(deskew(data.validation_images)), pixels(deskew(data.test_images))
    assert not learned_pixels(view) & (held[0] | held[1])
    order = BatchOrder(view.train_index, config.batch_size, config.seed)
    seen: set[bytes] = set()
    for step in range(3 * order.steps_per_epoch):
        seen |= pixels(view.images[order.batch(step)].numpy())
    assert seen == learned_pixels(view)
    assert pixels(view.split("test")[0].numpy()) == held[1]


def test_all_training_images_are_learned_from_whichever_way_it_is_measured(data: ImageData) -> None:
    for size in (0, N):
        config = config_of(data, validation_size=size)
        view = training_data(config, data)
        assert learned_pixels(view) == pixels(data.train_images)
        assert view.train_count == learned_count(config, data.spec) == len(data.train_labels)
        some = replace(config, train_size=50)
        assert training_data(some, data).train_count == learned_count(some, data.spec) == 50


def test_of_mixed_in_images_only_those_to_train_on_are_taken(data: ImageData, mnist: ImageData) -> None:
    base = validated(mnist, 40, 9, 7, title="Base")
    extra, of = load(data.spec.name), load(base.name)
    view = training_data(RunConfig(dataset=base.name, mix_in=data.spec.name, validation_size=9), of, extra)
    assert learned_pixels(view) == pixels(of.train_images) | pixels(extra.train_images)
    assert pixels(view.split("validation")[0].numpy()) == pixels(of.validation_images)
    delete_own(base.name)


def by_torch(config: RunConfig, data: ImageData, weights: Weights, split: str) -> tuple[float, float]:
    """Return loss and accuracy of the weights on a split of the dataset, computed by torch alone."""
    images = np.array(getattr(data, f"{split}_images"))
    if config.deskew:
        images = deskew(images)
    labels = torch.from_numpy(np.array(getattr(data, f"{split}_labels")))
    model = model_from_arrays(config, data.spec, weights.arrays).eval()
    with torch.no_grad():
        logits = model(scale_images(torch.from_numpy(images), data.spec, config.scaling))
    return float(cross_entropy(logits, labels)), float((logits.argmax(1) == labels).float().mean())


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_progress_is_measured_on_the_datasets_own_validation_images(
    data: ImageData, way: dict[str, object]
) -> None:
    config = config_of(data, **way)
    said = list(train(data, config, threads=1))
    started = said[0]
    assert isinstance(started, Started)
    assert (started.evaluation_split, started.evaluation_count) == ("validation", N)
    assert started.train_count == learned_count(config, data.spec)
    last = [event for event in said if isinstance(event, Weights)][-1]
    finals = {e.split: e for e in said if isinstance(e, Evaluated) and e.step == last.step}
    assert set(finals) == {"validation", "test"}
    for split, event in finals.items():
        loss, accuracy = by_torch(config, data, last, split)
        assert event.loss == pytest.approx(loss, rel=1e-4)
        assert event.accuracy == pytest.approx(accuracy)
    (logits,) = (event for event in said if isinstance(event, Logits))
    assert len(logits.logits) == len(data.test_labels)


def test_with_none_asked_for_it_is_measured_on_the_test_set(data: ImageData) -> None:
    said = list(train(data, config_of(data, validation_size=0), threads=1))
    assert {event.split for event in said if isinstance(event, Evaluated)} == {"test"}


@pytest.mark.parametrize("size", [1, N - 1, N + 1])
def test_another_number_is_refused_with_what_may_be(data: ImageData, size: int) -> None:
    with pytest.raises(ValueError, match=f"must be {N}, which the dataset brings .* or 0 .*, not {size}"):
        training_data(config_of(data, validation_size=size), data)


def test_a_changed_set_is_told_to_a_run_that_goes_on(mnist: ImageData) -> None:
    spec = validated(mnist, 40, 9, 7, title="Changing")
    config = config_of(load(spec.name), dataset=spec.name, validation_size=9)
    remove_image(spec.name, "validation", 0)
    with pytest.raises(ValueError, match=r"must be 8, which the dataset brings .*, not 9"):
        next(train(load(spec.name), config))
    delete_own(spec.name)


def weights_of(events: list[Event]) -> dict[str, np.ndarray]:
    return [event for event in events if isinstance(event, Weights)][-1].arrays


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_a_resumed_run_has_the_same_split_and_bits(data: ImageData, way: dict[str, object]) -> None:
    config = config_of(data, **way)
    undisturbed = list(train(data, config, threads=1))
    controls, state = InterruptAt(7), b""
    for event in train(data, config, controls, threads=1):
        if type(event).__name__ == "Paused":
            controls.poll = lambda: RunCommands("interrupt")  # type: ignore[method-assign]
        if isinstance(event, Checkpoint):
            state = event.state
    resumed = list(train(data, config, checkpoint=state, threads=1))
    ours, theirs = weights_of(resumed), weights_of(undisturbed)
    assert all(np.array_equal(ours[name], theirs[name]) for name in theirs)
    both = [
        {(e.step, e.split): (e.loss, e.accuracy) for e in said if isinstance(e, Evaluated) and e.step > 7}
        for said in (resumed, undisturbed)
    ]
    assert both[0] == both[1]


def test_runs_side_by_side_are_measured_as_each_alone(data: ImageData) -> None:
    configs = [config_of(data, learning_rate=rate) for rate in (0.01, 0.1)]
    told: dict[int, list[Event]] = {0: [], 1: []}
    for place, event in train_many(data, configs, threads=1):
        told[place].append(event)
    for place, config in enumerate(configs):
        alone = {(e.step, e.split): e for e in train(data, config, threads=1) if isinstance(e, Evaluated)}
        ours = {(e.step, e.split): e for e in told[place] if isinstance(e, Evaluated)}
        assert ours.keys() == alone.keys()
        for key, event in ours.items():
            assert event.loss == pytest.approx(alone[key].loss, rel=1e-4)
            assert event.accuracy == alone[key].accuracy


def test_stored_weights_are_scored_on_the_test_images_alone(data: ImageData) -> None:
    config = config_of(data)
    said = list(train(data, config, threads=1))
    last = [event for event in said if isinstance(event, Weights)][-1]
    assert isinstance(said[-1], Finished)
    score = score_weights(config, last.arrays, data)
    assert score.loss == pytest.approx(by_torch(config, data, last, "test")[0], rel=1e-4)
    assert len(score.logits) == len(data.test_labels)


def test_no_step_differs_by_what_progress_is_measured_on(data: ImageData) -> None:
    losses = []
    for size in (0, N):
        said = train(data, config_of(data, validation_size=size), threads=1)
        losses.append(np.concatenate([event.losses for event in said if isinstance(event, Steps)]))
    assert np.array_equal(*losses)
