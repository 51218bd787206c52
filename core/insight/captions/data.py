"""Captions of the Data page."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.i18n.number_format import count, percent
from core.insight.data_quality import DuplicatePair, LabelIssue, Ranked
from core.insight.embedding import Space
from core.insight.image_selection import Page

Names = Sequence[str]


def gallery(shown: Page, name: str | None, plural: str) -> str:
    """Say which images of how many are on the page."""
    whom = plural if name is None else f"{plural} labelled {name}"
    if not shown.total:
        return f"There are no {whom} here."
    last = shown.first + len(shown.indices) - 1
    return f"{shown.first:,} to {last:,} of {shown.total:,} {whom}."


def class_counts(counts: NDArray[np.int64], names: Names) -> str:
    """Say which class has most and which fewest images; counts (K,)."""
    most, fewest = int(np.argmax(counts)), int(np.argmin(counts))
    if counts[most] == counts[fewest]:
        return f"Every class has {count(int(counts[most]), 'image', 'images')}."
    return (
        f"{names[most]} has most images ({int(counts[most]):,}), {names[fewest]} fewest ({int(counts[fewest]):,}); "
        f"always answering {names[most]} would be right {percent(float(counts[most] / counts.sum()))} of the time."
    )


def class_spread(std: NDArray[np.floating], names: Names) -> str:
    """Say which class varies most and which least; std: deviation images (K, C, H, W)."""
    spread = np.sqrt((std.reshape(len(std), -1).astype(np.float64) ** 2).mean(axis=1))
    most, least = int(np.argmax(spread)), int(np.argmin(spread))
    return (
        f"{names[most]} varies most ({spread[most]:.2f} a pixel, white = 1), {names[least]} least "
        f"({spread[least]:.2f}): the more blurred its average, the more its images differ."
    )


def intensities(levels: NDArray[np.int64]) -> str:
    """Say how much is black and how much as bright as can be; levels: pixel counts (C, 256)."""
    totals = levels.sum(axis=0)
    n = int(totals.sum())
    return (
        f"{percent(float(totals[0]) / n)} of all levels are 0 (black), {percent(float(totals[255]) / n)} are 255 "
        f"(full brightness); {percent(float(totals[1:255].sum()) / n)} lie between."
    )


def scaling(mean: Sequence[float], std: Sequence[float], standardised: bool) -> str:
    """Say what the input scaling does to black and bright pixels; mean, std: one number per channel."""
    if not standardised:
        return "Black enters the model as 0 and full brightness as 1."
    lows = ", ".join(f"{-m / s:.2f}".replace("-", "−") for m, s in zip(mean, std, strict=True))
    highs = ", ".join(f"{(1 - m) / s:.2f}" for m, s in zip(mean, std, strict=True))
    return f"Black enters the model as {lows} and full brightness as {highs}, so that the average is 0."


def split(train: int, validation: int, test: int, seed: int) -> str:
    """Say what the run learns from, watches and is tested on."""
    if not validation:
        return f"This run learns from {train:,} images and is watched on the {test:,} test images."
    return (
        f"This run learns from {train:,} images, is watched on {validation:,} and tested on {test:,} it never saw; "
        f"seed {seed} always picks the same."
    )


def map_of(method: str, shown: int, space: Space) -> str:
    """Say what a map of `shown` images shows; method: a key of embedding.MAPS."""
    if method == "pca":
        return (
            f"{shown:,} images by the two directions in which they vary most: these hold "
            f"{percent(float(space.explained[:2].sum()))} of all variation."
        )
    kept = percent(float(space.explained.sum()))
    return (
        f"{shown:,} images laid out by t-SNE so that neighbours stay neighbours, from {len(space.explained)} "
        f"directions that hold {kept} of all variation; distances between far groups mean little."
    )


def typicality(ranked: Ranked, name: str) -> str:
    """Say how much further from the middle of its class the most unusual image is than the most typical."""
    if not len(ranked.indices):
        return f"There is no image of {name}."
    near, far = float(ranked.distances[0]), float(ranked.distances[-1])
    times = f", {far / near:.1f} times as far as the most typical" if near > 0 else ""
    return (
        f"Typical means close to the average {name}: the most unusual is image {int(ranked.indices[-1]):,}, "
        f"{far:.1f} away{times}."
    )


def duplicates(exact: Sequence[NDArray[np.int64]], near: Sequence[DuplicatePair]) -> str:
    """Say how many images are there twice, and how alike the closest two others are."""
    copies = sum(len(group) - 1 for group in exact)
    first = (
        "No image is there twice" if not copies else f"{count(copies, 'image is', 'images are')} exact copies"
    )
    if not near:
        return f"{first}."
    return (
        f"{first}; the closest two others, {near[0].first:,} and {near[0].second:,}, differ by "
        f"{255 * near[0].rms:.1f} of 255 grey levels a pixel."
    )


def doubts(found: Sequence[LabelIssue], names: Names, by_model: bool) -> str:
    """Say how many labels are doubted and which most."""
    who = "the model" if by_model else "its nearest neighbours"
    if not found:
        return f"No label is contradicted by {who}."
    first = found[0]
    return (
        f"{count(len(found), 'label is', 'labels are')} doubtful; most of all image {first.index:,}: labelled "
        f"{names[first.label]}, but {percent(first.confidence)} {names[first.suggestion]} to {who}."
    )
