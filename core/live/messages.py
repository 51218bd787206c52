"""What has already been sent of a chart, of weight images, of a block of HTML, so that each message carries only news.

Messages carry the stream's id and a number. A component that sees one missing (it was mounted anew, or two messages
fell into one frame) asks for everything: `whole` says what all messages up to now said, `reset` makes the next one
whole. `idle` counts the messages in a row that had nothing to say.
"""

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, Final

import numpy as np

from core.figures.binary_message import encode_arrays, pack
from core.figures.downsampling import decimate
from core.figures.palette import THEMES, class_colours, diverging_lut, text_shade
from core.figures.run_curves import Chart, Series
from core.figures.weight_images import (
    LEVELS,
    WeightImages,
    quantise,
    scale_ends,
    tile_columns,
    weights_sentence,
)
from core.i18n.script_words import script_words
from core.i18n.translation import _

_WHOLE: Final = {"faint": 2000, "line": 1000, "points": 1000, "pale": 300}  # points in a whole message
_NEWS: Final = {"faint": 80, "line": 30, "points": 60, "pale": 60}  # points in any other


@dataclass(frozen=True)
class HtmlPatch:
    """HTML whose marked elements change. `values["name"]` is the text of the element with data-part="name",
    `values["name@attribute"]` one of its attributes. Only the template is taken as HTML."""

    template: str
    values: Mapping[str, str]


class ChartStream:
    """Messages of one chart. keeps_earlier: the earlier runs beneath the curves came another way and stay."""

    def __init__(self, key: str = "", *, keeps_earlier: bool = False) -> None:
        self._key, self._id, self._keeps_earlier = key, token_hex(2), keeps_earlier
        self._number = self.idle = 0
        self._signature: tuple[object, ...] | None = None
        self._sent: dict[str, float] = {}  # the x of the last point sent of each series

    def reset(self) -> None:
        """Have the next message carry everything."""
        self._signature = None

    def message(self, chart: Chart) -> bytes:
        """Return the next message: everything, or what is new, or a few bytes that say that nothing is."""
        shrunk = any(_last_x(s) < self._sent.get(s.key, -math.inf) for s in chart.series)
        whole = shrunk or chart.signature != self._signature
        if whole:
            self._signature, self._sent = chart.signature, {}
        fresh = [s for s in chart.series if whole or _last_x(s) > self._sent.get(s.key, -math.inf)]
        if not fresh and not whole:
            self.idle += 1
            return pack({"id": self._id, "n": self._number, "idle": 1})
        self.idle = 0
        self._number += 1
        header: dict[str, Any] = {"id": self._id, "n": self._number, "alt": chart.alt}
        if whole:
            header |= _whole_header(chart) | {"key": self._key, "keepsEarlier": self._keeps_earlier}
        arrays = []
        for series in fresh:
            start = np.searchsorted(series.x, self._sent.get(series.key, -math.inf), side="right")
            x, y = _points(series, int(start), _WHOLE if whole else _NEWS)
            arrays += [x, _short_of_all(y) if chart.percent else y]
            self._sent[series.key] = _last_x(series)
        if not whole:
            header["keys"] = [series.key for series in fresh]
        header["a"], payload = encode_arrays(arrays)
        return pack(header, payload)

    def whole(self, chart: Chart) -> bytes:
        """Return in one message what all up to now said; chart: that of the last one."""
        again = ChartStream(self._key, keeps_earlier=self._keeps_earlier)
        again._id, again._number = self._id, self._number - 1
        return again.message(chart)


def _whole_header(chart: Chart) -> dict[str, Any]:
    return {
        "whole": True,
        "run": chart.run,
        "title": chart.title,
        "xTitle": chart.x_title,
        "xEnd": chart.x_end,
        "percent": chart.percent,
        "target": chart.target,
        "earlierAlt": chart.earlier_alt,
        "empty": _("The curve starts with the first step.") if chart.empty is None else chart.empty,
        "series": [_series_header(series) for series in chart.series],
        "words": script_words(
            log=_("Log scale"),
            log_help=_("Equal distances mean equal ratios, so that small losses can be told apart."),
            whole=_("Whole run"),
            table=_("Table"),
            keys=_("Arrow keys move, plus and minus zoom, 0 shows the whole run."),
            broken=_("The chart could not be loaded. Reload the page."),
        ),
    }


def _series_header(series: Series) -> dict[str, Any]:
    inks = [text_shade(colour, theme) for colour, theme in zip(series.colours, THEMES, strict=True)]
    return {
        "key": series.key, "label": series.label, "role": series.role, "colours": series.colours, "inks": inks
    }  # fmt: skip


def _last_x(series: Series) -> float:
    return float(series.x[-1]) if len(series.x) else -math.inf


def _points(series: Series, start: int, limits: dict[str, int]) -> list[np.ndarray]:
    return list(decimate(series.x[start:], series.y[start:], limits[series.role]))


def _short_of_all(y: np.ndarray) -> np.ndarray:
    """Return percentages of which the codes of a message can make no 100 and no 0 that was none."""
    return np.where((y > 0) & (y < 100), np.clip(y, 0.01, 99.99), y)


