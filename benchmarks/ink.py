"""How well the ink of uploaded pictures is found: `python -m benchmarks.ink [--count 300] [--seed 0] [--hands SEED]`.

Asks the two ready models for digits on pictures of many kinds and prints Markdown tables: how many are read wrongly,
and beside it how many are where the model is given the ink itself. Two minutes on one core.
"""

import argparse
import time
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks import ink_pictures as pictures
from benchmarks.drawing import PREPARATIONS, READY_MODEL, painted
from benchmarks.photos import PAPERS, photograph
from core.datasets import ImageData, load
from core.images import find_digits, ink_from_photo, prepare, single_digit
from core.prediction.predictor import Predictor, build_predictor
from core.pretrained.registry import shipped_config, shipped_weights
from core.synthetic_digits import trace

Ink = NDArray[np.float32]
Labels = NDArray[np.int64]
Kind = tuple[str, list[Image.Image], list[Ink], Labels]

PENS_PX = (20, 45, 60)
SIDES_PX = (32, 200)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300, help="pictures of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--hands", type=int, help="seed of hands for the templates; default: as they were made"
    )
    arguments = parser.parse_args()
    data = load("mnist")
    asked = [build_predictor(shipped_config(n), data.spec, shipped_weights(n)) for n in READY_MODEL]
    print_crops(asked, arguments.hands)
    print_kinds(asked, kinds(data, arguments.count, arguments.seed))
    blank = pictures.blanks(np.random.default_rng(arguments.seed), arguments.count)
    inked = sum(not prepare(ink_from_photo(picture)).empty for picture in blank)
    print(f"\nInk on {inked} of {len(blank)} blank pictures.")


def print_crops(asked: Sequence[Predictor], hands: int | None) -> None:
    """Print how many of the 79 templates each model reads wrongly as tight crops."""
    ways = [(dark, two_valued) for dark in (False, True) for two_valued in (True, False)]
    print("| longer side | pen per 200 | margin | light, two-valued | light, grey edges | dark, two-valued |"
          " dark, grey edges | the ink itself |")  # fmt: skip
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    for side in SIDES_PX:
        for pen in PENS_PX:
            inks, truth = pictures.shapes(pen, hands)
            for margin in (0, 1, side // 10):
                cells = []
                for dark, two_valued in ways:
                    made = [
                        pictures.cropped(ink, side, margin, dark=dark, two_valued=two_valued) for ink in inks
                    ]
                    found = [single_digit(ink_from_photo(picture)) for picture in made]
                    cells.append(" / ".join(str(wrong(model, found, truth)) for model in asked))
                made = [pictures.cropped(ink, side, margin, dark=False, two_valued=True) for ink in inks]
                given = [np.asarray(picture, dtype=np.float32) / 255 for picture in made]
                cells.append(" / ".join(str(wrong(model, given, truth)) for model in asked))
                print(f"| {side} | {pen} | {margin} |", " | ".join(cells), "|", flush=True)


def print_kinds(asked: Sequence[Predictor], found: Iterator[Kind]) -> None:
    """Print how many pictures of each kind are read wrongly, taken for several digits, and the time of one."""
    print("\n| pictures | of | " + " | ".join(READY_MODEL) + " | the ink itself | more than one digit | ms |")
    print("|---|" + "---:|" * (len(asked) + 4))
    for name, made, given, truth in found:
        inks, times = [], []
        for picture in made:
            picture.load()
            start = time.perf_counter()
            inks.append(ink_from_photo(picture))
            times.append(time.perf_counter() - start)
        split = sum(len(find_digits(ink)) > 1 for ink in inks)
        alone = [single_digit(ink) for ink in inks]
        cells = [str(wrong(model, alone, truth)) for model in asked]
        cells.append(" / ".join(str(wrong(model, given, truth)) for model in asked))
        print(f"| {name} | {len(made)} |", " | ".join(cells), f"| {split} | {1000 * np.median(times):.0f} |",
              flush=True)  # fmt: skip


def kinds(data: ImageData, count: int, seed: int) -> Iterator[Kind]:
    """Yield (name, pictures, their ink, labels) of digits that are not in MNIST's training set."""
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(data.test_labels))[:count]
    labels = np.asarray(data.test_labels)[chosen]
    paths = [trace(data.test_images[i, 0]) for i in chosen]
    drawn = painted(paths, rng, (20, 20))
    photos = [photograph(ink, PAPERS[i % len(PAPERS)], rng) for i, ink in enumerate(drawn)]
    yield "photos", photos, drawn, labels
    near = [_cut_out(photo, ink) for photo, ink in zip(photos, drawn, strict=True)]
    yield "photos cut to the digit", near, drawn, labels
    files = [data.test_images[i, 0] for i in chosen]
    inks = [file.astype(np.float32) / 255 for file in files]
    yield "28 px files", [Image.fromarray(255 - f if i % 2 else f) for i, f in enumerate(files)], inks, labels
    jpegs = [pictures.as_jpeg(255.0 - f if i % 2 else f * 1.0, rng) for i, f in enumerate(files)]
    yield "28 px JPEG files", jpegs, inks, labels
    yield "scans with black bands", [pictures.scanned(ink, rng) for ink in drawn], drawn, labels
    yield "white on black, JPEG", [pictures.as_jpeg(ink * 255.0, rng) for ink in drawn], drawn, labels
    for name, colours in pictures.EQUAL.items():
        yield name, [pictures.coloured(ink, *colours, rng) for ink in drawn], drawn, labels
    grained = [pictures.textured(ink, (230, 120, 40), (200, 180, 140), rng) for ink in drawn]
    yield "orange on coarse paper", grained, drawn, labels
    grained = [pictures.textured(ink, *pictures.EQUAL["red on green"], rng) for ink in drawn]
    yield "red on coarse green paper", grained, drawn, labels
    yield (
        "blue ink on white",
        [pictures.coloured(ink, (40, 60, 170), (235, 230, 215), rng) for ink in drawn],
        drawn,
        labels,
    )
    thin = painted(paths, rng, (2, 4))
    yield "thin pen, 2400 px", [pictures.enlarged(ink, 2400) for ink in thin], thin, labels
    thick = painted(paths, rng, (30, 40))
    yield "thick pen", [pictures.enlarged(ink, 280) for ink in thick], thick, labels
    yield "transparent", [pictures.transparent(ink, (20, 40, 160)) for ink in drawn], drawn, labels
    yield (
        "transparent, white ink",
        [pictures.transparent(ink, (255, 255, 255)) for ink in drawn],
        drawn,
        labels,
    )


def _cut_out(photo: Image.Image, ink: Ink) -> Image.Image:
    """Return the photo cut to its digit, with a twentieth around it."""
    rows, columns = np.flatnonzero((ink > 0.5).any(axis=1)), np.flatnonzero((ink > 0.5).any(axis=0))
    scale = photo.width / ink.shape[1]
    edge = 0.05 * max(np.ptp(rows), np.ptp(columns))
    box = columns[0] - edge, rows[0] - edge, columns[-1] + 1 + edge, rows[-1] + 1 + edge
    return photo.crop(tuple(round(max(0, side * scale)) for side in box))


def wrong(model: Predictor, inks: Sequence[Ink], truth: Labels) -> int:
    """Return how many of the inks the model reads wrongly."""
    how = model.preparation(PREPARATIONS["and the pen"])
    images = np.stack([prepare(ink, how).image for ink in inks])
    return int((model.logits(images).argmax(axis=1) != truth).sum())


if __name__ == "__main__":
    main()
