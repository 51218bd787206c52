"""How often the Draw page says of what is no digit that it is none, and of digits: `python -m benchmarks.no_digits`.

Prints two Markdown tables: of 216 drawings of each kind of `benchmarks.no_digit_drawings`, and of digits from many
sources, how many are over the limit ("nothing like a digit"), and of how many anything is said ("Nothing like",
"Perhaps", "Not sure"). Before: the detector fitted to MNIST alone, as other datasets have it. --side tuning is what
numbers were chosen by: a detector that never saw the last 10,000 training images of MNIST, nor a third of the styles.
--side reporting measures the one that comes with Inkling; unseen styles are judged by one fitted without another third
of them. The models have learned all styles; only the detector has not. Five minutes on one core.
"""

import argparse
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from sklearn.datasets import load_digits

from benchmarks.drawing import painted
from benchmarks.no_digit_drawings import CANVAS_PX, JITTER, KINDS, PEN_PX, SEEDS, Ink, Side, no_digit
from benchmarks.photos import PAPERS, photograph
from benchmarks.styles import UNSEEN, ready_model
from core.datasets import ImageData, load
from core.images import PreprocessedImage, ink_from_photo, single_digit
from core.insight.ood_detector import Detector
from core.prediction.predict import (
    DatasetImage,
    Drawing,
    ModelInput,
    Prediction,
    detector_for,
    judged,
    predict_prepared,
    prepared_for,
)
from core.prediction.predictor import Predictor
from core.pretrained.digit_detector import digit_detector, fit_digits
from core.synthetic_digits import NAMED, draw, paint, random_hand, styles, template, through, trace
from core.synthetic_digits.dataset import style

HELD_OUT: Final[dict[Side, int]] = {"tuning": 0, "reporting": 1}
"""Styles whose digit + number leaves this remainder by 3 are left out of the fit."""
TUNING_IMAGES: Final = 50_000
HANDS: Final = 6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", choices=[*SEEDS], default="reporting")
    parser.add_argument("--count", type=int, default=216, help="drawings of each kind")
    arguments = parser.parse_args()
    side: Side = arguments.side
    mnist, first, second = load("mnist"), ready_model("cnn-mnist"), ready_model("softmax-mnist")
    before, without = detector_for(first, mnist), fitted_without(side, mnist)
    assert before is not None
    now = without if side == "tuning" else digit_detector()
    print_head("what is drawn", "told")
    everything = []
    for kind in KINDS:
        drawn = [Drawing(no_digit(kind, side, i)) for i in range(arguments.count)]
        everything.append(asked(drawn, first, second, (before, now)))
        print_row(f"{kind}, {arguments.count}", everything[-1])
    print_row("all kinds alike", np.concatenate(everything))
    print()
    print_head("digits", "said to be anything but sure")
    for title, subjects, is_unseen in digits(side, mnist, arguments.count):
        print_row(title, asked(subjects, first, second, (before, without if is_unseen else now)))


def fitted_without(side: Side, mnist: ImageData) -> Detector:
    """Return a detector that has not seen a third of the styles, nor, for tuning, MNIST's last training images."""
    drawn = load("drawn_digits")
    labels = np.asarray(drawn.train_labels)
    is_seen = np.array([(label + style(i)) % 3 != HELD_OUT[side] for i, label in enumerate(labels)])
    last = TUNING_IMAGES if side == "tuning" else len(mnist.train_labels)
    known = np.asarray(mnist.train_images[:last, 0]), np.asarray(mnist.train_labels[:last])
    seen = np.asarray(drawn.train_images[:, 0])[is_seen], labels[is_seen]
    return fit_digits([known, seen])


def asked(
    subjects: list[ModelInput], first: Predictor, second: Predictor, detectors: tuple[Detector, Detector]
) -> NDArray[np.bool_]:
    """Return for each subject and detector whether it is over the limit, and whether anything is said, (n, 2, 2)."""
    found = []
    for subject in subjects:
        prepared = prepared_for(subject, first)  # both models have learned deskewed images
        answers = [answered(prepared, first, second, detector) for detector in detectors]
        found.append([(answer.kind == "unlike", answer.kind != "sure") for answer in answers])
    return np.array(found)


