"""What a viewer has already been sent, so that each tick carries only what is new.

One stream per viewer and component. Messages are numbered; a component that sees a number missing (it was
mounted anew, or two messages fell into one frame) asks for everything, and `reset` makes the next one whole.
"""

import zlib
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from core.figures.curves import Chart, Series
from core.figures.palette import THEMES, class_colours, diverging_lut
from core.figures.tiles import LEVELS, as_images, halved, live_floor, quantise, symmetric_limit, tile_columns
from core.figures.traces import decimate
from core.figures.wire import encode_arrays, pack

_WHOLE: Final = {"faint": 2000, "line": 1000, "points": 1000, "pale": 300}  # points in a whole message
_TICK: Final = {"faint": 100, "line": 40, "points": 60, "pale": 60}  # points in one tick


class ChartStream:
    """Messages of one chart to one viewer."""

    def __init__(self) -> None:
        self._number = 0
        self._signature: tuple[object, ...] | None = None
        self._sent: dict[str, int] = {}

    def reset(self) -> None:
        """Have the next message carry everything."""
        self._signature = None

    def message(self, chart: Chart) -> bytes:
        """Return the next message: everything, or what is new, or a few bytes that say that nothing is."""
        shrunk = any(len(s.x) < self._sent.get(s.key, 0) for s in chart.series)
        whole = shrunk or chart.signature != self._signature
        if whole:
            self._signature, self._sent = chart.signature, {}
        fresh = [s for s in chart.series if whole or len(s.x) > self._sent.get(s.key, 0)]
        if not fresh and not whole:
            return pack({"n": self._number, "idle": 1})
        self._number += 1
        header: dict[str, Any] = {"n": self._number, "alt": chart.alt}
        if whole:
            header |= _whole_header(chart)
        arrays = []
        for series in fresh:
            arrays += _points(series, self._sent.get(series.key, 0), _WHOLE if whole else _TICK)
            self._sent[series.key] = len(series.x)
        if not whole:
            header["keys"] = [series.key for series in fresh]
        header["a"], payload = encode_arrays(arrays)
        return pack(header, payload)


def _whole_header(chart: Chart) -> dict[str, Any]:
    return {
        "whole": True,
        "run": chart.run,
        "title": chart.title,
        "xTitle": chart.x_title,
        "xEnd": chart.x_end,
        "percent": chart.percent,
        "empty": chart.empty,
        "series": [
            {"key": s.key, "label": s.label, "role": s.role, "colours": list(s.colours)} for s in chart.series
        ],
    }


def _points(series: Series, start: int, limits: dict[str, int]) -> list[np.ndarray]:
    return list(decimate(series.x[start:], series.y[start:], limits[series.role]))


class TileStream:
    """Messages of one set of weight images to one viewer: codes deflated, whole or as differences."""

    def __init__(self) -> None:
        self._number = 0
        self._key: tuple[object, ...] | None = None
        self._codes = np.zeros(0, np.int64)
        self._limit = 0.0
        self._shown: tuple[object, ...] = ()

    def reset(self) -> None:
        """Have the next message carry everything."""
        self._key = None

    def message(
        self,
        weights: np.ndarray,
        shape: tuple[int, int, int],
        labels: Sequence[str],
        alt: str,
        *,
        step: int = 0,
        limit: float | None = None,
        max_values: int | None = None,
        classes: bool = True,
    ) -> bytes:
        """Return the next message for `weights`, float32 (K, C*H*W) or (K, C, H, W), shape (C, H, W).

        `classes`: the labels are classes and carry their colours (not hidden units, say).
        Images of more than `max_values` numbers in all are halved in size, for a live view of colour weights.
        """
        images = as_images(weights, shape)
        while max_values is not None and images.size > max_values and min(images.shape[2:]) > 8:
            images = halved(images)
        limit = max(symmetric_limit(images), live_floor(shape)) if limit is None else limit
        codes = quantise(images, limit).astype(np.int64)
        key = (images.shape, tuple(labels), classes)
        if key == self._key and limit == self._limit and np.array_equal(codes, self._codes):
            return pack({"n": self._number, "idle": 1})
        self._number += 1
        header: dict[str, Any] = {"n": self._number, "alt": alt, "step": step, "limit": limit}
        if key == self._key:
            known = np.floor(self._codes * (self._limit / limit) + 0.5)
            values = (codes - np.clip(known, -LEVELS, LEVELS)).astype(np.int8)
        else:
            values = codes.astype(np.int8)
            header |= _tile_header(images.shape, labels, classes)
        self._key, self._codes, self._limit = key, codes, limit
        return pack(header, _deflated(values.tobytes()))


def _tile_header(shape: tuple[int, ...], labels: Sequence[str], classes: bool) -> dict[str, Any]:
    return {
        "whole": True,
        "shape": list(shape),
        "levels": LEVELS,
        "labels": list(labels),
        "colours": class_colours(len(labels)) if classes else [],
        "columns": tile_columns(len(labels)),
        "luts": [diverging_lut(theme).tobytes().hex() for theme in THEMES],
    }


def _deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()
