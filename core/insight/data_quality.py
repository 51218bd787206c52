"""What stands out in a dataset: typical and unusual images, duplicates, labels that are probably wrong."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.insight.embedding import Float32, Neighbourhood
from core.insight.metrics import Labels, check
from core.models.softmax_regression import Array, flat, softmax

Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Ranked:
    """Images of one class in order: indices, and each one's distance from the middle of its class."""

    indices: Indices
    distances: NDArray[np.float64]


@dataclass(frozen=True)
class DuplicatePair:
    """Two images that are almost the same; rms: root mean square difference of their pixels, 0..1."""

    first: int
    second: int
    rms: float


@dataclass(frozen=True)
class LabelIssue:
    """An image whose label is probably wrong, what it should rather be, and how sure that is, 0..1."""

    index: int
    label: int
    suggestion: int
    confidence: float


def by_typicality(points: Float32, labels: Labels, label: int) -> Ranked:
    """Return the images of class `label`, the most typical first, the most unusual last.

    points: (N, n) from embedding.coordinates. Distance = Euclidean, from the mean of the class, in the
    directions in which images vary most; so "typical" means close to the average image of the class.
    """
    inside = np.flatnonzero(labels == label)
    if not len(inside):
        return Ranked(inside, np.zeros(0))
    own = points[inside].astype(np.float64)
    distances = np.linalg.norm(own - own.mean(axis=0), axis=1)
    order = np.argsort(distances, kind="stable")
    return Ranked(inside[order], distances[order])


def exact_duplicates(images: NDArray) -> tuple[Indices, ...]:
    """Return groups of indices of images (N, ...) that are equal in every bit, in rising order."""
    groups: defaultdict[bytes, list[int]] = defaultdict(list)
    for index, image in enumerate(np.ascontiguousarray(images)):
        groups[hashlib.blake2b(image.tobytes(), digest_size=16).digest()].append(index)
    return tuple(np.array(group) for group in groups.values() if len(group) > 1)


def near_duplicates(images: NDArray, near: Neighbourhood, count: int = 20) -> tuple[DuplicatePair, ...]:
    """Return the pairs of different images with the smallest pixel difference, the closest first.

    near: the neighbourhood of the images (N, C, H, W) in PCA space, where distances are never larger than
    between the pixels; the closest pairs there are measured again pixel by pixel. Exact duplicates are left
    out.
    """
    if near.indices.shape[1] == 0:
        return ()
    pairs = np.stack([np.arange(len(near.indices)), near.indices[:, 0]], axis=1)
    nearest = np.argsort(near.distances[:, 0], kind="stable")[: 20 * count]
    pairs = np.unique(np.sort(pairs[nearest], axis=1), axis=0)
    differences = flat(images[pairs[:, 0]]) - flat(images[pairs[:, 1]])
    rms = np.sqrt((differences.astype(np.float64) ** 2).mean(axis=1))
    order = [i for i in np.argsort(rms, kind="stable") if rms[i] > 0]
    return tuple(DuplicatePair(int(pairs[i, 0]), int(pairs[i, 1]), float(rms[i])) for i in order[:count])


def doubted_by_model(logits: Array, labels: Labels, count: int = 20) -> tuple[LabelIssue, ...]:
    """Return the labels that a model contradicts with confidence, the surest contradiction first.

    Confident learning (Northcutt, Jiang, Chuang: J. Artificial Intelligence Research 70, 2021): an image
    belongs to class k if its probability of k is at least the mean probability of k over the images labelled
    k; it is doubted if that class is not its label. Ranked by probability of the label minus that of the
    suggestion. It works best for images that the model was not trained on.
    """
    check(logits, labels)
    probabilities = softmax(logits)
    own = probabilities[np.arange(len(labels)), labels]
    counts = np.bincount(labels, minlength=logits.shape[1])
    sums = np.bincount(labels, own, logits.shape[1])
    thresholds = np.divide(sums, counts, out=np.full(len(counts), np.inf), where=counts > 0)
    confident = np.where(probabilities >= thresholds, probabilities, -1.0)
    suggestion = confident.argmax(axis=1)
    sure = confident.max(axis=1)
    doubted = np.flatnonzero((sure > 0) & (suggestion != labels) & (sure > own))
    order = doubted[np.argsort(own[doubted] - sure[doubted], kind="stable")[:count]]
    return tuple(LabelIssue(int(i), int(labels[i]), int(suggestion[i]), float(sure[i])) for i in order)


def doubted_by_neighbours(near: Neighbourhood, labels: Labels, count: int = 20) -> tuple[LabelIssue, ...]:
    """Return the labels that the images most alike contradict, the most agreed contradiction first.

    Needs no model: an image is doubted if none of its k nearest neighbours has its label. Confidence is the
    share of the neighbours that agree on the suggestion; ties go to the closer neighbours (after Wilson
    1972, IEEE Trans. Systems, Man, and Cybernetics SMC-2, 408-421, who edits training sets by their nearest
    neighbours).
    """
    if near.indices.shape[1] == 0:
        return ()
    votes = np.zeros((len(labels), int(labels.max()) + 1), np.int64)
    np.add.at(votes, (np.arange(len(labels))[:, None], labels[near.indices]), 1)
    suggestion = votes.argmax(axis=1)
    share = votes.max(axis=1) / near.indices.shape[1]
    doubted = np.flatnonzero(votes[np.arange(len(labels)), labels] == 0)
    closeness = near.distances[doubted].mean(axis=1)
    order = doubted[np.lexsort((closeness, -share[doubted]))[:count]]
    return tuple(LabelIssue(int(i), int(labels[i]), int(suggestion[i]), float(share[i])) for i in order)
