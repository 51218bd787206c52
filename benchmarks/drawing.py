"""What the preparation of drawings is worth: `python -m benchmarks.drawing [--count 1000]`.

Trains four models on MNIST (or takes the weights that an earlier call left in --cache) and takes the two that come
with Inkling; draws and photographs digits that are not in MNIST's training set, and prints Markdown tables: accuracy of
each model and preparation on each source, and how well the out-of-distribution score tells other things from digits.
Ten to twenty minutes on two cores.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from safetensors.numpy import load_file, save_file
from scipy import ndimage
from sklearn.datasets import load_digits
from sklearn.metrics import roc_auc_score

from benchmarks.photos import PAPERS, photograph
from core.config.run_config import RunConfig
from core.datasets import ImageData, load
from core.images import PreprocessingOptions, deskew, ink_from_photo, prepare, single_digit
from core.insight.ood_detector import Detector, fit_detector, strangeness
from core.prediction.predictor import Predictor, build_predictor
from core.pretrained.registry import shipped_config, shipped_weights
from core.protocol.events import Weights
from core.synthetic_digits import draw, paint, random_hand, styles, template, trace
from core.training.loop import train

Ink = NDArray[np.float32]
Inks = list[Ink]
Source = tuple[Inks, NDArray[np.int64]]

CANVAS_PX = 280
LETTERS = "ACDEFGHJKLMNPQRTUVWXYadefhkmnprtuwxy"
PLAIN = RunConfig(learning_rate=0.2, schedule="cosine", epochs=12, eval_every=0)
CNN = RunConfig(
    model="cnn",
    channels=(16, 32),
    kernel_size=5,
    optimizer="adam",
    learning_rate=0.002,
    schedule="cosine",
    epochs=4,
    eval_every=0,
)
MODELS = {
    "softmax": PLAIN,
    "softmax, deskewed": replace(PLAIN, deskew=True),
    "CNN": CNN,
    "CNN, deskewed, augmented": replace(CNN, deskew=True, augmentation="affine"),
}
READY_MODEL = ("softmax-mnist", "cnn-mnist")
PREPARATIONS = {
    "whole canvas shrunk": PreprocessingOptions(crop=False, centre=False, pen_width=False),
    "as MNIST was made": PreprocessingOptions(pen_width=False),
    "and the pen": PreprocessingOptions(),
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="drawings of each source")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cache", type=Path, help="a folder for the trained weights")
    arguments = parser.parse_args()
    data = load("mnist")
    asked = {name: trained(name, config, data, arguments.cache) for name, config in MODELS.items()}
    for name in READY_MODEL:
        asked[name] = build_predictor(shipped_config(name), data.spec, shipped_weights(name))
    found = dict(sources(data, arguments.count, arguments.seed))
    print_accuracies(asked, found, data)
    print_strangeness(data, found, arguments.seed)


def trained(name: str, config: RunConfig, data: ImageData, cache: Path | None) -> Predictor:
    """Return the config's model after training, or with the weights that the cache has for it."""
    kept = cache / f"{name.replace(', ', '-')}.safetensors" if cache else None
    if kept is not None and kept.exists():
        return build_predictor(config, data.spec, load_file(kept))
    arrays = [event.arrays for event in train(data, config, threads=1) if isinstance(event, Weights)][-1]
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        save_file(arrays, kept)
    return build_predictor(config, data.spec, arrays)


def sources(data: ImageData, count: int, seed: int) -> Iterator[tuple[str, Source]]:
    """Yield (name, (inks, labels)): drawings of 280 x 280 from pen paths, then photos and scans."""
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(data.test_labels))[:count]
    labels = np.asarray(data.test_labels)[chosen]
    paths = [trace(data.test_images[i, 0]) for i in chosen]
    drawn = painted(paths, rng, (20, 20))
    yield "MNIST, 20 px", (drawn, labels)
    yield "MNIST, 2-30 px", (painted(paths, rng, (2, 30)), labels)
    own = np.arange(count) % 10
    shapes = [template(int(d), int(rng.integers(styles(int(d))))) for d in own]
    yield "templates, 20 px", (painted(shapes, rng, (20, 20)), own)
    yield "templates, 2-30 px", (painted(shapes, rng, (2, 30)), own)
    bunch = load_digits()
    some = rng.permutation(len(bunch.images))[:count]
    scans = [ndimage.zoom(np.pad(image / 16, 1), 4, order=3).clip(0, 1) for image in bunch.images[some]]
    yield "UCI, 20 px", (painted([trace(scan, zoom=3) for scan in scans], rng, (20, 20)), bunch.target[some])
    photos = [photograph(ink, PAPERS[i % len(PAPERS)], rng) for i, ink in enumerate(drawn)]
    yield "photos", ([single_digit(ink_from_photo(photo)) for photo in photos], labels)
    scans = [data.test_images[i, 0] for i in chosen]
    scans[::2] = [255 - scan for scan in scans[::2]]  # every second one black on white
    yield "28 px files", ([single_digit(ink_from_photo(Image.fromarray(scan))) for scan in scans], labels)


