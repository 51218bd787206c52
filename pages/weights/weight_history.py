"""The weight images through the whole training: a slider over the snapshots, Play, and how far they moved."""

from typing import Final

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from core.datasets import dataset_spec
from core.figures.charts import lines
from core.figures.image_panels import Panel
from core.figures.palette import class_colour
from core.figures.weight_images import symmetric_limit, weight_tile
from core.i18n.literal_text import markdown_text
from core.i18n.number_format import percent, signed
from core.insight.activations import UnitUse, hidden_activations, unit_use
from core.insight.captions.weights import hidden_units
from core.insight.captions.weights import journey as journey_caption
from core.insight.captions.weights import weight_images as images_caption
from core.insight.robustness import balanced_subset
from core.insight.weight_analysis import WeightTrajectory, weight_trajectory
from core.models.build import scale_images
from core.runs import RunRow
from pages.components.captioned_figure import captioned, chart
from pages.components.image_panels import pixel_panels
from pages.components.theme import current_theme
from pages.run_context.trained_model import StateArrays, model_at, newest_step, prepared_data, state_at
from pages.server.services import image_data, store

NOW: Final = -1  # the slider's last place: the newest weights, also while they change
PLAY_S: Final = 0.35
FRAMES: Final = 30
LATE_FRAMES: Final = 4  # frames that a browser may lag behind
SHOWN_UNITS: Final = 20
USE_IMAGES: Final = 1_000


def is_playing(run: RunRow) -> bool:
    """Return whether the visitor lets the run's film play."""
    return bool(st.session_state.get(f"playing_{run.id}"))


def show_weight_history(run: RunRow, drawn_playing: bool) -> None:
    """Show the weight images at the step chosen, beside those at the start."""
    kept = store().snapshots(run.id)
    newest = newest_step(run)
    if is_playing(run):
        _advance(run, kept)
    if is_playing(run) != drawn_playing:
        st.rerun()
    step = _slider(run, kept, newest)
    state = state_at(run.id, step)
    first_step = kept[0] if kept else newest
    own_scale = st.toggle(
        "Each image on a scale of its own",
        key="own_scale",
        persist_state="session",
        help="Off: one scale for all, so that strengths can be compared. On: faint images show their shape.",
    )
    units = _units(run, newest)
    _show_images(run, state, state_at(run.id, first_step), (step, first_step), units, own_scale)
    if not kept:
        st.caption("No snapshot has been kept of this run, so there is no journey to show.")
        return
    _show_journey(run, newest)


def _slider(run: RunRow, kept: list[int], newest: int) -> int:
    """Draw slider and Play button; return the step chosen."""
    key = f"travel_{run.id}"
    options = [*[step for step in kept if step != newest], NOW]
    chosen, offered = st.session_state.get(key, NOW), f"{key}_options"
    if st.session_state.get(offered) != options:  # the browser knows a choice by its place: tell it anew
        st.session_state[offered] = options
        st.session_state[key] = chosen if chosen in options else NOW
    left, right = st.columns([6, 1], vertical_alignment="bottom")
    with right:
        st.button(
            "Pause" if is_playing(run) else "Play",
            icon=":material/pause:" if is_playing(run) else ":material/play_arrow:",
            key=f"play_{run.id}",
            on_click=_toggle_play,
            args=(run, options),
            width="stretch",
            help="Show the snapshots one after another.",
        )
    with left:
        if len(options) == 1:
            st.caption(f"Step {newest:,}: the only weights that have been kept so far.")
            return newest
        chosen = st.select_slider(
            "Step of training",
            options,
            key=key,
            format_func=lambda step: "now" if step == NOW else f"{step:,}",
            help="Every snapshot that was kept of the weights, dense early on. Default: the newest.",
        )
    return newest if chosen == NOW else int(chosen)


def _toggle_play(run: RunRow, options: list[int]) -> None:
    key = f"travel_{run.id}"
    st.session_state[f"playing_{run.id}"] = not is_playing(run)
    if is_playing(run):
        now = st.session_state.get(key, NOW)
        st.session_state[_film(run)] = [now]
        if now == NOW:
            _show_frame(run, options[0])


def _film(run: RunRow) -> str:
    return f"film_{run.id}"


def _show_frame(run: RunRow, step: int) -> None:
    """Put the slider there, and keep the last places that the film has put it at."""
    st.session_state[f"travel_{run.id}"] = step
    st.session_state[_film(run)] = [*st.session_state[_film(run)], step][-LATE_FRAMES:]


def _advance(run: RunRow, kept: list[int]) -> None:
    """Move the slider on by one frame; the film ends at the newest weights.

    A place where the film has just been is the browser's late word; any other is where the visitor has put it.
    """
    frames: list[int] = st.session_state[_film(run)]
    said = st.session_state.get(f"travel_{run.id}", frames[-1])
    now = frames[-1] if said in frames else said
    later = [step for step in kept if step > now]
    stride = max(1, round(len(kept) / FRAMES))
    if now == NOW or len(later) <= stride:
        _show_frame(run, NOW)
        st.session_state[f"playing_{run.id}"] = False
        return
    _show_frame(run, later[stride - 1])


