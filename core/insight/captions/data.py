"""Captions of the Data page."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.i18n.number_format import number
from core.i18n.translation import N_, _, ngettext
from core.insight.data_quality import DuplicatePair, LabelIssue, Ranked
from core.insight.embedding import Space
from core.insight.image_selection import Page

Names = Sequence[str]

_NAMED: Final = {
    "train": N_("training image {index}, labelled {name}"),
    "validation": N_("validation image {index}, labelled {name}"),
    "test": N_("test image {index}, labelled {name}"),
}


def image_name(index: int, name: str, predicted: str = "", *, split: str = "test") -> str:
    """Say which image it is and what it shows, for those who cannot see it; predicted: what a model took it for."""
    values = {"index": index, "name": name}
    if predicted:
        return _("test image {index}, labelled {name}, predicted {answer}", **values, answer=predicted)
    return _(_NAMED[split], **values)


def gallery(shown: Page, name: str | None) -> str:
    """Say which images of how many are on the page; name: of their class, None for all classes."""
    last = shown.first + len(shown.indices) - 1
    if name is None:
        if not shown.total:
            return _("There are no images here.")
        return _("Images {first} to {last} of {total}.", first=shown.first, last=last, total=shown.total)
    if not shown.total:
        return _("There are no images labelled {name} here.", name=name)
    return _(
        "Images {first} to {last} of {total} labelled {name}.",
        first=shown.first,
        last=last,
        total=shown.total,
        name=name,
    )


def class_counts(counts: NDArray[np.int64], names: Names) -> str:
    """Say which class has most and which fewest images; counts (K,)."""
    if not counts.any():
        return _("There are no training images.")
    most, fewest = int(np.argmax(counts)), int(np.argmin(counts))
    if counts[most] == counts[fewest]:
        return ngettext("Every class has {n} image.", "Every class has {n} images.", int(counts[most]))
    return _(
        "{most} has the most images ({most_images}), {fewest} the fewest ({fewest_images}). "
        "Always answering {most} would be right {share:percent} of the time.",
        most=names[most],
        most_images=int(counts[most]),
        fewest=names[fewest],
        fewest_images=int(counts[fewest]),
        share=float(counts[most] / counts.sum()),
    )


def class_spread(std: NDArray[np.floating], names: Names) -> str:
    """Say which class varies most and which least; std: deviation images (K, C, H, W)."""
    spread = np.sqrt((std.reshape(len(std), -1).astype(np.float64) ** 2).mean(axis=1))
    most, least = int(np.argmax(spread)), int(np.argmin(spread))
    return _(
        "Images of {most} differ most from one another, those of {least} least: their pixels typically differ "
        "from the class's average by {most_spread:number.2} and {least_spread:number.2} (0 is black, 1 is full "
        "brightness). The blurrier an average, the more its images differ.",
        most=names[most],
        least=names[least],
        most_spread=float(spread[most]),
        least_spread=float(spread[least]),
    )


def intensities(levels: NDArray[np.int64]) -> str:
    """Say how much is black and how much as bright as can be; levels: pixel counts (C, 256)."""
    totals = levels.sum(axis=0)
    n = int(totals.sum())
    if not n:
        return _("There are no training images.")
    return _(
        "{black:percent} of all pixel values are 0 (black), {bright:percent} are 255 (full brightness), and "
        "{between:percent} lie between.",
        black=float(totals[0]) / n,
        bright=float(totals[255]) / n,
        between=float(totals[1:255].sum()) / n,
    )


def scaling(mean: Sequence[float], std: Sequence[float], standardised: bool) -> str:
    """Say what the input scaling does to black and bright pixels; mean, std: one number per channel."""
    if not standardised:
        return _("Black enters the model as 0 and full brightness as 1.")
    lows = [-m / s for m, s in zip(mean, std, strict=True)]
    highs = [(1 - m) / s for m, s in zip(mean, std, strict=True)]
    if len(lows) == 1:
        return _(
            "Black enters the model as {low:number.2} and full brightness as {high:number.2}, "
            "so that the average is 0.",
            low=lows[0],
            high=highs[0],
        )
    return _(
        "Black enters the model as {lows:list} in red, green and blue, and full brightness as {highs:list}, "
        "so that the average is 0.",
        lows=[number(low, 2) for low in lows],
        highs=[number(high, 2) for high in highs],
    )


def split(train: int, validation: int, test: int, seed: int, own: int = 0) -> str:
    """Say what the run learns from, is checked on while it learns, and is tested on.

    own: how many validation images the dataset brings; `validation` is then they, or 0.
    """
    if not test:
        return _(
            "Training images: {train}. Validation images: {validation}. There are no test images, so no test accuracy "
            "can be given.",
            train=train,
            validation=validation,
        )
    if not train:
        return _("There are no training images. A run on this dataset cannot be trained any more.")
    if own:
        return _with_own_validation(train, validation, test, own)
    if not validation:
        return _(
            "This run trains on {train} images. During training it is evaluated on the {test} test images, "
            "which it never learns from.",
            train=train,
            test=test,
        )
    return _(
        "This run trains on {train} images. During training it is evaluated on {validation} validation images, "
        "at the end on {test} test images. It never learns from either. Seed {seed:text} always picks the same "
        "images.",
        train=train,
        validation=validation,
        test=test,
        seed=seed,
    )


def _with_own_validation(train: int, validation: int, test: int, own: int) -> str:
    if not validation:
        return _(
            "This run trains on {train} images. During training it is evaluated on the {test} test images. It never "
            "learns from them, nor from the validation images that the dataset brings ({own}).",
            train=train,
            test=test,
            own=own,
        )
    return _(
        "This run trains on {train} images. During training it is evaluated on the validation images that the dataset "
        "brings ({own}), at the end on {test} test images. It never learns from either.",
        train=train,
        own=own,
        test=test,
    )


def map_of(method: str, shown: int, space: Space) -> str:
    """Say what a map of `shown` images shows; method: a key of embedding.MAPS."""
    if shown < 2 or not len(space.explained):
        return _("A map needs at least two training images that differ.")
    if method == "pca":
        return _(
            "{shown} images placed by PCA: by the two directions in which they vary most, which account for "
            "{share:percent} of all variation.",
            shown=shown,
            share=float(space.explained[:2].sum()),
        )
    return _(
        "{shown} images laid out by t-SNE, which keeps similar images close together. It works from the "
        "{directions} directions in which they vary most, which account for {share:percent} of all variation. "
        "Distances between far groups mean little.",
        shown=shown,
        directions=len(space.explained),
        share=float(space.explained.sum()),
    )


def typicality(ranked: Ranked, name: str) -> str:
    """Say how much further from the middle of its class the most unusual image is than the most typical."""
    if not len(ranked.indices):
        return _("There are no images of {name}.", name=name)
    index, near, far = int(ranked.indices[-1]), float(ranked.distances[0]), float(ranked.distances[-1])
    if near <= 0:
        return _(
            "Typical means close to the average {name}. The most unusual, image {index}, is at a distance of "
            "{far:number.1} from it.",
            name=name,
            index=index,
            far=far,
        )
    return _(
        "Typical means close to the average {name}. The most unusual, image {index}, is at a distance of "
        "{far:number.1} from it, {times:number.1} times as far as the most typical.",
        name=name,
        index=index,
        far=far,
        times=far / near,
    )


def duplicates(exact: Sequence[NDArray[np.int64]], near: Sequence[DuplicatePair]) -> str:
    """Say how many images are there twice, and how alike the closest two others are."""
    copies = sum(len(group) - 1 for group in exact)
    said: list[str] = [
        ngettext("{n} image is an exact copy of another.", "{n} images are exact copies of others.", copies)
        if copies
        else _("There are no exact duplicates.")
    ]
    if near:
        said.append(
            _(
                "Of the others, {first} and {second} are the most similar: their pixels typically differ by "
                "{levels:number.1} (0 is black, 255 is full brightness).",
                first=near[0].first,
                second=near[0].second,
                levels=255 * near[0].rms,
            )
        )
    return " ".join(said)


def doubts(found: Sequence[LabelIssue], names: Names, by_model: bool) -> str:
    """Say how many labels are doubted and which most."""
    if not found:
        if by_model:
            return _("The model contradicts no label.")
        return _("No label is contradicted by the most similar images.")
    first = found[0]
    values = {
        "index": first.index,
        "label": names[first.label],
        "suggestion": names[first.suggestion],
        "share": first.confidence,
    }
    if by_model:
        most = _(
            "The most doubtful is image {index}: it is labelled {label}, but the model is {share:percent} sure "
            "of {suggestion}.",
            **values,
        )
    else:
        most = _(
            "The most doubtful is image {index}: it is labelled {label}, but {share:percent} of the most "
            "similar images are labelled {suggestion}.",
            **values,
        )
    return " ".join(
        [
            ngettext(
                "The most doubtful label is shown.", "The {n} most doubtful labels are shown.", len(found)
            ),
            most,
        ]
    )
