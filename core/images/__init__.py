"""Drawings, photos and scans to the 28 x 28 pixels that a model was trained on. This is the face of the
package.
"""

from core.images.decoding import (
    AnimatedImageError,
    DamagedImageError,
    EmptyFileError,
    ImageError,
    Limits,
    NotAnImageError,
    TooLargeError,
    check_size,
    read_image,
)
from core.images.deskew import deskew
from core.images.digit_segmentation import Box, find_digits, single_digit
from core.images.garments import prepare_garment
from core.images.ink_extraction import ink_from_canvas, ink_from_photo
from core.images.preprocessing import STAGE_LABELS, PreprocessedImage, PreprocessingOptions, prepare
from core.images.stroke_width import strokes_of

__all__ = [
    "STAGE_LABELS",
    "AnimatedImageError",
    "Box",
    "DamagedImageError",
    "EmptyFileError",
    "ImageError",
    "Limits",
    "NotAnImageError",
    "PreprocessedImage",
    "PreprocessingOptions",
    "TooLargeError",
    "check_size",
    "deskew",
    "find_digits",
    "ink_from_canvas",
    "ink_from_photo",
    "prepare",
    "prepare_garment",
    "read_image",
    "single_digit",
    "strokes_of",
]
