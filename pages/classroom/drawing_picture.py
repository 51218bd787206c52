"""A drawing of 28 x 28 pixels as a picture on a page."""

import numpy as np

from core.figures.weight_images import image_strip
from pages.components.image_panels import picture
from pages.components.theme import current_theme

ZOOM = 4


def drawing_picture(pixels: np.ndarray, alt: str, zoom: int = ZOOM) -> None:
    """Draw a drawing, uint8 (28, 28), `zoom` pixels to each of its own; `alt` says what it shows."""
    picture(image_strip(pixels[None, None], zoom=zoom, theme=current_theme()), alt=alt)
