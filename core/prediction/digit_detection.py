"""What is on an uploaded picture: one digit or several, each where it was found and ready to be asked about."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.datasets.catalog import DatasetSpec
from core.images import Box, find_digits, ink_from_photo, single_digit
from core.prediction.predict import Drawing, ModelInput, Photo


@dataclass(frozen=True, eq=False)
class DetectedItem:
    """One thing on a picture; `box` is where on the ink (None: all of it), `mass` how much ink it has."""

    subject: ModelInput
    box: Box | None = None
    mass: float = 0.0


@dataclass(frozen=True, eq=False)
class DetectedSheet:
    """A picture and everything found on it, in reading order.

    ink: (H, W) in [0, 1], what was taken for ink; None where the picture shows a thing and not ink on paper.
    """

    found: tuple[DetectedItem, ...]
    ink: NDArray[np.float32] | None = None

    @property
    def main(self) -> int:
        """The position of the thing with most ink."""
        return int(np.argmax([thing.mass for thing in self.found]))


def detect_digits(image: Image.Image, spec: DatasetSpec, *, several: bool = True) -> DetectedSheet:
    """Return what is on a picture, for a model of this dataset; one thing at least, if only blank paper.

    several: look for more than one digit; else everything that belongs together is one.
    """
    if not spec.takes_ink:
        return DetectedSheet((DetectedItem(Photo(image)),))
    ink = ink_from_photo(image)
    boxes = find_digits(ink) if several else []
    if len(boxes) > 1:
        found = tuple(
            DetectedItem(Drawing(_framed(box, ink)), box, float(box.cut(ink).sum())) for box in boxes
        )
        return DetectedSheet(found, ink)
    return DetectedSheet((DetectedItem(Drawing(single_digit(ink)), None, float(ink.sum())),), ink)


def _framed(box: Box, ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the box's ink with paper around it, as wide as the box is high: a dot stays small."""
    margin = max(box.height, box.width) // 4
    return np.pad(box.cut(ink), margin)


def boxed(
    ink: NDArray[np.float32],
    found: tuple[DetectedItem, ...],
    colour: tuple[int, int, int],
    longest_px: int = 800,
) -> NDArray[Any]:
    """Return the ink as dark on white, uint8 (3, H, W), with a frame of `colour` around everything found.

    The longer side is at most `longest_px`.
    """
    scale = min(1.0, longest_px / max(ink.shape))
    H, W = (max(1, round(side * scale)) for side in ink.shape)
    shown = np.asarray(Image.fromarray(ink).resize((W, H), Image.Resampling.BOX))
    grey = (255 - 255 * np.clip(shown, 0, 1)).astype(np.uint8)
    picture = np.repeat(grey[None], 3, axis=0)
    width = max(1, max(H, W) // 300)
    for thing in found:
        if thing.box is None:
            continue
        b = thing.box
        top, left, bottom, right = (round(edge * scale) for edge in (b.top, b.left, b.bottom, b.right))
        inside = np.zeros((H, W), bool)
        inside[max(top - width, 0) : bottom + width, max(left - width, 0) : right + width] = True
        inside[top:bottom, left:right] = False
        picture[:, inside] = np.array(colour, np.uint8)[:, None]
    return picture
