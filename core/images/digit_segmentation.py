"""Several digits on one sheet: where each one is, its broken strokes joined."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Ink = NDArray[np.float32]

ONE_DIGIT_PX = 40
"""A picture whose longer side is at most this long shows one digit, as MNIST's 28 x 28 pixels do."""


@dataclass(frozen=True)
class Box:
    """A rectangle of pixels: rows top to bottom - 1, columns left to right - 1."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        """Rows."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Columns."""
        return self.right - self.left

    def __or__(self, other: Box) -> Box:
        """Return the smallest box around both."""
        return Box(
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
        )

    def cut(self, ink: Ink) -> Ink:
        """Return what of `ink` (H, W) is in the box."""
        return ink[self.top : self.bottom, self.left : self.right]


def find_digits(ink: Ink, *, limit: int = 100) -> list[Box]:
    """Return a box for each digit on `ink` (H, W), line by line and from left to right, at most `limit`.

    Strokes that nobody would take for two digits are joined: the bar of a five, the halves of an open four.
    Parts that are small beside the others are left out as specks. A picture of 40 px or less is one digit.
    """
    if max(ink.shape) <= ONE_DIGIT_PX:
        return [Box(0, 0, *ink.shape)] if (ink > 0.4).any() else []
    groups = _grouped(_parts(ink))
    if not groups:
        return []
    sizes = [max(box.height, box.width) for box, _ in groups]
    typical = float(np.median([size for size in sizes if size >= 0.4 * max(sizes)]))
    digits = [box for (box, _), size in zip(groups, sizes, strict=True) if size >= 0.4 * typical]
    return _reading_order(digits)[:limit]


def single_digit(ink: Ink) -> Ink:
    """Return `ink` (H, W) with only what belongs to its one digit: the group with most ink and what is
    near it.
    """
    groups = _grouped(_parts(ink))
    if len(groups) < 2:
        return ink
    main, mass = max(groups, key=lambda group: group[1])
    reach = max(main.height, main.width) / 4
    for box, ink_there in groups:
        if ink_there >= 0.08 * mass and max(_gap(main, box)) <= reach:
            main = main | box
    kept = np.zeros_like(ink)
    kept[main.top : main.bottom, main.left : main.right] = main.cut(ink)
    return kept


def _parts(ink: Ink) -> list[tuple[Box, float]]:
    """Return (box, ink in it) of each connected part, specks left out."""
    labels, count = ndimage.label(ink > 0.4, np.ones((3, 3)))
    if not count:
        return []
    masses = np.atleast_1d(ndimage.sum_labels(ink, labels, np.arange(1, count + 1)))
    boxes = [
        Box(rows.start, columns.start, rows.stop, columns.stop)
        for rows, columns in ndimage.find_objects(labels)
    ]
    return [(b, float(m)) for b, m in zip(boxes, masses, strict=True) if m >= 0.01 * masses.max()]


def _grouped(parts: list[tuple[Box, float]]) -> list[tuple[Box, float]]:
    """Return the parts with those of one digit joined, until nothing more joins."""
    groups = sorted(parts, key=lambda part: -part[1])
    if not groups or len(groups) > 150:  # a texture, not a sheet of digits
        return groups
    typical = float(np.median([max(b.height, b.width) for b, m in groups if m >= 0.2 * groups[0][1]]))
    joined = True
    while joined:
        joined = False
        for i in range(len(groups)):
            near = next(
                (j for j in range(i + 1, len(groups)) if _belong(groups[i], groups[j], typical)), None
            )
            if near is not None:
                groups[i] = groups[i][0] | groups[near][0], groups[i][1] + groups[near][1]
                del groups[near]
                joined = True
                break
    return groups


def _gap(a: Box, b: Box) -> tuple[int, int]:
    """Return (rows, columns) between two boxes; negative where they overlap."""
    return max(a.top, b.top) - min(a.bottom, b.bottom), max(a.left, b.left) - min(a.right, b.right)


def _belong(a: tuple[Box, float], b: tuple[Box, float], typical: float) -> bool:
    """Return whether two parts are strokes of one digit, given the `typical` size of a digit here."""
    rows, columns = _gap(a[0], b[0])
    both = a[0] | b[0]
    if max(both.height, both.width) > 1.7 * typical and min(a[1], b[1]) > 0.35 * max(a[1], b[1]):
        return False
    overlap = max(0, -rows) * max(0, -columns)
    smaller = min(a[0].height * a[0].width, b[0].height * b[0].width)
    if overlap > 0.15 * smaller:
        return True
    small = min(a[1], b[1]) < 0.5 * max(a[1], b[1])
    above = -columns > 0.3 * min(a[0].width, b[0].width) and rows < 0.25 * typical
    beside = -rows > 0.3 * min(a[0].height, b[0].height) and columns < 0.08 * typical
    return (above and both.height < 1.5 * typical) or (small and beside)


def _reading_order(boxes: list[Box]) -> list[Box]:
    """Return the boxes line by line: a box whose middle is above another's foot is on its line."""
    lines: list[list[Box]] = []
    for box in sorted(boxes, key=lambda b: b.top + b.bottom):
        middle = (box.top + box.bottom) / 2
        line = next(
            (line for line in lines if min(b.top for b in line) <= middle < max(b.bottom for b in line)), None
        )
        if line is None:
            lines.append([box])
        else:
            line.append(box)
    return [box for line in lines for box in sorted(line, key=lambda b: b.left)]
