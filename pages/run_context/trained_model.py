"""The run that a page looks into: its weights at a step, its model, its images, its scores on the test set."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NoReturn

import numpy as np
import streamlit as st
from torch import nn

from core.config.run_config import RunConfig, from_json, to_json
from core.datasets import DatasetError, DatasetSpec, spec
from core.insight.activations import logits_in_batches
from core.insight.robustness import as_unit, balanced_subset
from core.models.build import build_model, load_state_arrays, softmax_weights
from core.models.softmax_regression import for_unit_pixels, linear_logits
from core.models.unit_pixels import UnitPixels
from core.runs import RunRow, StoreError
from core.training.data import TrainingData, training_data
from pages.components.navigation import page
from pages.run_context.selected_run import run_in_view, status_chip, title
from pages.server.services import image_data, store
from pages.train.run_controls import dataset_is_here

TICK_S: Final = 1.0
LIVE_CNN_IMAGES: Final = 1_000  # a CNN takes half a second for the whole test set: too long for every tick
State = dict[str, np.ndarray]
_STYLE: Final = Path(__file__).with_name("guards.css").read_text(encoding="utf-8")


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


def heading(question: str, run: RunRow | None) -> None:
    """Draw the page's question and, beneath it, the run in view with its status."""
    st.html(f"<style>{_STYLE}</style>")
    st.header(question, anchor=False)
    if run is not None:
        name = title(run).replace("&", "&amp;").replace("<", "&lt;")
        st.html(f'<div class="ink-subject">{status_chip(run)}<span>{name}</span></div>')


def run_with_weights(question: str) -> RunRow:
    """Return the run in view once it has weights and its images are there; else say what is missing and stop."""
    run = run_in_view()
    heading(question, run)
    if run is None:
        _send_away("There is no run in view. Train one, or choose one in the sidebar.", "Train a run")
    images_or_stop(run.dataset)
    if store().live_step(run.id) is None:
        if run.is_live:
            _look_again(run)
            waits = "is still in the queue" if run.status == "queued" else "is about to begin"
            _send_away(f"This run {waits}; its weights appear here with its first step.", "See how it stands")
        _send_away(
            f"This run has no weights to look into: {run.message or 'none were kept'}", "Train it anew"
        )
    return run


def images_or_stop(dataset: str) -> None:
    """Have a dataset's images ready, or offer to get them and stop."""
    try:
        if not dataset_is_here(dataset):
            st.page_link(page("train"), label="Train on other images", icon=":material/play_arrow:")
            st.stop()
    except DatasetError as error:
        _send_away(f"The images cannot be had: {error}", "Train on other images")


def _send_away(sentence: str, action: str) -> NoReturn:
    st.info(sentence)
    st.page_link(page("train"), label=action, icon=":material/play_arrow:")
    st.stop()


def _look_again(run: RunRow) -> None:
    """Draw the page anew when the run's status changes or it has its first weights."""

    def look() -> None:
        if current_run(run.id).status != run.status or store().live_step(run.id) is not None:
            st.rerun()

    st.fragment(look, run_every=TICK_S)()


def redraw_at_end(run: RunRow, drawn_status: str) -> None:
    """Inside a fragment: draw the whole page anew once another status, or another run, is to be shown."""
    if run.status != drawn_status or st.session_state.get("run") != run.id:
        st.rerun()


def is_broken(run: RunRow) -> bool:
    """Say so, with the remedy, and return True if the newest weights are not numbers any more."""
    state = state_at(run.id, newest_step(run))
    if all(np.isfinite(array).all() for array in state.values()):
        return False
    st.warning(f"Its weights are not numbers any more: the run diverged. {run.remedy}")
    st.page_link(page("train"), label="Train with a smaller learning rate", icon=":material/play_arrow:")
    return True


def current_run(run_id: str) -> RunRow:
    """Return the run as it stands, for a fragment; stop the fragment with a sentence if it is gone."""
    try:
        return store().get(run_id)
    except StoreError as error:
        st.error(f"{error}")
        st.stop()


