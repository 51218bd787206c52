"""The tools that edit weights by hand: each one's controls, and the edit that they describe."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from core.datasets import dataset_spec
from core.i18n.translation import N_, Sentences, _
from core.insight.weight_edits import (
    AddNoise,
    Blur,
    Edit,
    FlipBias,
    FlipWeights,
    Prune,
    ShiftBias,
    ZeroRegion,
)
from core.runs import RunRow

TOOLS: Final = Sentences(
    {
        "zero": N_("Zero a region"),
        "blur": N_("Blur"),
        "prune": N_("Prune"),
        "noise": N_("Add noise"),
        "shift_bias": N_("Shift a bias"),
        "flip_bias": N_("Flip the sign of a bias"),
        "flip_class": N_("Flip the signs of a class"),
    }
)


def chosen_edit(run: RunRow) -> Edit | None:
    """Draw the chosen tool's controls; return the edit they describe, None if it would change nothing.

    Before a tool is chosen nothing is changed.
    """
    tool = st.selectbox(
        _("Tool"),
        list(TOOLS),
        index=None,
        format_func=lambda name: TOOLS[name],
        key="tool",
        persist_state="session",
        placeholder=_("Choose a tool"),
        help=_("What to do to the weights. The stored run does not change. Default: nothing."),
    )
    if tool is None:
        return None
    names = dataset_spec(run.dataset).class_names
    if tool in ("shift_bias", "flip_bias", "flip_class"):
        return _class_edit(tool, run, names)
    chosen = st.multiselect(
        _("Classes"), range(len(names)), format_func=lambda k: names[k], key=f"touched_{run.dataset}",
        placeholder=_("all classes"), help=_("Leave empty for all classes."),
    )  # fmt: skip
    classes = tuple(chosen) or None
    makers: dict[str, Callable[[], Edit | None]] = {
        "zero": lambda: _region(run, classes),
        "blur": lambda: _blur(classes),
        "prune": lambda: _prune(classes),
        "noise": lambda: _noise(classes),
    }
    return makers[tool]()


def _class_edit(tool: str, run: RunRow, names: tuple[str, ...]) -> Edit | None:
    """Draw the controls of a tool for a single class; return the edit."""
    label = st.selectbox(
        _("Class"), range(len(names)), format_func=lambda k: names[k], key=f"touch_{run.dataset}"
    )
    if tool == "flip_class":
        return FlipWeights(label)
    if tool == "flip_bias":
        return FlipBias(label)
    amount = st.slider(
        _("Add to its bias"), -5.0, 5.0, 1.0, 0.1,
        help=_("The bias is a head start: the larger it is, the more often the model answers this class. Default: 1."),
    )  # fmt: skip
    return ShiftBias(label, amount) if amount else None


def _region(run: RunRow, classes: tuple[int, ...] | None) -> Edit:
    H, W = dataset_spec(run.dataset).image_shape[1:]
    rows = st.slider(
        _("Rows"),
        0,
        H,
        (H // 2, H),
        help=_("Where the region begins and ends, counted from the top. Default: the lower half."),
    )
    columns = st.slider(
        _("Columns"),
        0,
        W,
        (0, W),
        help=_("Where the region begins and ends, counted from the left. Default: all columns."),
    )
    return ZeroRegion(
        rows[0], columns[0], max(1, rows[1] - rows[0]), max(1, columns[1] - columns[0]), classes
    )


def _blur(classes: tuple[int, ...] | None) -> Edit | None:
    sigma_px = st.slider(
        _("Blur (pixels)"), 0.0, 5.0, 1.0, 0.1,
        help=_("How far each weight spreads to its neighbours (the standard deviation of the blur). Default: 1."),
    )  # fmt: skip
    return Blur(sigma_px, classes) if sigma_px else None


def _prune(classes: tuple[int, ...] | None) -> Edit | None:
    percent_zero = st.slider(
        _("Smallest weights to set to zero (%)"), 0, 100, 50,
        help=_("How many of the weights become zero, those closest to zero first. Default: 50."),
    )  # fmt: skip
    return Prune(float(percent_zero), classes) if percent_zero else None


def _noise(classes: tuple[int, ...] | None) -> Edit | None:
    strength = st.slider(
        _("Noise strength"), 0.0, 5.0, 0.5, 0.1,
        help=_("1 adds noise as large as the weights themselves (their standard deviation). Default: 0.5."),
    )  # fmt: skip
    seed = st.number_input(_("Seed"), 0, 9999, 0, help=_("Another seed gives different noise. Default: 0."))
    return AddNoise(strength, int(seed), classes) if strength else None