def _show_images(
    run: RunRow,
    state: StateArrays,
    first: StateArrays,
    steps: tuple[int, int],
    units: UnitUse | None,
    own_scale: bool,
) -> None:
    images, labels, details = _images(run, state, units)
    starts, _, first_details = _images(run, first, units)
    limit = None if own_scale else symmetric_limit(np.concatenate([images, starts]))
    is_class = run.model == "softmax"
    now = [
        Panel(
            image, label, detail, quantity="weight", limit=limit, colour=class_colour(k) if is_class else ""
        )
        for k, (image, label, detail) in enumerate(zip(images, labels, details, strict=True))
    ]
    then = [
        Panel(image, label, detail if units is None else "", quantity="weight", limit=limit)  # use: of today
        for image, label, detail in zip(starts, labels, first_details, strict=True)
    ]
    sentence = _sentence(run, state, units)
    left, right = st.columns([19, 10], gap="small")  # room for 4 screen pixels a weight beside 2
    with left:
        st.markdown(f"**After step {steps[0]:,}**")
        pixel_panels(
            f"weights_{run.id}", now, alt=f"Weight images after step {steps[0]:,}. {sentence}", px=170, columns=5,
            scale=not own_scale, step=steps[0], hint="Each image on its own scale; zero is the page's colour.",
        )  # fmt: skip
    with right:
        st.markdown(f"**At the start, step {steps[1]:,}**")
        alt = f"Weight images at step {steps[1]:,}, before they were trained."
        pixel_panels(f"starts_{run.id}", then, alt=alt, px=100, columns=5)
    C, H, W = images.shape[1:]
    flat = images.reshape(len(images), -1)
    captioned(
        "weights",
        sentence,
        lambda: _table(images, labels),
        picture=lambda: weight_tile(flat, (C, H, W), theme=current_theme(), limit=limit, zoom=6),
        name=f"weights-{run.id}-{steps[0]}",
    )


def _images(
    run: RunRow, state: StateArrays, units: UnitUse | None
) -> tuple[np.ndarray, list[str], list[str]]:
    """Return weight images (n, C, H, W), their labels and the line beneath each."""
    spec = dataset_spec(run.dataset)
    if run.model == "softmax":
        weight, bias = state["linear.weight"], state["linear.bias"]
        details = [f"bias {signed(float(b), 3)}" for b in bias]
        return weight.reshape(-1, *spec.image_shape), list(spec.class_names), details
    if run.model == "mlp" and units is not None:
        shown = units.units[:SHOWN_UNITS]
        images = state["hidden1.weight"][shown].reshape(-1, *spec.image_shape)
        shares = [f"{percent(use)} of the work" for use in units.use[:SHOWN_UNITS]]
        return images, [f"unit {k + 1}" for k in shown], shares
    kernels = state["conv1.weight"]
    biases = state["conv1.bias"]
    return (
        kernels,
        [f"filter {k + 1}" for k in range(len(kernels))],
        [f"bias {signed(float(b), 3)}" for b in biases],
    )


@st.cache_resource(show_spinner=False, max_entries=16)
def _unit_use(run_id: str, step: int) -> UnitUse:
    run = store().get(run_id)
    spec = dataset_spec(run.dataset)
    labels = image_data(run.dataset).test_labels
    chosen = prepared_data(run.config).test_images[balanced_subset(labels, USE_IMAGES)]
    scaled = scale_images(chosen, spec, run.config.scaling).numpy()
    model = model_at(run_id, step)
    state = state_at(run_id, step)
    following = state.get("hidden2.weight", state["output.weight"])
    return unit_use(hidden_activations(model, scaled, "activation1"), following)


def _units(run: RunRow, newest: int) -> UnitUse | None:
    """Return an MLP's first hidden units by use; of the last weights, so that none jumps while one travels."""
    return _unit_use(run.id, newest) if run.model == "mlp" else None


def _sentence(run: RunRow, state: StateArrays, units: UnitUse | None) -> str:
    names = dataset_spec(run.dataset).class_names
    if run.model == "softmax":
        return images_caption(state["linear.weight"], state["linear.bias"], names)
    if units is not None:
        return f"First-layer weights, the busiest unit first. {hidden_units(units, SHOWN_UNITS)}"
    kernels = state["conv1.weight"]
    strongest = int(np.abs(kernels).reshape(len(kernels), -1).sum(axis=1).argmax())
    return (
        f"The {len(kernels)} filters of the first layer, {kernels.shape[2]} × {kernels.shape[3]} pixels each: a filter "
        f"answers where the image looks like it. The strongest is filter {strongest + 1}."
    )


def _table(images: np.ndarray, labels: list[str]) -> dict[str, object]:
    _, C, H, W = images.shape
    places = np.indices((C, H, W)).reshape(3, -1)
    place = {"channel": places[0], "row": places[1], "column": places[2]}
    return place | {label: image.reshape(-1) for label, image in zip(labels, images, strict=True)}


@st.cache_resource(show_spinner=False, max_entries=24)
def _journey(run_id: str, newest: int) -> WeightTrajectory:  # noqa: ARG001 - a new step is a new journey
    steps = store().snapshots(run_id)
    weights = []
    for step in steps:
        state = store().snapshot(run_id, step)
        names = sorted(name for name in state if name.endswith("weight"))  # stored in any order
        weights.append(np.concatenate([state[name].reshape(-1) for name in names]))
    return weight_trajectory(steps, weights)


def _show_journey(run: RunRow, newest: int) -> None:
    trip = _journey(run.id, newest)
    sentence = journey_caption(trip)
    if len(trip.steps) < 3:
        st.caption(
            f"{markdown_text(sentence)} No weights between have been kept, so there is no journey to draw."
        )
        return
    chart(
        f"journey_{run.id}",
        _journey_figure(trip),
        caption=sentence,
        alt=f"Length of the weights and their distance from the start, by step. {sentence}",
        table=lambda: {"step": trip.steps, "length": trip.norm, "distance": trip.distance, "path": trip.path},
    )


def _journey_figure(trip: WeightTrajectory) -> go.Figure:
    series = {"length": (trip.steps, trip.norm), "from the start": (trip.steps, trip.distance)}
    figure = lines(series, current_theme(), x_title="step", y_title="length", height=190)
    figure.update_yaxes(rangemode="tozero")
    return figure
