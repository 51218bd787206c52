"""The weight images of all classes, painted in the browser from a few kilobytes of codes."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import streamlit as st

from core.figures.weight_images import WeightImages, tile_columns
from core.live.messages import TileStream
from pages.components.assets import loader
from pages.components.live_streams import drawn_stream

_tiles: Final = st.components.v2.component("inkling_tiles", js=loader("tiles.js"), isolate_styles=False)


def weight_tiles(
    key: str, weights: np.ndarray, shape: tuple[int, int, int], labels: Sequence[str], **settings: Any
) -> None:
    """Show one image per row of `weights`, float32 (K, C*H*W), shape (C, H, W), under its label.

    Five to a row, as large as fits, the scale beneath; the live channel under the same `key`, or a drawing with new
    `WeightImages` makes the pixels glide. `settings` are the further fields of WeightImages: step, limit, ...

    Raises: ValueError where labels and images differ in number.
    """
    pictures = WeightImages(weights, shape, labels, **settings)
    stream = drawn_stream(key, TileStream)
    columns = tile_columns(len(labels))
    rows = min(8, -(-len(labels) // columns))
    with st.container(key=f"tiles-r{rows}-c{columns}-{key}"):  # theme.css reserves the height by this name
        _tiles(key=key, data=stream.message(pictures), on_resync_change=stream.reset)
