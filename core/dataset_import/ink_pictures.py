"""Photos and scans of writing in the form that drawings have: the ink alone, white on black, as MNIST's digits."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.datasets.pixel_values import as_uint8
from core.i18n.translation import _
from core.images import PreprocessingOptions, ink_from_photo, prepare, single_digit
from core.picture_files.image_resize import Refused, fit_image


def ink_picture(image: Image.Image) -> NDArray[np.uint8]:
    """Return the ink of one letter or digit, prepared as a drawing is, (1, 28, 28).  Raises: Refused without any."""
    if image.mode.startswith(("I", "F")):  # deep greys
        image = Image.fromarray(fit_image(image, (1, image.height, image.width))[0])
    prepared = prepare(single_digit(ink_from_photo(image)), PreprocessingOptions())
    if prepared.empty:
        raise Refused(_("No ink was found in it."))
    return as_uint8(np.asarray(prepared.image))[None]
