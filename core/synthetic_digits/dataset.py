"""The dataset of drawn digits: pen paths in many styles, by many hands and pens, prepared as drawings are.

MNIST was written by Americans. Few of its ones have a flag, few of its nines a hook, few of its sevens a bar; most
people elsewhere write them so. `python -m core.synthetic_digits.dataset FOLDER` makes the four IDX files that are
packed in core/datasets/archives/drawn_digits/. Image i depends on i alone, so any part can be made again and compared.
"""

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.datasets import dataset_spec
from core.datasets.pixel_values import as_uint8
from core.images import prepare
from core.synthetic_digits import draw, paint, random_hand, styles, template

NAME: Final = "drawn_digits"
CANVAS_PX: Final = 140
PEN_PX: Final = (5.0, 15.0)  # as 10 to 30 px on the page's canvas, which is twice as wide
JITTER: Final = 0.04
# Rises with the ways of writing and turns the order of the test set's labels: scores of an earlier edition's test
# images are then not taken for scores of these (core.insight.metrics.are_scores_of counts how many are right).
EDITION: Final = 1
_FILES: Final = {"train": "train", "test": "t10k"}
_PART: Final = 500


def label(index: int) -> int:
    """Return the digit that image `index` shows: all ten in turn."""
    is_test = index >= dataset_spec(NAME).train_size
    return (index + EDITION * is_test) % 10


def style(index: int) -> int:
    """Return in which of its digit's styles image `index` is drawn."""
    return int(np.random.default_rng(index).integers(styles(label(index))))


def drawn_digit(index: int) -> NDArray[np.uint8]:
    """Return image `index` of the dataset, (28, 28); the test set follows the training set."""
    rng = np.random.default_rng(index)
    digit = label(index)
    path = template(digit, int(rng.integers(styles(digit))), jitter=JITTER, rng=rng)  # as `style` has it
    hand = random_hand(rng, CANVAS_PX, margin_px=8.0)
    ink = paint(draw(path, hand, rng, CANVAS_PX), float(rng.uniform(*PEN_PX)), CANVAS_PX)
    return as_uint8(prepare(ink).image)


def drawn_digits(indices: Sequence[int]) -> NDArray[np.uint8]:
    """Return the images of `indices`, (n, 28, 28)."""
    return np.stack([drawn_digit(index) for index in indices])


def write_idx(folder: Path) -> None:
    """Write the dataset's four IDX files (LeCun's format: big-endian sizes, then the bytes) into `folder`."""
    spec = dataset_spec(NAME)
    folder.mkdir(parents=True, exist_ok=True)
    first = 0
    for split, count in (("train", spec.train_size), ("test", spec.test_size)):
        parts = [range(at, min(at + _PART, first + count)) for at in range(first, first + count, _PART)]
        with ProcessPoolExecutor() as pool:
            images = np.concatenate(list(pool.map(drawn_digits, parts)))
        labels = np.array([label(index) for index in range(first, first + count)], dtype=np.uint8)
        sizes = np.array([2051, *images.shape], dtype=">i4"), np.array([2049, count], dtype=">i4")
        (folder / f"{_FILES[split]}-images-idx3-ubyte").write_bytes(sizes[0].tobytes() + images.tobytes())
        (folder / f"{_FILES[split]}-labels-idx1-ubyte").write_bytes(sizes[1].tobytes() + labels.tobytes())
        first += count


def main() -> None:
    """Make the files; to pack them: `xz -9 --keep` on each, its SHA-256 into archives/SHA256SUMS."""
    parser = argparse.ArgumentParser(prog="python -m core.synthetic_digits.dataset", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the four files go")  # not said: for developers
    write_idx(parser.parse_args().folder)


if __name__ == "__main__":
    main()