class TileStream:
    """Messages of one set of weight images: codes deflated, whole or as differences."""

    def __init__(self, key: str = "") -> None:
        self._key, self._id = key, token_hex(2)
        self._number = self.idle = 0
        self._known_key: tuple[object, ...] | None = None
        self._codes = np.zeros(0, np.int64)
        self._limit = 0.0

    def reset(self) -> None:
        """Have the next message carry everything."""
        self._known_key = None

    def message(self, pictures: WeightImages, room: int | None = None) -> bytes:
        """Return the next message for the weight images, with at most `room` bytes of differences if it is given.

        What does not fit is the least of what has changed, and comes with the next messages.
        """
        images, limit = pictures.scaled()
        codes = quantise(images, limit).astype(np.int64)
        key = (images.shape, tuple(pictures.labels), pictures.classes)
        if key == self._known_key and limit == self._limit and np.array_equal(codes, self._codes):
            self.idle += 1
            return pack({"id": self._id, "n": self._number, "idle": 1})
        self.idle = 0
        self._number += 1
        step = pictures.step
        header: dict[str, Any] = {"id": self._id, "n": self._number, "step": step, "limit": limit}
        if key == self._known_key:
            known = np.floor(self._codes * (self._limit / limit) + 0.5)
            known = np.clip(known, -LEVELS, LEVELS).astype(np.int64)
            change, payload = _fitting((codes - known).astype(np.int8), room)
            codes = known + change
        else:
            payload = deflated(codes.astype(np.int8).tobytes())
            header |= _tile_header(images.shape, pictures) | {"key": self._key}
        self._known_key, self._codes, self._limit = key, codes, limit
        return pack(header, payload)

    def whole(self, pictures: WeightImages) -> bytes:
        """Return in one message what all up to now said; pictures: those of the last one."""
        header = {"id": self._id, "n": self._number, "step": pictures.step, "limit": self._limit}
        header |= _tile_header(self._codes.shape, pictures) | {"key": self._key}
        return pack(header, deflated(self._codes.astype(np.int8).tobytes()))


class PartsStream:
    """Messages of one block of HTML: the template once, then only the values that changed."""

    def __init__(self, key: str = "") -> None:
        self._key, self._id = key, token_hex(2)
        self._number = self.idle = 0
        self._template: str | None = None
        self._values: dict[str, str] = {}

    def reset(self) -> None:
        """Have the next message carry everything."""
        self._template = None

    def message(self, parts: HtmlPatch) -> bytes:
        """Return the next message for `parts`."""
        whole = parts.template != self._template
        known = {} if whole else self._values
        changed = {name: value for name, value in parts.values.items() if known.get(name) != value}
        if not changed and not whole:
            self.idle += 1
            return pack({"id": self._id, "n": self._number, "idle": 1})
        self.idle = 0
        self._number += 1
        self._template, self._values = parts.template, {**known, **changed}
        header: dict[str, Any] = {"id": self._id, "n": self._number, "set": changed}
        return pack(header | ({"whole": True, "key": self._key, "html": parts.template} if whole else {}))

    def whole(self, parts: HtmlPatch) -> bytes:
        """Return in one message what all up to now said; parts: those of the last one."""
        again = PartsStream(self._key)
        again._id, again._number = self._id, self._number - 1
        return again.message(parts)


def _tile_header(shape: tuple[int, ...], pictures: WeightImages) -> dict[str, Any]:
    labels = list(pictures.labels)
    against, spoken_for = scale_ends(of_classes=pictures.classes)
    alt, alt_values = weights_sentence(labels)
    return {
        "whole": True,
        "alt": alt,
        "altValues": alt_values,  # names of people's: not to be taken for the sentence's own places
        "shape": list(shape),
        "levels": LEVELS,
        "labels": labels,
        "colours": class_colours(len(labels)) if pictures.classes else [],
        "columns": tile_columns(len(labels)),
        "luts": [diverging_lut(theme).tobytes().hex() for theme in THEMES],
        "words": script_words(
            at=_("{label}, row {row}, column {column}: about {values}"),
            against=against,
            spoken_for=spoken_for,
        ),
    }


def _fitting(change: np.ndarray, room: int | None) -> tuple[np.ndarray, bytes]:
    """Return (the part of `change` that is sent, int8; its bytes): all of it, or the largest that fits `room`."""
    payload = deflated(change.tobytes())
    if room is None or len(payload) <= room:
        return change, payload
    size, part = np.abs(change), change.copy()
    for least in range(2, int(size.max()) + 1):
        part = np.where(size >= least, change, 0).astype(np.int8)
        payload = deflated(part.tobytes())
        if len(payload) <= room:
            return part, payload
    while len(payload) > room:  # nothing but great changes: as many as fit, in order
        places = np.flatnonzero(part)
        part.flat[places[len(places) // 2 :]] = 0
        payload = deflated(part.tobytes())
    return part, payload


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_RLE)
    return packer.compress(data) + packer.flush()
