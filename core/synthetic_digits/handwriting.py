"""Hands and brushes: a pen path as somebody would draw it on a canvas, and the ink that it leaves."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from core.synthetic_digits.pen_path import Path, Stroke


@dataclass(frozen=True)
class Handwriting:
    """How somebody draws on a square canvas; sizes in pixels, angles in degrees, lengths as shares of the
    digit.
    """

    size_px: float = 180.0
    centre: tuple[float, float] = (0.5, 0.5)
    rotation_deg: float = 0.0
    slant: float = 0.0
    aspect: float = 1.0
    bend: float = 0.0
    wobble: float = 0.0

    def __post_init__(self) -> None:
        if self.size_px <= 0 or self.aspect <= 0:
            raise ValueError(f"size_px and aspect must be > 0, got {self.size_px} and {self.aspect}")


def random_hand(rng: np.random.Generator, canvas_px: int = 280, *, margin_px: float = 16.0) -> Handwriting:
    """Return a hand that draws a digit of 25-85 % of the canvas, anywhere that it fits."""
    size_px = float(rng.uniform(0.25, 0.85)) * canvas_px
    free = max(0.0, 0.5 - (size_px / 2 + margin_px) / canvas_px)
    return Handwriting(
        size_px=size_px,
        centre=(0.5 + float(rng.uniform(-free, free)), 0.5 + float(rng.uniform(-free, free))),
        rotation_deg=float(rng.normal(0, 5)),
        slant=float(rng.normal(0.05, 0.15)),
        aspect=float(np.exp(rng.normal(0, 0.12))),
        bend=float(rng.uniform(0, 0.06)),
        wobble=float(rng.uniform(0, 0.012)),
    )


def draw(path: Sequence[Stroke], hand: Handwriting, rng: np.random.Generator, canvas_px: int = 280) -> Path:
    """Return `path` in canvas pixels as `hand` would draw it; bend and wobble come from `rng`."""
    angle = np.deg2rad(hand.rotation_deg)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shear = np.array([[hand.aspect, -hand.slant], [0.0, 1.0]])
    waves = rng.normal(size=(3, 2, 2)), rng.uniform(0, 2 * np.pi, size=(3, 2))
    drawn = []
    for stroke in path:
        points = stroke - 0.5
        for k, (direction, phase) in enumerate(zip(*waves, strict=True)):  # a smooth bend of the whole digit
            points = points + hand.bend / (k + 1) * np.sin(2 * (k + 1) * points @ direction.T + phase)
        if hand.wobble:
            noise = ndimage.gaussian_filter1d(rng.normal(size=points.shape), 3.0, axis=0, mode="nearest")
            points = points + hand.wobble * 3.0 * noise
        drawn.append(points @ (turn @ shear).T)
    everything = np.vstack(drawn)
    low, high = everything.min(axis=0), everything.max(axis=0)
    scale = hand.size_px / max(float((high - low).max()), 1e-9)
    middle = np.array(hand.centre) * canvas_px
    return [(stroke - (low + high) / 2) * scale + middle for stroke in drawn]


def paint(path: Sequence[Stroke], pen_px: float, canvas_px: int = 280) -> NDArray[np.float32]:
    """Return the ink (canvas_px, canvas_px) in [0, 1] that a round brush of `pen_px` leaves along `path`
    (pixels).
    """
    touched = np.zeros((canvas_px, canvas_px), dtype=bool)
    for stroke in path:
        for start, stop in itertools.pairwise(stroke):
            steps = int(np.abs(stop - start).max() * 2) + 2
            x, y = np.linspace(start, stop, steps).round().astype(int).T
            inside = (x >= 0) & (x < canvas_px) & (y >= 0) & (y < canvas_px)
            touched[y[inside], x[inside]] = True
    if not touched.any():
        return np.zeros((canvas_px, canvas_px), dtype=np.float32)
    distance = ndimage.distance_transform_edt(~touched)
    return np.clip(pen_px / 2 - distance + 0.5, 0, 1).astype(np.float32)
