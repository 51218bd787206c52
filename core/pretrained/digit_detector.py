"""Is this a digit? The detector that comes with Inkling: `python -m core.pretrained.digit_detector` fits it again.

It knows MNIST's digits and the drawn ones (`core.synthetic_digits`), each class of each as a space of its own: one
space for both would reach far between them, where letters lie. It serves every model of either dataset, and it is
the same file for the page and the command line. Fitting takes half a minute.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from core.datasets import load
from core.datasets.image_data import ImageData
from core.images import deskew
from core.insight.ood_detector import FINE, Detector, fit_detector
from core.prediction.predict import detector_for
from core.prediction.predictor import Predictor

FILE: Final = Path(__file__).parent / "digit_detector.safetensors"
DATASETS: Final = ("mnist", "drawn_digits")
_ARRAYS: Final = ("means", "bases", "typical", "ink", "ordinary", "limits")


@cache
def digit_detector() -> Detector:
    """Return what knows digits."""
    kept = {
        name: array.astype(np.float32) for name, array in load_file(FILE).items()
    }  # half of the time of a drawing
    return Detector(**kept, grain=FINE)


def detector_of(predictor: Predictor, images: Callable[[str], ImageData]) -> Detector | None:
    """Return what tells strange drawings from what the model learned; None for a dataset too small for it.

    images: loads the dataset of a name, which those of DATASETS do not need.
    """
    dataset = predictor.config.dataset
    return digit_detector() if dataset in DATASETS else detector_for(predictor, images(dataset))


def fit_digits(sets: list[tuple[NDArray[Any], NDArray[np.integer]]]) -> Detector:
    """Return the detector of several sets of digits, each (images (N, 28, 28) uint8, labels (N,))."""
    images = np.concatenate([deskew(images) for images, _labels in sets])
    spaces = np.concatenate([np.asarray(labels, np.int64) + 10 * i for i, (_, labels) in enumerate(sets)])
    return fit_detector(images, spaces, FINE)


def main() -> None:
    """Fit the detector to all training images and write its file."""
    found = [load(name) for name in DATASETS]
    detector = fit_digits([(np.asarray(data.train_images[:, 0]), data.train_labels) for data in found])
    save_file({name: np.ascontiguousarray(getattr(detector, name)) for name in _ARRAYS}, FILE)


if __name__ == "__main__":
    main()