def answered(
    prepared: PreprocessedImage, first: Predictor, second: Predictor, detector: Detector
) -> Prediction:
    """Return what page and command line say of a prepared image."""
    answer = predict_prepared(first, prepared, detector)
    return judged(answer, predict_prepared(second, prepared), first.spec)


def print_head(what: str, said: str) -> None:
    """Print the table's head."""
    heads = [f"over the limit: {when} | {said}: {when}" for when in ("before", "now")]
    print(f"| {what} | {' | '.join(heads)} |\n|---|---:|---:|---:|---:|")


def print_row(title: str, found: NDArray[np.bool_]) -> None:
    """Print one row, per cent."""
    shares = 100 * found.mean(axis=0).reshape(-1)
    print(f"| {title} | {' | '.join(f'{share:.1f}' for share in shares)} |", flush=True)


def digits(side: Side, mnist: ImageData, count: int) -> Iterator[tuple[str, list[ModelInput], bool]]:
    """Yield (title, subjects, whether their styles are unseen)."""
    some = slice(TUNING_IMAGES, TUNING_IMAGES + 10 * count)
    images = mnist.train_images[some] if side == "tuning" else mnist.test_images
    yield f"MNIST, {len(images)} images not fitted to", [DatasetImage(image) for image in images], False
    ways = [(digit, way) for digit in range(10) for way in range(styles(digit))]
    unseen = [way for way in ways if sum(way) % 3 == HELD_OUT[side]]
    for title, chosen, is_unseen in (
        (f"drawn, {len(unseen)} unseen styles", unseen, True),
        ("drawn, all styles", ways, False),
    ):
        made = [Drawing(drawn_digit(side, way, hand)) for way in chosen for hand in range(HANDS)]
        yield title, [*made], is_unseen
    if side == "tuning":
        return
    rng = np.random.default_rng(SEEDS[side])
    paths = [through(UNSEEN[title], jitter=JITTER, rng=rng) for title in NAMED for _ in range(count // 9)]
    yield "drawn, nine paths that are in no dataset", [*map(Drawing, painted(paths, rng, PEN_PX))], False
    strokes = [
        straight(pen_px, slant) for pen_px in range(6, 41, 2) for slant in (-0.15, -0.05, 0, 0.05, 0.15)
    ]
    yield "a straight stroke", [*map(Drawing, strokes)], False
    bunch = load_digits()
    scans = [ndimage.zoom(np.pad(image / 16, 1), 4, order=3).clip(0, 1) for image in bunch.images[:count]]
    yield (
        "UCI, drawn again",
        [*map(Drawing, painted([trace(scan, zoom=3) for scan in scans], rng, PEN_PX))],
        False,
    )
    chosen = mnist.test_images[:count, 0]
    again = painted([trace(image) for image in chosen], rng, PEN_PX)
    yield "MNIST, drawn again", [*map(Drawing, again)], False
    photos = [photograph(ink, PAPERS[i % len(PAPERS)], rng) for i, ink in enumerate(again)]
    yield "photos of these", [Drawing(single_digit(ink_from_photo(photo))) for photo in photos], False
    scanned = [Image.fromarray(255 - image) for image in chosen]
    yield "scans, 28 px", [Drawing(single_digit(ink_from_photo(scan))) for scan in scanned], False


def drawn_digit(side: Side, way: tuple[int, int], hand: int) -> Ink:
    """Return a digit in a style, by one of a side's own hands."""
    rng = np.random.default_rng([SEEDS[side], 100, *way, hand])
    path = template(*way, jitter=JITTER, rng=rng)
    return paint(draw(path, random_hand(rng), rng), float(rng.uniform(*PEN_PX)))


def straight(pen_px: float, slant: float) -> Ink:
    """Return a stroke from top to bottom, 80% of the canvas high."""
    height = 0.8 * CANVAS_PX
    ends = np.array([[slant, -1], [-slant, 1]]) * (height - pen_px) / 2 + CANVAS_PX / 2
    return paint([ends], pen_px)


if __name__ == "__main__":
    main()
