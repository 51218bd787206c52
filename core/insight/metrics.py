"""How good a model is, from its logits alone: accuracy and its interval, loss, scores by class, mistakes.

Legend: N images, K classes. logits (N, K), labels (N,) with 0 <= label < K.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.datasets import ImageData
from core.i18n.translation import _
from core.models.softmax_regression import Array, softmax

Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Interval:
    """A share with its 95% interval, all 0..1: `count` of `n`."""

    count: int
    n: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Summary:
    """One split in five numbers.

    loss: mean cross-entropy in nats; top2: share of images whose label is among the best two, 0..1.
    """

    n: int
    accuracy: Interval
    loss: float
    top2: float
    mean_confidence: float


@dataclass(frozen=True)
class ClassScore:
    """How well one class is found, shares 0..1, nan where there is nothing to have a share of.

    precision: of the answers "this class", the share that is right; recall: of this class's images, the
    share found; f1: their harmonic mean; support: images of this class; predicted: answers "this class".
    A class without images was never tested: all its shares are nan, though every answer "this class" is wrong.
    """

    label: int
    precision: float
    recall: float
    f1: float
    support: int
    predicted: int


@dataclass(frozen=True)
class Mistake:
    """One wrong answer: image index, true label, answer, and the probability given to each of the two."""

    index: int
    label: int
    answer: int
    confidence: float
    label_probability: float


def check(logits: Array, labels: Labels) -> None:
    """Raise ValueError, with a remedy, unless logits (N, K) are finite and fit the labels (N,), N > 0."""
    N, K = logits.shape if logits.ndim == 2 else (0, 0)
    if logits.ndim != 2 or len(labels) != N or N == 0:
        raise ValueError(
            f"logits must be (N, K) and labels (N,), got {logits.shape} and {labels.shape}"
        )  # not said: for programmers
    if labels.min() < 0 or labels.max() >= K:
        raise ValueError(
            f"labels must be from 0 to {K - 1}, got {labels.min()} to {labels.max()}"
        )  # not said: for programmers
    broken = int(np.count_nonzero(~np.isfinite(logits)))
    if broken:
        raise ValueError(
            _(
                "This run diverged: {n} of {total} scores (logits) are not finite numbers. Train again with a "
                "smaller learning rate.",
                n=broken,
                total=int(logits.size),
            )
        )


def are_scores_of(data: ImageData, logits: Array, accuracy: float | None) -> bool:
    """Return whether final scores are of the test images that a dataset holds now.

    accuracy: what was counted with the scores. People change their own images, and Inkling those that it draws; what
    others published stays.
    """
    if len(logits) != len(data.test_labels):
        return False
    is_published = data.spec.source != "own" and bool(data.spec.torchvision_class)
    if is_published or accuracy is None:
        return True
    right = int((logits.argmax(axis=1) == data.test_labels).sum())
    return right == round(accuracy * len(logits))


def wilson(count: int, n: int) -> Interval:
    """Return the share count / n with Wilson's 95% score interval.

    Wilson 1927, J. Am. Stat. Assoc. 22, 209-212, as computed by scipy.stats.
    """
    from scipy.stats import binomtest  # here: scipy.stats takes half a second to import

    bounds = binomtest(count, n).proportion_ci(confidence_level=0.95, method="wilson")
    return Interval(count, n, count / n, float(bounds.low), float(bounds.high))


def label_log_probabilities(logits: Array, labels: Labels) -> NDArray[np.float64]:
    """Return log of the probability given to each image's own label, (N,)."""
    scores = np.asarray(logits, np.float64)
    scores = scores - scores.max(axis=1, keepdims=True)
    return scores[np.arange(len(labels)), labels] - np.log(np.exp(scores).sum(axis=1))


def summary(logits: Array, labels: Labels) -> Summary:
    """Return accuracy with its interval, loss, top-2 accuracy and mean confidence.

    Raises: ValueError for logits that are not finite or do not fit the labels.
    """
    check(logits, labels)
    answers = logits.argmax(axis=1)
    best_two = np.argsort(-logits, axis=1, kind="stable")[:, :2]
    return Summary(
        n=len(labels),
        accuracy=wilson(int((answers == labels).sum()), len(labels)),
        loss=float(-label_log_probabilities(logits, labels).mean()),
        top2=float((best_two == labels[:, None]).any(axis=1).mean()),
        mean_confidence=float(softmax(logits).max(axis=1).mean()),
    )


def class_scores(logits: Array, labels: Labels) -> tuple[ClassScore, ...]:
    """Return precision, recall and F1 of each class, by scikit-learn; a class without images has none of them."""
    from sklearn.metrics import precision_recall_fscore_support  # here: scikit-learn takes a second to import

    check(logits, labels)
    answers = logits.argmax(axis=1)
    classes = np.arange(logits.shape[1])
    precision, recall, f1, support = precision_recall_fscore_support(
        labels, answers, labels=classes, zero_division=np.nan
    )
    precision[support == 0] = f1[support == 0] = np.nan
    predicted = np.bincount(answers, minlength=len(classes))
    return tuple(
        ClassScore(
            int(k), float(precision[k]), float(recall[k]), float(f1[k]), int(support[k]), int(predicted[k])
        )
        for k in classes
    )


def confident_mistakes(logits: Array, labels: Labels, count: int = 20) -> tuple[Mistake, ...]:
    """Return the wrong answers that the model was surest of, the surest first."""
    check(logits, labels)
    probabilities = softmax(logits)
    answers = logits.argmax(axis=1)
    wrong = np.flatnonzero(answers != labels)
    confidence = probabilities[wrong, answers[wrong]]
    surest = wrong[np.argsort(-confidence, kind="stable")[:count]]
    return mistakes_at(probabilities, labels, surest)


def mistakes_at(probabilities: Array, labels: Labels, indices: NDArray[np.int64]) -> tuple[Mistake, ...]:
    """Return what the model said of the images at `indices`, in that order."""
    answers = probabilities[indices].argmax(axis=1)
    return tuple(
        Mistake(
            int(i), int(labels[i]), int(k), float(probabilities[i, k]), float(probabilities[i, labels[i]])
        )
        for i, k in zip(indices, answers, strict=True)
    )