@st.cache_resource(show_spinner=False, max_entries=12)
def state_at(run_id: str, step: int) -> State:
    """Return the weights after `step` updates, name -> float32 array.  Raises: StoreError.

    Of a step that was only a glimpse, the newest weights are returned.
    """
    if step in store().snapshots(run_id):
        return store().snapshot(run_id, step)
    newest = store().live(run_id)
    assert newest is not None  # the caller has seen it
    return newest[1]


def newest_step(run: RunRow) -> int:
    """Return the step of the newest weights; the page has made sure that there are some."""
    return store().live_step(run.id) or 0


@st.cache_resource(show_spinner=False, max_entries=4)
def _inputs(config_json: str) -> TrainingData:
    config = from_json(config_json)
    extra = image_data(config.mix_in) if config.mix_in else None
    return training_data(replace(config, start_from=""), image_data(config.dataset), extra)


def inputs(config: RunConfig) -> TrainingData:
    """Return what a run of `config` learns from and is tested on, as the model sees it before scaling."""
    plain = RunConfig(
        dataset=config.dataset, train_size=config.train_size, validation_size=config.validation_size,
        deskew=config.deskew, mix_in=config.mix_in, seed=config.seed,
    )  # fmt: skip
    return _inputs(to_json(plain))


def test_images(run: RunRow) -> np.ndarray:
    """Return the test images as the run's model sees them before scaling, uint8 (N, C, H, W)."""
    return inputs(run.config).test_images.numpy()


def unit_linear(config: RunConfig, entry: DatasetSpec, state: State) -> tuple[np.ndarray, np.ndarray]:
    """Return (weight (K, D), bias (K,)) of a softmax regression for pixels in [0, 1], whatever its scaling."""
    weight, bias = softmax_weights(state)
    if config.scaling == "unit":
        return weight, bias
    folded, offset = for_unit_pixels(weight, bias, entry.mean, entry.std, entry.image_shape)
    return folded.astype(np.float32), offset.astype(np.float32)


@st.cache_resource(show_spinner=False, max_entries=16)
def layers_at(run_id: str, step: int) -> nn.Sequential:
    """Return the run's model after `step` updates, for images scaled as it was trained; do not change it."""
    run = store().get(run_id)
    model = build_model(replace(run.config, start_from="", device="cpu"), spec(run.dataset))
    load_state_arrays(model, state_at(run_id, step))
    return model.eval()


@st.cache_resource(show_spinner=False, max_entries=16)
def network_at(run_id: str, step: int) -> nn.Module:
    """Return the run's model after `step` updates, for pixels in [0, 1]; do not change it."""
    run = store().get(run_id)
    entry, model = spec(run.dataset), layers_at(run_id, step)
    return model if run.config.scaling == "unit" else UnitPixels(model, entry.mean, entry.std).eval()


def logits_of(run: RunRow, step: int, images: np.ndarray) -> np.ndarray:
    """Return the logits (n, K) of images (n, C, H, W), uint8 or floats in [0, 1], after `step` updates."""
    if run.model == "softmax":
        weight, bias = unit_linear(run.config, spec(run.dataset), state_at(run.id, step))
        return np.asarray(linear_logits(weight, bias, images))
    return logits_in_batches(network_at(run.id, step), as_unit(images))


@st.cache_resource(show_spinner=False, max_entries=24)
def scores_at(run_id: str, step: int, is_over: bool) -> Scores:
    """Return the run's scores on the test set: the stored ones of a run that is over, else computed here."""
    run = store().get(run_id)
    labels = image_data(run.dataset).test_labels
    stored = store().logits(run_id) if is_over else None
    everything = np.arange(len(labels))
    if stored is not None and len(stored) == len(labels):
        return Scores(step, everything, stored, labels)
    index = everything
    if run.model == "cnn" and not is_over:
        index = balanced_subset(labels, LIVE_CNN_IMAGES)
    return Scores(step, index, logits_of(run, step, test_images(run)[index]), labels[index])


def scores(run: RunRow) -> Scores:
    """Return the scores of the run's newest weights."""
    return scores_at(run.id, newest_step(run), run.status in ("finished", "stopped"))
