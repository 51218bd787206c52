"""Drawings of what is no digit, made twice: to choose the detector's numbers by, and to report how good it is.

The split: TUNING and REPORTING draw the same kinds in other ways. Letters come from other fonts, and as pen paths of
other letters; faces, crosses and shapes are other ones; scribbles and blobs are other curves; every hand and pen
is another (its seed begins with the side's number). Every number was chosen on TUNING; of REPORTING a sheet of the
drawings was seen before, and one table.
Left out is what is also a digit: the letters b c g i j l o q s v z B I O S Z, a circle, a straight line.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final, Literal

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from core.synthetic_digits import Path as PenPath
from core.synthetic_digits import draw, paint, random_hand, through, trace
from core.synthetic_digits.glyphs import Point

Ink = NDArray[np.float32]
Side = Literal["tuning", "reporting"]
SEEDS: Final[dict[Side, int]] = {"tuning": 11, "reporting": 12}
CANVAS_PX: Final = 280
PEN_PX: Final = (8.0, 30.0)
JITTER: Final = 0.03
LETTERS: Final = "ACDEFGHJKLMNPQRTUVWXYadefhkmnprtuwxy"
FONTS: Final[dict[Side, tuple[str, ...]]] = {
    "tuning": ("DejaVuSans", "DejaVuSerif"),
    "reporting": ("", "STIXGeneral", "STIXGeneralItalic"),  # "": Pillow's own
}
_: None = None

LETTER_PATHS: Final[dict[Side, dict[str, tuple[Point, ...]]]] = {
    "tuning": {
        "A": ((20, 94), (36, 50), (50, 6), (50, 6), (64, 50), (80, 94), _, (32, 62), (68, 62)),
        "F": ((30, 8), (30, 50), (30, 94), _, (30, 8), (72, 8), _, (30, 46), (62, 46)),
        "H": ((24, 6), (24, 94), _, (76, 6), (76, 94), _, (24, 50), (76, 50)),
        "K": ((26, 6), (26, 94), _, (74, 8), (28, 52), (28, 52), (76, 94)),
        "M": ((16, 94), (20, 8), (20, 8), (50, 60), (50, 60), (80, 8), (80, 8), (84, 94)),
        "P": ((30, 94), (30, 8), (30, 8), (62, 10), (72, 28), (60, 48), (30, 50)),
        "T": ((18, 10), (82, 10), _, (50, 10), (50, 94)),
        "W": ((10, 8), (28, 92), (28, 92), (50, 30), (50, 30), (72, 92), (72, 92), (90, 8)),
        "e": ((26, 54), (72, 50), (66, 24), (44, 18), (24, 40), (26, 76), (50, 92), (74, 80)),
        "h": ((30, 6), (30, 94), (30, 94), (32, 56), (52, 42), (66, 56), (66, 94)),
        "n": ((26, 30), (28, 90), (28, 90), (32, 48), (52, 30), (70, 46), (72, 90)),
        "y": ((24, 24), (36, 50), (50, 62), _, (76, 24), (56, 62), (38, 94)),
    },
    "reporting": {
        "C": ((74, 20), (54, 6), (30, 22), (22, 52), (34, 84), (58, 94), (78, 80)),
        "E": ((72, 8), (30, 8), (30, 8), (30, 94), (30, 94), (74, 94), _, (30, 50), (62, 50)),
        "L": ((32, 6), (32, 92), (32, 92), (74, 92)),
        "N": ((22, 94), (24, 8), (24, 8), (74, 92), (74, 92), (78, 6)),
        "R": ((28, 94), (28, 8), (28, 8), (60, 10), (70, 26), (58, 46), (30, 50), (30, 50), (74, 94)),
        "U": ((22, 8), (24, 62), (40, 92), (62, 90), (76, 62), (78, 8)),
        "X": ((22, 8), (78, 94), _, (78, 8), (22, 94)),
        "Y": ((20, 8), (50, 48), _, (80, 8), (50, 48), (48, 94)),
        "a": ((70, 36), (48, 26), (26, 46), (26, 76), (48, 88), (68, 66), (70, 34), (70, 34), (72, 80), (82, 90)),
        "f": ((72, 14), (56, 6), (46, 24), (46, 94), _, (28, 42), (66, 42)),
        "k": ((30, 6), (30, 94), _, (68, 40), (32, 66), (32, 66), (70, 94)),
        "m": ((14, 32), (16, 90), (16, 90), (28, 40), (42, 40), (46, 90), (46, 90), (58, 40), (76, 42), (80, 90)),
        "t": ((46, 8), (46, 78), (56, 92), (70, 88), _, (26, 32), (70, 32)),
        "w": ((14, 30), (26, 82), (40, 82), (50, 44), (50, 44), (58, 82), (74, 82), (86, 30)),
    },
}  # fmt: skip

SHAPES: Final[dict[Side, dict[str, tuple[Point, ...]]]] = {
    "tuning": {
        "triangle": ((50, 10), (50, 10), (88, 86), (88, 86), (12, 86), (12, 86), (50, 10)),
        "wide box": ((10, 28), (90, 28), (90, 28), (90, 74), (90, 74), (10, 74), (10, 74), (10, 28)),
        "star in outline": ((50, 6), (60, 38), (60, 38), (94, 38), (94, 38), (67, 58), (67, 58), (78, 92), (78, 92),
                            (50, 71), (50, 71), (22, 92), (22, 92), (33, 58), (33, 58), (6, 38), (6, 38), (40, 38),
                            (40, 38), (50, 6)),
        "arrow to the right": ((8, 50), (90, 50), _, (62, 26), (90, 50), (90, 50), (62, 74)),
        "wave": ((4, 50), (16, 30), (28, 50), (40, 70), (52, 50), (64, 30), (76, 50), (88, 70), (98, 50)),
        "hexagon": ((30, 14), (70, 14), (70, 14), (92, 50), (92, 50), (70, 86), (70, 86), (30, 86), (30, 86), (8, 50),
                    (8, 50), (30, 14)),
        "flower": ((50, 50), (30, 20), (50, 8), (68, 20), (50, 50), (80, 30), (94, 50), (80, 70), (50, 50), (68, 84),
                   (50, 94), (32, 82), (50, 50), (18, 70), (6, 50), (20, 32), (50, 50)),
        "tick": ((14, 56), (38, 86), (38, 86), (90, 16)),
    },
    "reporting": {
        "heart": ((50, 34), (34, 12), (12, 24), (18, 54), (50, 92), (50, 92), (82, 54), (88, 24), (66, 12), (50, 34)),
        "house": ((18, 92), (18, 46), (18, 46), (50, 10), (50, 10), (82, 46), (82, 46), (82, 92), (82, 92), (18, 92), _,
                  (18, 46), (82, 46)),
        "spiral": ((50, 50), (58, 46), (60, 58), (46, 64), (36, 50), (46, 34), (66, 36), (74, 56), (58, 78), (34, 74),
                   (20, 50), (32, 24), (60, 14), (84, 30), (90, 58)),
        "diamond": ((50, 6), (50, 6), (86, 50), (86, 50), (50, 94), (50, 94), (14, 50), (14, 50), (50, 6)),
        "square": ((14, 14), (86, 14), (86, 14), (86, 86), (86, 86), (14, 86), (14, 86), (14, 14)),
        "pentagram": ((22, 92), (50, 6), (50, 6), (78, 92), (78, 92), (6, 38), (6, 38), (94, 38), (94, 38), (22, 92)),
        "right triangle": ((16, 10), (16, 90), (16, 90), (88, 90), (88, 90), (16, 10)),
        "arrow up": ((50, 94), (50, 8), _, (24, 36), (50, 8), (50, 8), (76, 36)),
        "zigzag": ((4, 62), (20, 34), (20, 34), (36, 66), (36, 66), (52, 34), (52, 34), (68, 66), (68, 66), (84, 34),
                   (84, 34), (96, 62)),
        "crescent": ((60, 8), (28, 24), (18, 52), (32, 82), (64, 94), (64, 94), (44, 72), (40, 46), (48, 24), (60, 8)),
    },
}  # fmt: skip

CROSSES: Final[dict[Side, dict[str, tuple[Point, ...]]]] = {
    "tuning": {
        "upright": ((50, 8), (50, 92), _, (8, 50), (92, 50)),
        "on its side": ((12, 12), (88, 88), _, (88, 12), (12, 88)),
    },
    "reporting": {
        "curved, on its side": ((14, 12), (44, 40), (56, 64), (88, 86), _, (86, 14), (60, 40), (40, 60), (12, 90)),
        "wide": ((50, 22), (50, 78), _, (8, 48), (92, 52)),
        "asterisk": ((50, 8), (50, 92), _, (14, 28), (86, 72), _, (86, 28), (14, 72)),
        "with a short foot": ((50, 8), (50, 92), _, (16, 62), (84, 62)),
    },
}  # fmt: skip


def no_digit(kind: str, side: Side, index: int) -> Ink:
    """Return drawing `index` of a kind, ink (CANVAS_PX, CANVAS_PX) in [0, 1]; each depends on its index alone."""
    rng = np.random.default_rng([SEEDS[side], [*KINDS].index(kind), index])
    made = KINDS[kind](side, index, rng)
    if isinstance(made, np.ndarray):
        return made
    return paint(draw(made, random_hand(rng), rng), float(rng.uniform(*PEN_PX)))


def _letter(side: Side, index: int, rng: np.random.Generator) -> PenPath:
    if index % 2:
        return _one_of(LETTER_PATHS[side], index // 2, rng)
    fonts = FONTS[side]
    return _printed(LETTERS[index // 2 % len(LETTERS)], fonts[int(rng.integers(len(fonts)))])


def _one_of(paths: dict[str, tuple[Point, ...]], index: int, rng: np.random.Generator) -> PenPath:
    return through([*paths.values()][index % len(paths)], jitter=JITTER, rng=rng)


@cache
def _printed(letter: str, font: str) -> PenPath:
    """Return the pen path along the middle of a printed letter."""
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    face = ImageFont.truetype(folder / f"{font}.ttf", 90) if font else ImageFont.load_default(90)
    page = Image.new("L", (200, 200))
    ImageDraw.Draw(page).text((60, 40), letter, 255, font=face)
    left, top, right, bottom = page.getbbox() or (0, 0, 200, 200)
    return trace(np.asarray(page.crop((left - 2, top - 2, right + 2, bottom + 2))), zoom=2)


def _smiley(side: Side, _index: int, rng: np.random.Generator) -> PenPath:
    """Return a face: round with dots for eyes and a smile; or oval with lines or rings, a nose, any other mouth."""
    eye = rng.uniform(0.28, 0.42), rng.uniform(0.2, 0.35)
    if side == "tuning":
        dots = [np.array([[x, -eye[1]], [x + 0.02, -eye[1]]]) for x in (-eye[0], eye[0])]
        return _framed([_arc(0, 0, 1, 1, 0, 2), *dots, _arc(0, 0, 0.55, 0.55, 0.15, 0.85)])
    wide = rng.uniform(0.75, 1.2)
    if rng.integers(2):
        eyes = [np.array([[x, -eye[1] - 0.12], [x, -eye[1] + 0.08]]) for x in (-eye[0], eye[0])]
    else:
        eyes = [_arc(x, -eye[1], 0.12, 0.12, 0, 2) for x in (-eye[0], eye[0])]
    mouths = (
        np.array([[-0.4, 0.45], [0.4, 0.45]]),
        _arc(0, 0.8, 0.45, 0.35, 1.15, 1.85),
        _arc(0, 0.42, 0.3, 0.2, 0, 2),
        _arc(0, 0.2, 0.5, 0.4, 0.05, 0.95),
    )
    nose = [np.array([[0.0, -0.1], [-0.08, 0.15], [0.05, 0.15]])] if rng.integers(2) else []
    face = [_arc(0, 0, wide, 1, 0, 2), *eyes, *nose, mouths[int(rng.integers(len(mouths)))]]
    return _framed(face)


def _arc(x: float, y: float, across: float, down: float, first: float, last: float) -> NDArray[np.float64]:
    """Return the part of an ellipse between two angles in half turns."""
    turn = np.linspace(first, last, 60) * np.pi
    return np.stack([x + across * np.cos(turn), y + down * np.sin(turn)], axis=1)


def _framed(path: PenPath) -> PenPath:
    """Return the path of a square from -1 to 1 in one from 0 to 1."""
    return [(stroke + 1) / 2 for stroke in path]


def _scribble(side: Side, _index: int, rng: np.random.Generator) -> PenPath:
    """Return a wild line, smooth or with corners; or loops, or hatching to and fro."""
    if side == "tuning":
        points = np.repeat(rng.uniform(0, 1, (int(rng.integers(8, 20)), 2)), 10, axis=0)
        return [ndimage.gaussian_filter1d(points, float(rng.uniform(1, 5)), axis=0, mode="nearest")]
    if rng.integers(2):
        t = np.linspace(0, 1, 500)[:, None]
        rate, phase = rng.uniform(2, 7, (2, 2)), rng.uniform(0, 2 * np.pi, (2, 2))
        return [(np.sin(2 * np.pi * rate * t[..., None] + phase).sum(axis=1) + 2) / 4]
    rows = int(rng.integers(7, 14))
    ends = np.stack([np.tile([0.05, 0.95], rows)[:rows], np.linspace(0, 1, rows)], axis=1)
    return [ends + rng.normal(0, 0.08, ends.shape)]


def _blob(side: Side, _index: int, rng: np.random.Generator) -> Ink:
    """Return a filled outline, round with bulges; or with corners. Never so narrow that it could be a 1."""
    if side == "tuning":
        turn = np.linspace(0, 2 * np.pi, 120)
        waves = sum(rng.normal(0, 0.15 / k) * np.cos(k * turn + rng.uniform(0, 6.3)) for k in range(2, 6))
        outline = (1 + waves)[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    else:
        turn = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(4, 9)))) + np.pi / 7
        outline = rng.uniform(0.7, 1.1, len(turn))[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        outline[:, 0] *= 1 / max(float(np.ptp(outline[:, 0]) / np.ptp(outline[:, 1])), 0.7)
    radius = float(rng.uniform(35, 100))
    page = Image.new("L", (CANVAS_PX, CANVAS_PX))
    ImageDraw.Draw(page).polygon([tuple(140 + radius * point) for point in outline], fill=255)
    return np.asarray(page, np.float32) / np.float32(255)


KINDS: Final[dict[str, Callable[[Side, int, np.random.Generator], PenPath | Ink]]] = {
    "letters": _letter,
    "smileys": _smiley,
    "crosses": lambda side, index, rng: _one_of(CROSSES[side], index, rng),
    "shapes": lambda side, index, rng: _one_of(SHAPES[side], index, rng),
    "scribbles": _scribble,
    "blobs": _blob,
}
