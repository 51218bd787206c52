"""How long each look inside takes on the full test set: `python -m benchmarks.insight`.

A click may take 1 s from press to paint, so the functions behind it must stay far below; what cannot is
computed once and kept. Prints a Markdown table of medians and writes nothing.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator

import numpy as np

from core.config.run_config import RunConfig
from core.datasets import ImageData, load
from core.insight import (
    activations,
    adversarial,
    attribution,
    calibration,
    confusion,
    counterfactual,
    data_quality,
    embedding,
    evidence,
    image_selection,
    metrics,
    robustness,
    significance,
    weight_analysis,
    weight_edits,
)
from core.models.build import build_model, softmax_weights, state_arrays
from core.models.softmax_regression import linear_logits
from core.protocol.events import Weights
from core.training.loop import train
from core.training.threads import use_one_thread

SHAPE = (1, 28, 28)
CLICK_LIMIT_MS = 1000.0
Case = tuple[str, Callable[[], object]]


def main() -> None:
    """Measure every case and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--once", action="store_true", help="measure also what is computed once and kept")
    arguments = parser.parse_args()
    use_one_thread()  # two threads only wait for each other where trainings run beside the page
    data = load("mnist")
    print("| what | median ms | longest ms |\n|---|---:|---:|")
    slow = []
    for name, case in clicks(data):
        times = measured(case, arguments.repeats)
        print(f"| {name} | {statistics.median(times):.1f} | {max(times):.1f} |", flush=True)
        slow += [name] * (statistics.median(times) > CLICK_LIMIT_MS)
    if arguments.once:
        for name, case in kept(data):
            print(f"| once: {name} | {measured(case, 1)[0]:.0f} | |", flush=True)
    if slow:
        raise SystemExit(f"over {CLICK_LIMIT_MS:.0f} ms: {', '.join(slow)}")


def measured(case: Callable[[], object], repeats: int) -> list[float]:
    """Return the times in ms of `repeats` calls, after one that is not counted."""
    case()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        case()
        times.append(1000 * (time.perf_counter() - start))
    return times


def clicks(data: ImageData) -> Iterator[Case]:
    """Yield what a click on a page asks for."""
    weight, bias = learned(data)
    images, labels = data.test_images, np.array(data.test_labels)
    logits = linear_logits(weight, bias, images)
    pixels = images.reshape(10_000, -1).astype(np.float32) / 255
    image = pixels[0]
    yield "logits of 10,000 images", lambda: linear_logits(weight, bias, images)
    yield "arithmetic of one image", lambda: evidence.arithmetic(weight, bias, image)
    yield "fewest pixels that flip an answer", lambda: counterfactual.fewest_pixels(weight, bias, image)
    yield (
        "border of 4 and 9, nearest images",
        lambda: weight_analysis.nearest_to_boundary(
            logits, weight_analysis.decision_boundary(weight, bias, 4, 9)
        ),
    )
    yield (
        "journey over 60 snapshots",
        lambda: weight_analysis.weight_trajectory(list(range(60)), [weight] * 60),
    )
    yield "three edits and their accuracy", lambda: edited_accuracy(weight, bias, images, labels)
    yield "summary", lambda: metrics.summary(logits, labels)
    yield "scores by class", lambda: metrics.class_scores(logits, labels)
    yield (
        "confusion matrix and one cell",
        lambda: (confusion.confusion_matrix(logits, labels), confusion.cell(logits, labels, 4, 9)),
    )
    yield "surest mistakes", lambda: metrics.confident_mistakes(logits, labels)
    yield "reliability", lambda: calibration.reliability(logits, labels)
    yield "threshold curve", lambda: calibration.threshold_curve(logits, labels)
    yield "comparison of two runs", lambda: significance.compare(logits, logits[:, ::-1], labels)
    yield "labels doubted by the model", lambda: data_quality.doubted_by_model(logits, labels)
    yield "gallery page", lambda: image_selection.page(image_selection.select(labels, 4), 3, 60)
    yield from damage_clicks(weight, bias, images, labels)
    yield from network_clicks(images, pixels)