def painted(
    paths: list[list[NDArray[np.float64]]], rng: np.random.Generator, pen_px: tuple[float, float]
) -> Inks:
    """Return the ink of each path, drawn by a hand and with a pen of its own."""
    return [paint(draw(path, random_hand(rng), rng), float(rng.uniform(*pen_px))) for path in paths]


def print_accuracies(asked: dict[str, Predictor], found: dict[str, Source], data: ImageData) -> None:
    """Print the table: models x preparations down, sources across, per cent."""
    print("| model | preparation | test set |", " | ".join(found), "|")
    print("|---|---|" + "---:|" * (len(found) + 1))
    cache: dict[tuple[str, bool, str], Ink] = {}
    labels = np.asarray(data.test_labels)
    for name, model in asked.items():
        on_test = 100 * np.mean(model.logits(model.inputs(data.test_images)).argmax(axis=1) == labels)
        for title, how in PREPARATIONS.items():
            cells = []
            for source, (inks, truth) in found.items():
                key = (title, model.config.deskew, source)
                if key not in cache:
                    cache[key] = np.stack([prepare(ink, model.preparation(how)).image for ink in inks])
                right = model.logits(cache[key]).argmax(axis=1) == truth
                cells.append(f"{100 * right.mean():.1f}")
            print(f"| {name} | {title} | {on_test:.1f} | {' | '.join(cells)} |", flush=True)


def print_strangeness(data: ImageData, found: dict[str, Source], seed: int) -> None:
    """Print the AUROC of the out-of-distribution score, and how many are above its limit of 1."""
    detector = fit_detector(deskew(data.train_images), np.asarray(data.train_labels))
    digits = _strangeness(detector, found["MNIST, 20 px"][0])
    print("\n| against drawn digits | AUROC | over the limit |\n|---|---:|---:|")
    print(f"| drawn digits themselves | | {_over(digits)} |")
    print(f"| drawn UCI digits | | {_over(_strangeness(detector, found['UCI, 20 px'][0]))} |")
    rng = np.random.default_rng(seed)
    makers: dict[str, Callable[[np.random.Generator], Ink]] = {
        "scribbles": scribble,
        "filled boxes": filled_box,
        "letters": letter,
    }
    odd = {name: _strangeness(detector, [make(rng) for _ in range(300)]) for name, make in makers.items()}
    fashion = load("fashion_mnist").test_images[:500]
    odd["garments (Fashion-MNIST)"] = strangeness(detector, deskew(fashion))
    odd["noise"] = strangeness(detector, deskew(rng.random((300, 28, 28)).astype(np.float32)))
    for name, scores in odd.items():
        truth = np.r_[np.zeros(len(digits)), np.ones(len(scores))]
        area = roc_auc_score(truth, np.r_[digits, scores])
        print(f"| {name} | {area:.3f} | {_over(scores)} |", flush=True)


def _strangeness(detector: Detector, inks: Inks) -> NDArray[np.float32]:
    made = [prepare(ink, PreprocessingOptions(deskew=True)) for ink in inks]
    return strangeness(detector, np.stack([m.image for m in made]), np.array([m.pen_px for m in made]))


def _over(scores: NDArray[np.float32]) -> str:
    return f"{100 * (scores > 1).mean():.1f}%"


def scribble(rng: np.random.Generator) -> Ink:
    """Return a wild line over much of the canvas."""
    points = rng.uniform(40, 240, (int(rng.integers(8, 20)), 2))
    line = ndimage.gaussian_filter1d(np.repeat(points, 10, axis=0), 4, axis=0, mode="nearest")
    return paint([line], 20)


def filled_box(rng: np.random.Generator) -> Ink:
    """Return a rectangle full of ink."""
    ink = np.zeros((CANVAS_PX, CANVAS_PX), dtype=np.float32)
    height, width = rng.integers(40, 200, 2)
    top, left = int(rng.integers(10, 275 - height)), int(rng.integers(10, 275 - width))
    ink[top : top + height, left : left + width] = 1
    return ink


def letter(rng: np.random.Generator) -> Ink:
    """Return a letter that is not also a digit, set in Pillow's own sans-serif type and redrawn with the
    brush.
    """
    page = Image.new("L", (200, 200))
    text = LETTERS[int(rng.integers(len(LETTERS)))]
    ImageDraw.Draw(page).text((60, 40), text, 255, font=ImageFont.load_default(90))
    left, top, right, bottom = page.getbbox() or (0, 0, 200, 200)
    cut = page.crop((left - 2, top - 2, right + 2, bottom + 2))
    return painted([trace(np.asarray(cut), zoom=2)], rng, (20, 20))[0]


if __name__ == "__main__":
    main()
