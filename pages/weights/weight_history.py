"""The weight images through the whole training: a slider over the snapshots, Play, and how far they moved."""

from typing import Final

import numpy as np
import streamlit as st

from core.datasets import dataset_spec
from core.figures.image_panels import Panel
from core.figures.palette import class_colour
from core.figures.weight_images import scale_ends, symmetric_limit, weight_tile
from core.i18n.marked_sentences import markdown_
from core.i18n.number_format import number
from core.i18n.translation import _, ngettext
from core.insight.activations import UnitUse, hidden_activations, unit_use
from core.insight.captions.weights import hidden_units
from core.insight.captions.weights import weight_images as images_caption
from core.insight.robustness import balanced_subset
from core.models.build import scale_images
from core.runs import RunRow
from pages.components.captioned_figure import captioned
from pages.components.frame_pacer import ask_for_next
from pages.components.image_panels import pixel_panels
from pages.components.theme import current_theme
from pages.run_context.dataset_guard import content_of
from pages.run_context.trained_model import (
    StateArrays,
    model_at,
    newest_step,
    prepared_data,
    state_at,
)
from pages.server.visitor import image_data, store
from pages.weights.weight_journey import show_journey

NOW: Final = -1  # the slider's last place: the newest weights, also while they change
PLAY_PX: Final = 120
PLAY_MS: Final = 350
FRAMES: Final = 30
SHOWN_UNITS: Final = 20
USE_IMAGES: Final = 1_000


def is_playing(run: RunRow) -> bool:
    """Return whether the visitor lets the run's film play."""
    return bool(st.session_state.get(f"playing_{run.id}"))


def show_weight_history(run: RunRow) -> None:
    """Show the weight images at the step chosen, beside those at the start."""
    kept = store().snapshots(run.id)
    newest = newest_step(run)
    step = _slider(run, kept, newest)
    state = state_at(run.id, step)
    first_step = kept[0] if kept else newest
    own_scale = st.toggle(
        _("Separate colour scale for each image"),
        key="own_scale",
        persist_state="session",
        help=_(
            "Off: one scale for all images, so that their strengths can be compared. On: the shape of faint "
            "images shows, too. Default: off."
        ),
    )
    units = _units(run, newest)
    _show_images(run, state, state_at(run.id, first_step), (step, first_step), units, own_scale)
    if is_playing(run):
        number = st.session_state[_film(run)]
        ask_for_next("pacer-film", number, PLAY_MS, lambda: _show_next_frame(run, kept))
    if not kept:
        st.caption(_("No earlier weights of this run were kept, so there is no change to show."))
        return
    show_journey(run, newest)


def _slider(run: RunRow, kept: list[int], newest: int) -> int:
    """Draw slider and Play button; return the step chosen."""
    key = f"travel_{run.id}"
    options = [*[step for step in kept if step != newest], NOW]
    chosen, offered = st.session_state.get(key, NOW), f"{key}_options"
    if st.session_state.get(offered) != options:  # the browser knows a choice by its place: tell it anew
        st.session_state[offered] = options
        st.session_state[key] = chosen if chosen in options else NOW
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if len(options) == 1:
            chosen = NOW
            st.caption(markdown_("Only the weights after step {step} have been kept.", step=newest))
        else:
            chosen = st.select_slider(
                _("Training step"),
                options,
                key=key,
                format_func=lambda step: _("now") if step == NOW else number(step),
                help=_(
                    "The steps whose weights were kept; they are closer together early in training. Default: now, the "
                    "latest weights."
                ),
            )
        st.button(
            _("Pause") if is_playing(run) else _("Play"),
            icon=":material/pause:" if is_playing(run) else ":material/play_arrow:",
            key=f"play_{run.id}",
            on_click=_toggle_play,
            args=(run, options),
            width=PLAY_PX,
            help=_("Shows how the weights changed during training, as a short film."),
        )
    return newest if chosen == NOW else int(chosen)


def _toggle_play(run: RunRow, options: list[int]) -> None:
    key = f"travel_{run.id}"
    st.session_state[f"playing_{run.id}"] = not is_playing(run)
    if is_playing(run):
        _count_frame(run)
        if st.session_state.get(key, NOW) == NOW:
            st.session_state[key] = options[0]


def _film(run: RunRow) -> str:
    return f"film_{run.id}"


def _count_frame(run: RunRow) -> None:
    st.session_state[_film(run)] = st.session_state.get(_film(run), 0) + 1


def _show_next_frame(run: RunRow, kept: list[int]) -> None:
    """Move the slider on by one frame, from where the film or the visitor has put it; for a callback."""
    if not is_playing(run):  # paused while the browser asked
        return
    key = f"travel_{run.id}"
    st.session_state[key] = next_frame(kept, st.session_state.get(key, NOW))
    st.session_state[f"playing_{run.id}"] = st.session_state[key] != NOW
    _count_frame(run)


def next_frame(kept: list[int], now: int) -> int:
    """Return the step of the frame after `now`; the film has FRAMES of those kept and ends at the newest weights."""
    later = [step for step in kept if step > now]
    stride = max(1, round(len(kept) / FRAMES))
    return NOW if now == NOW or len(later) <= stride else later[stride - 1]