def damage_clicks(
    weight: np.ndarray, bias: np.ndarray, images: np.ndarray, labels: np.ndarray
) -> Iterator[Case]:
    """Yield one robustness curve over 1,000 images, and one adversarial image."""
    some = robustness.balanced_subset(labels, 1000)

    def logits_of(x: np.ndarray) -> np.ndarray:
        return linear_logits(weight, bias, x)

    for name in robustness.DAMAGES:
        yield (
            f"curve of {name}, 1,000 images",
            lambda name=name: robustness.accuracy_curve(
                logits_of, robustness.damaged_images(images[some], name), labels[some], name
            ),
        )
    flat = images[0].reshape(-1) / 255
    gradient = adversarial.linear_loss_gradient(weight, bias, flat, int(labels[0]))
    yield "mildest adversary", lambda: adversarial.mildest(logits_of, flat, gradient)


def network_clicks(images: np.ndarray, pixels: np.ndarray) -> Iterator[Case]:
    """Yield what a click asks of an MLP and a CNN (untrained: the time is the same)."""
    mlp, cnn = (build_model(RunConfig(model=kind), load("mnist").spec) for kind in ("mlp", "cnn"))
    square = pixels.reshape(10_000, *SHAPE)
    yield "feature maps of one image, CNN", lambda: activations.layer_outputs(cnn, square[:1])
    yield "integrated gradients, CNN", lambda: attribution.integrated_gradients(cnn, square[0], 7)
    yield "few pixels that flip an answer, CNN", lambda: flip_cnn(cnn, pixels[0])
    yield (
        "hidden units by use, 10,000 images, MLP",
        lambda: activations.unit_use(
            activations.hidden_activations(mlp, square, "activation1"), state_arrays(mlp)["output.weight"]
        ),
    )
    yield (
        "curve of shift, 500 images, CNN",
        lambda: robustness.accuracy_curve(
            lambda x: activations.logits_in_batches(cnn, x),
            robustness.damaged_images(images[:500], "shift"),
            np.zeros(500, np.int64),
            "shift",
        ),
    )


def flip_cnn(model: object, image: np.ndarray) -> object:
    """Return the flip that a search finds on a CNN."""
    return counterfactual.few_pixels(
        lambda x: activations.logits_in_batches(model, x.reshape(-1, *SHAPE)),
        lambda x, a, b: attribution.input_gradient(model, x.reshape(SHAPE), a, b).values.reshape(-1),
        image,
    )


def kept(data: ImageData) -> Iterator[Case]:
    """Yield what is computed once for a dataset."""
    images = data.test_images
    space = embedding.fit_space(data.train_images)
    points = embedding.coordinates(space, images)
    yield "principal components of the training set", lambda: embedding.fit_space(data.train_images)
    yield "coordinates of 60,000 images", lambda: embedding.coordinates(space, data.train_images)
    yield "neighbours of 10,000 images", lambda: embedding.neighbourhood(points)
    yield "exact duplicates of 60,000 images", lambda: data_quality.exact_duplicates(data.train_images)
    yield "t-SNE of 2,000 images", lambda: embedding.flat_map(points[:2000], "tsne")


def learned(data: ImageData) -> tuple[np.ndarray, np.ndarray]:
    """Return (weight, bias) of a softmax regression after one pass in batches of 100, rate 0.1."""
    *_, last = (
        event for event in train(data, RunConfig(epochs=1, eval_every=0)) if isinstance(event, Weights)
    )
    return softmax_weights(last.arrays)


def edited_accuracy(weight: np.ndarray, bias: np.ndarray, images: np.ndarray, labels: np.ndarray) -> object:
    """Return the summary of a model after three edits."""
    done = weight_edits.apply_edits(
        weight, bias, SHAPE, [weight_edits.Blur(1), weight_edits.Prune(30), weight_edits.AddNoise(0.3)]
    )
    return metrics.summary(linear_logits(done.weight, done.bias, images), labels)


if __name__ == "__main__":
    main()
