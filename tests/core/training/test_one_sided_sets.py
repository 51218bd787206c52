"""Training on datasets that have no test images, one image, or one class: it learns, and says no score of nothing."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from core.config.run_config import ConfigError, RunConfig
from core.datasets import ImageData, load
from core.datasets.errors import NoTestImages
from core.datasets.user_datasets import delete_own
from core.protocol.events import Evaluated, Finished, Logits, Started, Steps, Weights
from core.training.batched_models import train_many
from core.training.loop import train
from core.training.score_weights import score_weights
from tests.one_sided_sets import SETS, SMALL, brought, drawn

WAYS = (
    {},
    {"optimizer": "adam", "augmentation": "affine"},
    {"scaling": "standardised", "deskew": True, "momentum": 0.9},
    {"model": "mlp"},
    {"model": "cnn"},
)


@pytest.fixture(scope="module", params=SETS)
def data(request: pytest.FixtureRequest) -> Iterator[ImageData]:
    spec = SETS[request.param]()
    yield load(spec.name)
    delete_own(spec.name)


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_every_way_of_training_finishes_and_scores_what_there_is(
    data: ImageData, way: dict[str, object]
) -> None:
    config = RunConfig(**{**SMALL, "dataset": data.spec.name, **way})  # type: ignore[arg-type]
    said = list(train(data, config, threads=1))
    started, logits, finished = said[0], said[-2], said[-1]
    assert isinstance(started, Started)
    assert isinstance(finished, Finished)
    assert isinstance(logits, Logits)
    n_test, n_classes = len(data.test_labels), data.spec.n_classes
    assert (started.train_count, started.evaluation_count) == (len(data.train_labels), n_test)
    assert logits.logits.shape == (n_test, n_classes)
    losses = np.concatenate([event.losses for event in said if isinstance(event, Steps)])
    assert len(losses) == started.total_steps == finished.step
    assert np.isfinite(losses).all()
    scores = [event for event in said if isinstance(event, Evaluated)]
    assert bool(scores) == bool(n_test)
    assert all(math.isfinite(score.loss) and 0 <= score.accuracy <= 1 for score in scores)


def test_without_test_images_the_validation_images_are_still_scored() -> None:
    spec = brought("train-only")
    config = RunConfig(**{**SMALL, "dataset": spec.name, "validation_size": 8})  # type: ignore[arg-type]
    scores = [event for event in train(load(spec.name), config, threads=1) if isinstance(event, Evaluated)]
    assert {score.split for score in scores} == {"validation"}
    assert all(len(score.strip) == 0 for score in scores)
    delete_own(spec.name)


def test_runs_side_by_side_say_what_each_says_alone() -> None:
    spec = brought("train-only")
    data = load(spec.name)
    configs = [RunConfig(**{**SMALL, "dataset": spec.name, "learning_rate": rate}) for rate in (0.01, 0.1)]  # type: ignore[arg-type]
    told: dict[int, list[object]] = {0: [], 1: []}
    for i, event in train_many(data, configs, threads=1):
        told[i].append(event)
    for i, config in enumerate(configs):
        alone = list(train(data, config, threads=1))
        assert isinstance(told[i][-1], Finished)
        assert not [event for event in told[i] if isinstance(event, Evaluated)]
        ours, theirs = (
            next(e for e in reversed(said) if isinstance(e, Weights)) for said in (told[i], alone)
        )
        assert np.allclose(ours.arrays["linear.weight"], theirs.arrays["linear.weight"], atol=1e-6)
    delete_own(spec.name)


@pytest.mark.parametrize("model", ["softmax", "mlp"])
def test_without_a_training_image_no_step_is_tried(model: str) -> None:
    spec = brought("test-only")
    config = RunConfig(**{**SMALL, "dataset": spec.name, "model": model})  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="has no training images"):
        next(train(load(spec.name), config))
    with pytest.raises(ConfigError, match="has no training images"):
        next(train_many(load(spec.name), [replace(config, model="softmax")]))
    delete_own(spec.name)


def test_weights_are_scored_by_the_test_images_alone() -> None:
    """The run's own split may ask for more training images than are left."""
    weights = {"linear.weight": np.ones((2, 784), np.float32), "linear.bias": np.array([0, 1], np.float32)}
    for counts in ((0, 0), (2, 2)):
        spec = drawn("Few are left", counts, (6, 3))
        data = load(spec.name)
        score = score_weights(RunConfig(dataset=spec.name, train_size=30, validation_size=9), weights, data)
        assert score.accuracy == pytest.approx(3 / 9)
        expected = torch.nn.functional.cross_entropy(score.logits, torch.from_numpy(data.test_labels))
        assert score.loss == pytest.approx(float(expected))
        delete_own(spec.name)
    untested = brought("train-only")
    with pytest.raises(NoTestImages, match="has no test images, so no test accuracy can be given"):
        score_weights(RunConfig(dataset=untested.name), weights, load(untested.name))
    delete_own(untested.name)