def _show_images(
    run: RunRow,
    state: StateArrays,
    first: StateArrays,
    steps: tuple[int, int],
    units: UnitUse | None,
    own_scale: bool,
) -> None:
    images, labels, details = _images(run, state, units)
    starts, _labels, first_details = _images(run, first, units)
    limit = None if own_scale else symmetric_limit(np.concatenate([images, starts]))
    is_class = run.model == "softmax"
    now = [
        Panel(
            image,
            label,
            detail,
            quantity=_("weight"),
            limit=limit,
            colour=class_colour(k) if is_class else "",
        )
        for k, (image, label, detail) in enumerate(zip(images, labels, details, strict=True))
    ]
    then = [
        Panel(
            image, label, detail if units is None else "", quantity=_("weight"), limit=limit
        )  # use: of today
        for image, label, detail in zip(starts, labels, first_details, strict=True)
    ]
    sentence = _sentence(run, state, units)
    with st.container(key="beside_start"):
        left, right = st.columns([19, 10], gap="small")  # room for 4 screen pixels a weight beside 2
    with left:
        st.markdown(markdown_("**After step {step}**", step=steps[0]))
        pixel_panels(
            f"weights_{run.id}", now, px=170, columns=5, scale=not own_scale, step=steps[0],
            ends=scale_ends(of_classes=run.model == "softmax"),
            alt=" ".join([_("Weight images after step {step}.", step=steps[0]), sentence]),
            hint=_("Each image has its own scale; zero has the colour of the page."),
        )  # fmt: skip
    with right:
        st.markdown(markdown_("**At the start, step {step}**", step=steps[1]))
        alt = _("Weight images at step {step}, before training.", step=steps[1])
        pixel_panels(f"starts_{run.id}", then, alt=alt, px=100, columns=5)
    C, H, W = images.shape[1:]
    flat = images.reshape(len(images), -1)
    captioned(
        "weights",
        sentence,
        lambda: _table(images, _columns(run, units, len(images))),
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
        details: list[str] = [_("bias {bias:signed.3}", bias=float(b)) for b in bias]
        return weight.reshape(-1, *spec.image_shape), list(spec.class_names), details
    if run.model == "mlp":
        shown = _shown_units(state, units)
        images = state["hidden1.weight"][shown].reshape(-1, *spec.image_shape)
        beneath: list[str] = [_("bias {bias:signed.3}", bias=float(state["hidden1.bias"][k])) for k in shown]
        if units is not None:
            beneath = [_("{share:percent} of the work", share=float(u)) for u in units.use[:SHOWN_UNITS]]
        return images, [_("unit {number}", number=int(k) + 1) for k in shown], beneath
    kernels = state["conv1.weight"]
    biases = state["conv1.bias"]
    return (
        kernels,
        [_("filter {number}", number=k + 1) for k in range(len(kernels))],
        [_("bias {bias:signed.3}", bias=float(b)) for b in biases],
    )


def _shown_units(state: StateArrays, units: UnitUse | None) -> np.ndarray:
    """Return the numbers of the hidden units that are shown: the busiest, or the first where none is known to be."""
    return (np.arange(len(state["hidden1.bias"])) if units is None else units.units)[:SHOWN_UNITS]


def _columns(run: RunRow, units: UnitUse | None, count: int) -> list[str]:
    """Return what the images are called in a file, in every language."""
    if run.model == "softmax":
        return list(dataset_spec(run.dataset).class_names)
    if run.model == "mlp":
        shown = _shown_units(state_at(run.id, newest_step(run)), units)
        return [f"unit {k + 1}" for k in shown[:count]]  # not said: columns of the file
    return [f"filter {k + 1}" for k in range(count)]  # not said: columns of the file


@st.cache_resource(show_spinner=False, max_entries=16)
def _unit_use(run_id: str, step: int, content: str) -> UnitUse:  # noqa: ARG001 - see content_of
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
    """Return an MLP's first hidden units by use, None without test images to use them on.

    Of the last weights, so that none jumps while one travels.
    """
    if run.model != "mlp" or not image_data(run.dataset).spec.test_size:
        return None
    return _unit_use(run.id, newest, content_of(run))


def _sentence(run: RunRow, state: StateArrays, units: UnitUse | None) -> str:
    names = dataset_spec(run.dataset).class_names
    if run.model == "softmax":
        return images_caption(state["linear.weight"], state["linear.bias"], names)
    if units is not None:
        first = _(
            "Weights of the first layer: ink on red pixels activates a unit, ink on blue ones inhibits it. The busiest "
            "unit comes first; a unit's work is its activation times its weights to the next layer."
        )
        return " ".join([first, hidden_units(units, SHOWN_UNITS)])
    if run.model == "mlp":
        return _(
            "Weights of the first layer: ink on red pixels activates a unit, ink on blue ones inhibits it."
        )
    kernels = state["conv1.weight"]
    strongest = int(np.abs(kernels).reshape(len(kernels), -1).sum(axis=1).argmax())
    return ngettext(
        "The {n} filter of the first layer, {height} × {width} pixels: a filter responds where the image looks like "
        "it.",
        "The {n} filters of the first layer, {height} × {width} pixels each: a filter responds where the image looks "
        "like it. The strongest is filter {strongest}.",
        len(kernels),
        height=kernels.shape[2],
        width=kernels.shape[3],
        strongest=strongest + 1,
    )


def _table(images: np.ndarray, labels: list[str]) -> dict[str, object]:
    C, H, W = images.shape[1:]
    places = np.indices((C, H, W)).reshape(3, -1)
    place = {"channel": places[0], "row": places[1], "column": places[2]}
    return place | {label: image.reshape(-1) for label, image in zip(labels, images, strict=True)}
