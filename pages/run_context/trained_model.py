"""The run that a page looks into: its weights at a step, its model, its images, its scores on the test set."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import streamlit as st
from torch import nn

from core.config.run_config import RunConfig, from_json, to_json
from core.datasets import DatasetError, DatasetSpec, ImageData, dataset_spec
from core.datasets.pixel_values import as_unit
from core.datasets.splits import sizes_within
from core.insight.activations import logits_in_batches
from core.insight.robustness import balanced_subset
from core.insight.stored_scores import stored_scores
from core.models.build import model_from_arrays, softmax_weights
from core.models.softmax_regression import for_unit_pixels, linear_logits
from core.models.unit_pixels import UnitPixels
from core.runs import RunRow
from core.training.data import TrainingData, training_data
from pages.run_context.dataset_guard import content_of
from pages.server.visitor import image_data, store

LIVE_CNN_IMAGES: Final = (
    1_000  # a CNN takes half a second for the whole test set: too long while it is followed
)
StateArrays = dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Scores:
    """What the weights after `step` updates make of test images.

    index: int64 (N,), their positions in the test set (all of it, but for a CNN in training); logits:
    float32 (N, K); labels: int64 (N,).
    """

    step: int
    index: np.ndarray
    logits: np.ndarray
    labels: np.ndarray

    @property
    def is_finite(self) -> bool:
        """Whether every logit is a number."""
        return bool(np.isfinite(self.logits).all())


@st.cache_resource(show_spinner=False, max_entries=12)
def state_at(run_id: str, step: int) -> StateArrays:
    """Return the weights after `step` updates, name -> float32 array.  Raises: StoreError.

    Of a step that was only a glimpse, the newest weights are returned.
    """
    if step in store().snapshots(run_id):
        return store().snapshot(run_id, step)
    newest = store().newest_weights(run_id)
    assert newest is not None  # the caller has seen it
    return newest[1]


def newest_step(run: RunRow) -> int:
    """Return the step of the newest weights; the page has made sure that there are some."""
    return store().newest_weights_step(run.id) or 0


@st.cache_resource(show_spinner=False, max_entries=4)
def _prepared_data(config_json: str, content: str) -> TrainingData:  # noqa: ARG001 - new content, new images
    config = from_json(config_json)
    return training_data(config, image_data(config.dataset), _mixed_in(config))


def prepared_data(config: RunConfig) -> TrainingData:
    """Return what a run of `config` learns from and is tested on, as the model sees it before scaling.

    Of people's own images those that are there now, whatever there was when the run was trained.
    """
    data, extra = image_data(config.dataset), _mixed_in(config)
    counts = len(data.train_labels), len(data.validation_labels)
    sizes = sizes_within(*counts, config.train_size, config.validation_size)
    plain = RunConfig(
        dataset=config.dataset, train_size=sizes[0], validation_size=sizes[1], deskew=config.deskew,
        mix_in=config.mix_in, left_out_class=config.left_out_class, seed=config.seed,
    )  # fmt: skip
    return _prepared_data(to_json(plain), f"{data.fingerprint} {extra.fingerprint if extra else ''}")


def _mixed_in(config: RunConfig) -> ImageData | None:
    """Return the images that are mixed in, None where there are none, or none any more."""
    try:
        return image_data(config.mix_in) if config.mix_in else None
    except DatasetError:
        return None


def test_images(run: RunRow) -> np.ndarray:
    """Return the test images as the run's model sees them before scaling, uint8 (N, C, H, W)."""
    return prepared_data(run.config).test_images.numpy()


def unit_linear(config: RunConfig, spec: DatasetSpec, state: StateArrays) -> tuple[np.ndarray, np.ndarray]:
    """Return (weight (K, D), bias (K,)) of a softmax regression for pixels in [0, 1], whatever its scaling."""
    weight, bias = softmax_weights(state)
    if config.scaling == "unit":
        return weight, bias
    folded, offset = for_unit_pixels(weight, bias, spec.mean, spec.std, spec.image_shape)
    return folded.astype(np.float32), offset.astype(np.float32)


@st.cache_resource(show_spinner=False, max_entries=16)
def model_at(run_id: str, step: int) -> nn.Sequential:
    """Return the run's model after `step` updates, for images scaled as it was trained; do not change it."""
    run = store().get(run_id)
    return model_from_arrays(run.config, dataset_spec(run.dataset), state_at(run_id, step)).eval()


@st.cache_resource(show_spinner=False, max_entries=16)
def model_for_unit_pixels_at(run_id: str, step: int) -> nn.Module:
    """Return the run's model after `step` updates, for pixels in [0, 1]; do not change it."""
    run = store().get(run_id)
    spec, model = dataset_spec(run.dataset), model_at(run_id, step)
    return model if run.config.scaling == "unit" else UnitPixels(model, spec.mean, spec.std).eval()


def logits_of(run: RunRow, step: int, images: np.ndarray) -> np.ndarray:
    """Return the logits (n, K) of images (n, C, H, W), uint8 or floats in [0, 1], after `step` updates."""
    if run.model == "softmax":
        weight, bias = unit_linear(run.config, dataset_spec(run.dataset), state_at(run.id, step))
        return np.asarray(linear_logits(weight, bias, images))
    return logits_in_batches(model_for_unit_pixels_at(run.id, step), as_unit(images))


@st.cache_resource(show_spinner=False, max_entries=24)
def scores_at(run_id: str, step: int, is_over: bool, content: str) -> Scores:  # noqa: ARG001 - see content_of
    """Return the run's scores on the test set: the stored ones of a run that is over, else computed here."""
    run = store().get(run_id)
    data = image_data(run.dataset)
    labels = data.test_labels
    stored = stored_scores(store(), run, data) if is_over else None
    everything = np.arange(len(labels))
    if stored is not None:
        return Scores(step, everything, stored, labels)
    index = everything
    if run.model == "cnn" and not is_over:
        index = balanced_subset(labels, LIVE_CNN_IMAGES)
    return Scores(step, index, logits_of(run, step, test_images(run)[index]), labels[index])


def scores(run: RunRow) -> Scores:
    """Return the scores of the run's newest weights."""
    return scores_at(run.id, newest_step(run), run.status in ("finished", "stopped"), content_of(run))


def final_scores(run: RunRow) -> Scores | None:
    """Return the scores of a run that is over; None while it goes on, without weights or test images, or diverged."""
    if run.status not in ("finished", "stopped") or store().newest_weights_step(run.id) is None:
        return None
    found = scores(run)
    return found if len(found.labels) and found.is_finite else None
