"""Synthetic pen paths: digits as a person would draw them, for measuring the preparation of drawings.

A *path* is a list of strokes; a stroke is a float array (N, 2) of x, y in [0, 1] with y pointing down.
Two sources: hand-made templates in several national styles, and skeletons traced from images of digits.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.morphology import skeletonize

Stroke = NDArray[np.float64]
Path = list[Stroke]

_: None = None  # lifts the pen in the tables below

# Control points on a 100 x 100 grid, joined by a Catmull-Rom curve; a doubled point makes a corner.
_TABLES: dict[int, tuple[tuple[tuple[int, int] | None, ...], ...]] = {
    0: (
        ((52, 8), (30, 14), (20, 45), (26, 80), (50, 94), (74, 80), (80, 45), (70, 14), (52, 8)),
        ((60, 12), (35, 8), (22, 40), (22, 70), (45, 94), (72, 78), (80, 45), (68, 14), (50, 10), (42, 18)),
    ),
    1: (
        ((50, 6), (50, 50), (50, 94)),
        ((34, 26), (52, 8), (52, 8), (52, 50), (52, 94)),
        ((26, 40), (54, 8), (54, 8), (54, 50), (54, 94)),
        ((34, 26), (52, 8), (52, 8), (52, 94), _, (30, 94), (52, 94), (74, 94)),
    ),
    2: (
        ((22, 30), (34, 11), (56, 8), (72, 24), (66, 46), (44, 70), (22, 92), (22, 92), (50, 92), (80, 92)),
        ((24, 28), (40, 8), (64, 12), (70, 34), (52, 62), (30, 86), (18, 84), (24, 72), (44, 84),
         (66, 94), (84, 86)),
        ((24, 24), (48, 6), (70, 20), (66, 44), (40, 74), (20, 94), (20, 94), (40, 88), (62, 94), (82, 90)),
    ),
    3: (
        ((26, 16), (48, 7), (68, 20), (62, 40), (42, 48), (42, 48), (66, 54), (76, 72), (60, 92),
         (36, 93), (22, 82)),
        ((24, 8), (50, 8), (74, 8), (74, 8), (46, 42), (46, 42), (70, 52), (76, 74), (56, 93), (34, 92),
         (22, 82)),
        ((24, 20), (44, 6), (66, 18), (60, 38), (46, 46), (40, 44), (48, 46), (70, 58), (72, 80),
         (50, 94), (24, 86)),
    ),
    4: (
        ((60, 6), (40, 34), (18, 64), (18, 64), (50, 64), (84, 64), _, (62, 38), (62, 66), (62, 95)),
        ((28, 8), (26, 30), (24, 52), (24, 52), (50, 52), (74, 52), _, (72, 8), (70, 50), (70, 94)),
        ((66, 94), (66, 50), (66, 6), (66, 6), (40, 36), (16, 66), (16, 66), (50, 66), (84, 66)),
        ((30, 10), (22, 36), (24, 54), (44, 58), (68, 48), _, (72, 8), (68, 50), (62, 94)),
    ),
    5: (
        ((74, 8), (52, 8), (32, 8), (32, 8), (28, 44), (28, 44), (52, 38), (74, 54), (70, 82), (46, 94),
         (24, 86)),
        ((32, 10), (28, 44), (28, 44), (52, 38), (74, 56), (68, 84), (44, 94), (22, 84), _, (32, 10),
         (54, 9), (76, 8)),
        ((72, 10), (40, 10), (34, 28), (36, 42), (58, 46), (72, 64), (64, 86), (42, 94), (24, 86)),
    ),
    6: (
        ((66, 6), (44, 22), (28, 50), (26, 76), (44, 94), (66, 88), (74, 70), (60, 54), (40, 58), (28, 74)),
        ((70, 12), (54, 8), (34, 30), (24, 60), (32, 88), (56, 94), (74, 78), (66, 56), (44, 54), (27, 70)),
    ),
    7: (
        ((22, 10), (50, 10), (78, 10), (78, 10), (58, 50), (44, 94)),
        ((22, 10), (50, 10), (78, 10), (78, 10), (58, 50), (44, 94), _, (34, 50), (56, 50), (76, 50)),
        ((22, 24), (22, 10), (22, 10), (50, 12), (78, 10), (78, 10), (56, 52), (46, 94)),
        ((20, 14), (34, 8), (52, 16), (76, 8), (76, 8), (58, 50), (48, 94), _, (38, 54), (56, 50), (74, 48)),
    ),
    8: (
        ((68, 18), (48, 7), (30, 22), (38, 42), (62, 56), (74, 76), (54, 94), (30, 84), (28, 66),
         (50, 48), (68, 32), (68, 18)),
        ((50, 50), (32, 36), (32, 16), (50, 6), (68, 16), (68, 36), (50, 50), (28, 66), (28, 86),
         (50, 95), (72, 86), (72, 66), (50, 50)),
        ((50, 8), (32, 26), (50, 46), (68, 26), (50, 8), _, (50, 46), (26, 70), (50, 94), (74, 70), (50, 46)),
    ),
    9: (
        ((70, 26), (56, 8), (34, 14), (28, 36), (44, 52), (64, 44), (71, 24), (71, 24), (68, 60), (64, 94)),
        ((70, 28), (54, 8), (32, 16), (28, 38), (46, 52), (66, 40), (70, 22), (72, 60), (60, 88),
         (42, 94), (28, 86)),
        ((68, 20), (50, 8), (30, 22), (32, 44), (52, 50), (68, 34), (68, 20), (66, 50), (52, 94)),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Hand:
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


def random_hand(rng: np.random.Generator, canvas_px: int = 280, *, margin_px: float = 16.0) -> Hand:
    """Return a hand that draws a digit of 25-85 % of the canvas, anywhere that it fits."""
    size_px = float(rng.uniform(0.25, 0.85)) * canvas_px
    free = max(0.0, 0.5 - (size_px / 2 + margin_px) / canvas_px)
    return Hand(
        size_px=size_px,
        centre=(0.5 + float(rng.uniform(-free, free)), 0.5 + float(rng.uniform(-free, free))),
        rotation_deg=float(rng.normal(0, 5)),
        slant=float(rng.normal(0.05, 0.15)),
        aspect=float(np.exp(rng.normal(0, 0.12))),
        bend=float(rng.uniform(0, 0.06)),
        wobble=float(rng.uniform(0, 0.012)),
    )


def styles(digit: int) -> int:
    """Return how many hand-made ways of writing `digit` there are."""
    return len(_TABLES[digit])


def template(digit: int, style: int = 0) -> Path:
    """Return the pen path of `digit` (0-9) in one of its `styles(digit)`, coordinates in [0, 1]."""
    strokes: list[list[tuple[int, int]]] = [[]]
    for point in _TABLES[digit][style]:
        if point is None:
            strokes.append([])
        else:
            strokes[-1].append(point)
    return [_curve(np.array(stroke, dtype=np.float64) / 100) for stroke in strokes]


def _curve(points: Stroke, steps: int = 12) -> Stroke:
    """Return the uniform Catmull-Rom curve through `points`; doubled points are corners."""
    pieces = []
    padded = np.vstack([points[:1], points, points[-1:]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    for p0, p1, p2, p3 in zip(padded[:-3], padded[1:-2], padded[2:-1], padded[3:], strict=True):
        if np.array_equal(p1, p2):
            continue
        bent = (
            2 * p1
            + (p2 - p0) * t
            + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
            + (3 * p1 - p0 - 3 * p2 + p3) * t**3
        )
        pieces.append(bent / 2)
    return np.vstack([*pieces, points[-1:]])


def trace(image: NDArray[np.floating] | NDArray[np.uint8], *, zoom: int = 8) -> Path:
    """Return the pen path along the middle of the ink of `image` (H, W), coordinates in [0, 1] of its box.

    The image (ink bright, uint8 or in [0, 1]) is enlarged, thinned to a skeleton and walked from its ends.
    """
    pixels = np.asarray(image, dtype=np.float64)
    pixels = pixels / max(pixels.max(), 1e-9)
    skeleton = skeletonize(ndimage.zoom(pixels, zoom, order=1) > 0.5)
    strokes = [stroke for stroke in _walk(skeleton) if len(stroke) > 1]
    if not strokes:
        return []
    corner = np.min([stroke.min(axis=0) for stroke in strokes], axis=0)
    extent = np.max([stroke.max(axis=0) for stroke in strokes], axis=0) - corner
    longest = max(float(extent.max()), 1.0)
    offset = corner - (longest - extent) / 2
    return [
        ndimage.gaussian_filter1d(stroke - offset, 1.5, axis=0, mode="nearest") / longest
        for stroke in strokes
    ]


def _walk(skeleton: NDArray[np.bool_]) -> Path:
    """Return the strokes (x, y) of a one-pixel-wide `skeleton`, each pixel visited once, ends first."""
    left = {(int(y), int(x)) for y, x in np.argwhere(skeleton)}
    joins = {pixel: [n for n in _around(*pixel) if n in left] for pixel in left}
    starts = sorted(left, key=lambda pixel: len(joins[pixel]))
    strokes = []
    for start in starts:
        if start not in left:
            continue
        line = [next((n for n in joins[start] if n not in left), start)] if joins[start] else [start]
        pixel: tuple[int, int] | None = start
        while pixel is not None:
            line.append(pixel)
            left.discard(pixel)
            pixel = next((n for n in joins[pixel] if n in left), None)
        line.extend(n for n in joins[line[-1]][:1] if n not in line[-3:])
        strokes.append(np.array([(x, y) for y, x in line], dtype=np.float64))
    return strokes


def _around(y: int, x: int) -> list[tuple[int, int]]:
    """Return the eight neighbours, the four that share an edge first."""
    straight = [(y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)]
    return [*straight, (y - 1, x - 1), (y - 1, x + 1), (y + 1, x - 1), (y + 1, x + 1)]


def draw(path: Sequence[Stroke], hand: Hand, rng: np.random.Generator, canvas_px: int = 280) -> Path:
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
