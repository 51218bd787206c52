"""Digits as a browser says that they were drawn on the pad of the Draw page."""

import base64
import io
import json

import numpy as np
from PIL import Image
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.page_client import Component
from core.synthetic_digits import draw, paint, random_hand, styles, template


def drawn_on(pad: Component, rng: np.random.Generator) -> WidgetState:
    """Return what the pad says once a digit stands on it in place of what stood there."""
    plate = pad.data["initialDrawing"]["objects"][0]  # the drawing's number, as the server gave it
    return WidgetState(id=pad.id, json_value=json.dumps({"drawing": drawing(rng, plate)}))


def drawing(rng: np.random.Generator, plate: dict[str, object]) -> dict[str, object]:
    """Return a digit as streamlit-drawable-canvas says it: Fabric.js's objects and a PNG."""
    digit = int(rng.integers(10))
    path = draw(template(digit, int(rng.integers(styles(digit)))), random_hand(rng), rng)
    grey = (255 - 255 * paint(path, 20)).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(grey).convert("RGBA").save(buffer, "PNG")
    strokes = [
        {
            "type": "Path",
            "path": [["M", *points[0]], *(["L", *point] for point in points[1:])],
            "stroke": "#1B2A41",
        }
        for points in ([[round(float(v), 1) for v in point] for point in stroke[::2]] for stroke in path)
    ]
    return {
        "raw": {"objects": [plate, *strokes]},
        "data": "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode(),
    }
