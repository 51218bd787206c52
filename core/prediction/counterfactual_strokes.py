"""The few pixels that flip an answer, put on the drawing itself as dabs of a pen and an eraser.

A pixel of the 28 x 28 picture is a place on the drawing (`PreprocessedImage.way_back`), but the preparation does
not stand still: new ink moves the box, the centre of mass and the slant, and with them everything else. So the
changed drawing is prepared anew after every dab, and dabs are added until the model, asked about the drawing, says
the other class.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from core.images.centering import SIZE_PX
from core.insight.counterfactual import Counterfactual, few_pixels, fewest_pixels
from core.prediction.predict import Drawing, Prediction, predict
from core.prediction.predictor import Predictor

Ink = NDArray[np.float32]
LIMIT: Final = 40  # dabs
TRIED: Final = 8  # places that are tried before one dab is put down
_WIDE: Final = 1.25  # a round dab is as wide as this many pixels: it covers a square one


@dataclass(frozen=True)
class BrushSpot:
    """A round spot on the drawing, its middle (x, y) and its width in the drawing's pixels: ink, or the eraser."""

    x: float
    y: float
    width_px: float
    adds: bool


@dataclass(frozen=True, eq=False)
class CanvasCounterfactual:
    """A drawing with dabs on it, and what the model then says of it.

    wanted: the class that the dabs were to bring about; ink: (H, W) in [0, 1], with the dabs.
    """

    wanted: int
    dabs: tuple[BrushSpot, ...]
    ink: Ink
    answer: Prediction

    @property
    def is_flipped(self) -> bool:
        """Whether the model takes the drawing for the wanted class now."""
        return self.answer.is_asked and self.answer.best == self.wanted

    @property
    def margin(self) -> float:
        """The logit of the wanted class minus the largest of the others; below zero until it is flipped."""
        others = np.delete(self.answer.logits, self.wanted)
        return float(self.answer.logits[self.wanted] - others.max())


def find_counterfactual(predictor: Predictor, pixels: Ink) -> tuple[Counterfactual | None, bool]:
    """Return the few pixels of an image (C, H, W) that flip the answer, and whether no fewer would do.

    Exact for a softmax regression; for a network found step by step along the gradient, at most LIMIT pixels.
    """
    if predictor.is_linear:
        return fewest_pixels(*predictor.unit_weights, pixels, ink="both"), True

    def logits_of(images: Ink) -> NDArray[np.float32]:
        return predictor.logits(images.reshape(-1, *pixels.shape).astype(np.float32))

    def gradient_of(image: Ink, a: int, b: int) -> NDArray[np.float64]:
        return _slope(predictor, image.reshape(pixels.shape), a, b)

    return few_pixels(logits_of, gradient_of, pixels, ink="both", limit=LIMIT), False


def draw_counterfactual(
    predictor: Predictor, ink: Ink, flip: Counterfactual, limit: int = LIMIT
) -> CanvasCounterfactual:
    """Return the drawing `ink` (H, W) with dabs where `flip` has its pixels, and more until the answer changes.

    At most `limit` dabs, each chosen among TRIED places by preparing and asking anew; check `is_flipped`.

    Raises: ValueError for an image of several channels, which no drawing is.
    """
    if predictor.spec.image_shape[0] != 1:
        shape = predictor.spec.image_shape
        raise ValueError(f"only grey images are drawn, these are {shape}")
    plain = CanvasCounterfactual(flip.after, (), ink, predict(predictor, Drawing(ink)))
    direct = _with(
        predictor,
        plain,
        [_dab(plain, int(p), v > 0.5) for p, v in zip(flip.pixels, flip.values, strict=True)],
    )
    if direct.is_flipped:
        return direct
    ends = []
    for start in sorted((plain, direct), key=_margin, reverse=True):
        ends.append(_pursued(predictor, start, limit))
        if ends[-1].is_flipped:
            break
    return max(ends, key=_margin)


