"""The weight images of all classes, painted in the browser from a few kilobytes of codes."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import streamlit as st

from core.figures.stream import TileStream
from core.figures.tiles import tile_columns, weights_sentence
from pages.components.assets import loader
from pages.components.live_chart import viewer_stream

LIVE_VALUES: Final = 12_000  # numbers in a live picture; colour weights are halved in size until they fit

_tiles: Final = st.components.v2.component("inkling_tiles", js=loader("tiles.js"), isolate_styles=False)


def weight_tiles(
    key: str,
    weights: np.ndarray,
    shape: tuple[int, int, int],
    labels: Sequence[str],
    *,
    step: int = 0,
    live: bool = True,
    limit: float | None = None,
    alt: str | None = None,
    classes: bool = True,
) -> None:
    """Show one image per class of `weights`, float32 (K, C*H*W), shape (C, H, W), under its label.

    Five to a row, as large as fits, the scale beneath. Between two calls the pixels glide. `limit` fixes the
    symmetric scale (default: a round number that holds 99.5 % of the weights). `classes`: the labels are
    classes and carry their colours.

    Raises: ValueError where labels and images differ in number.
    """
    if len(labels) != len(weights):
        raise ValueError(f"{len(weights)} weight images need as many labels, got {len(labels)}")
    stream = viewer_stream(key, TileStream)
    message = stream.message(
        weights,
        shape,
        labels,
        alt or weights_sentence(labels, step),
        step=step,
        limit=limit,
        max_values=LIVE_VALUES if live else None,
        classes=classes,
    )
    columns = tile_columns(len(labels))
    rows = min(8, -(-len(labels) // columns))
    with st.container(key=f"tiles-r{rows}-c{columns}-{key}"):  # style.css reserves the height by this name
        _tiles(key=key, data=message, on_resync_change=stream.reset)
