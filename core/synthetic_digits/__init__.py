"""Synthetic pen paths: digits as people draw them, to learn from and to measure the preparation of drawings by.

Coordinates of a path lie in [0, 1] until a hand has drawn it on a canvas; then they are pixels. Two sources:
hand-made templates in many styles, and skeletons traced from images of digits.
"""

from core.synthetic_digits.glyphs import NAMED, styles, template, through
from core.synthetic_digits.handwriting import Handwriting, draw, paint, random_hand
from core.synthetic_digits.pen_path import Path, Stroke
from core.synthetic_digits.skeleton import trace

__all__ = [
    "NAMED",
    "Handwriting",
    "Path",
    "Stroke",
    "draw",
    "paint",
    "random_hand",
    "styles",
    "template",
    "through",
    "trace",
]