def _pursued(predictor: Predictor, drawn: CanvasCounterfactual, limit: int) -> CanvasCounterfactual:
    """Return the drawing with one dab after another, each the best of those tried, until it flips or none helps."""
    while not drawn.is_flipped and len(drawn.dabs) < limit:
        for dabs in _candidates(predictor, drawn):
            best = max((_with(predictor, drawn, [dab]) for dab in dabs), key=_margin, default=drawn)
            if best.margin > drawn.margin:
                break
        else:
            return drawn
        drawn = best
    return drawn


def _margin(drawn: CanvasCounterfactual) -> float:
    return drawn.margin


def _dab(drawn: CanvasCounterfactual, pixel: int, adds: bool) -> BrushSpot:
    """Return the dab that covers a pixel (its index in the prepared image) of the drawing as it is prepared now."""
    back = drawn.answer.prepared.way_back
    assert back is not None  # a drawing has one
    _, height, width = drawn.answer.pixels.shape
    u, v = SIZE_PX * (pixel % width + 0.5) / width, SIZE_PX * (pixel // width + 0.5) / height
    x, y = back @ np.array([u, v, 1.0])
    side = SIZE_PX / width * float(np.sqrt(abs(np.linalg.det(back[:, :2]))))
    H, W = drawn.ink.shape
    spot = np.clip([x, y], 0, [W, H])
    return BrushSpot(
        round(float(spot[0]), 2), round(float(spot[1]), 2), round(max(2.0, _WIDE * side), 1), adds
    )


def _candidates(predictor: Predictor, drawn: CanvasCounterfactual) -> Iterator[list[BrushSpot]]:
    """Yield dabs at the pixels that the gradient promises most of, then less hopeful and larger ones.

    Places that have a dab already are left out.
    """
    logits = drawn.answer.logits.copy()
    logits[drawn.wanted] = -np.inf
    slope = _slope(predictor, drawn.answer.pixels, drawn.wanted, int(logits.argmax()))
    pixels = drawn.answer.pixels.reshape(-1)
    gains = np.stack([-slope * pixels, slope * (1 - pixels)])  # (erase or add, D)
    found: list[BrushSpot] = []
    for pixel in np.argsort(-gains.max(axis=0), kind="stable")[: 8 * TRIED]:
        dab = _dab(drawn, int(pixel), bool(gains[1, pixel] > gains[0, pixel]))
        if not any(np.hypot(dab.x - one.x, dab.y - one.y) < dab.width_px / 3 for one in drawn.dabs):
            found.append(dab)
    yield found[:TRIED]
    yield [replace(dab, width_px=round(1.8 * dab.width_px, 1)) for dab in found[:TRIED]]
    yield found[TRIED : 4 * TRIED]


def _slope(predictor: Predictor, pixels: Ink, a: int, b: int) -> NDArray[np.float64]:
    """Return the gradient of logit a - logit b over the pixels (C, H, W), flat."""
    values = torch.from_numpy(np.ascontiguousarray(pixels[None], np.float32)).requires_grad_()
    scores = predictor.model(values)[0]
    (slope,) = torch.autograd.grad(scores[a] - scores[b], values)
    return slope.numpy().reshape(-1).astype(np.float64)


def _with(
    predictor: Predictor, drawn: CanvasCounterfactual, dabs: Sequence[BrushSpot]
) -> CanvasCounterfactual:
    ink = drawn.ink
    for dab in dabs:
        ink = dabbed(ink, dab)
    return CanvasCounterfactual(drawn.wanted, (*drawn.dabs, *dabs), ink, predict(predictor, Drawing(ink)))


def dabbed(ink: Ink, dab: BrushSpot) -> Ink:
    """Return `ink` (H, W) with the dab put on it, its edge anti-aliased."""
    ys, xs = np.indices(ink.shape, dtype=np.float32) + 0.5
    spot = np.clip(dab.width_px / 2 - np.hypot(xs - dab.x, ys - dab.y) + 0.5, 0, 1)
    return np.asarray(np.maximum(ink, spot) if dab.adds else ink * (1 - spot), np.float32)
