"""Digits that people wrote with a stylus: the UCI database "Pen-Based Recognition of Handwritten Digits".

E. Alpaydin and F. Alimoglu, Bogazici University, 1998; 44 writers. Its files in UNIPEN format, `pendigits-orig.tra` (30
writers) and `pendigits-orig.tes` (14 others), are not in this project: whoever wants these columns downloads them from
the UCI Machine Learning Repository and names the folder with --pendigits.
"""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.synthetic_digits import Path as PenPath

FILES = {"30 writers, 20 px": "pendigits-orig.tra", "14 other writers, 20 px": "pendigits-orig.tes"}
_LABEL = re.compile(r'^\.SEGMENT DIGIT .*"(\d)"')
_POINT = re.compile(r"^\s*(-?\d+)\s+(-?\d+)\s*$")


def read_unipen(path: Path) -> tuple[list[PenPath], NDArray[np.int64]]:
    """Return (pen paths in the tablet's units with y pointing down, labels) of a UNIPEN file.

    Raises: OSError; ValueError for a file without a digit.
    """
    labels: list[int] = []
    digits: list[list[list[tuple[float, float]]]] = []
    for line in path.read_text(encoding="latin-1").splitlines():
        if found := _LABEL.match(line):
            labels.append(int(found[1]))
            digits.append([])
        elif line.startswith(".PEN_DOWN") and digits:
            digits[-1].append([])
        elif (point := _POINT.match(line)) and digits and digits[-1]:
            digits[-1][-1].append((float(point[1]), -float(point[2])))
    if not digits:
        raise ValueError(f"{path} holds no digit in UNIPEN format")
    return [[np.array(stroke) for stroke in digit if stroke] for digit in digits], np.array(labels)


def in_unit_square(path: PenPath) -> PenPath:
    """Return `path` in the box [0, 1], its longer side 1, in the middle."""
    points = np.vstack(path)
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    longest = max(float(extent.max()), 1.0)
    return [(stroke - low - extent / 2) / longest + 0.5 for stroke in path]
