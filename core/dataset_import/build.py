"""A dataset made of what people bring, and what was understood on the way: looked at before it is kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from core.dataset_import.dataset_warnings import (
    are_dark_on_light,
    leak_warning,
    level_warnings,
    warnings_about,
)
from core.dataset_import.files import open_files
from core.dataset_import.folder_layout import check_classes
from core.dataset_import.names_in_words import MOST_NAMED
from core.dataset_import.pictures import FORMS, Found, Picture, find_pictures, natural
from core.dataset_import.split_names import TEST, TRAIN
from core.dataset_import.understanding import Brought, Understood, Wanted
from core.datasets import user_datasets
from core.datasets.bundled_archives import Progress
from core.datasets.dataset_setup import no_progress
from core.datasets.errors import RefusedUpload
from core.datasets.image_data import SPLITS
from core.datasets.user_dataset_limits import DEFAULT_LIMITS, OwnLimits, check_count
from core.i18n.translation import _, ngettext, together
from core.picture_files.decoding import decoded_bytes, has_several
from core.picture_files.image_resize import Refused, fit_image, open_header

GREY: Final = (1, 28, 28)  # as MNIST
COLOUR: Final = (3, 32, 32)  # as CIFAR-10
TEST_SHARE: Final = 0.2
SEED: Final = 0  # of the test images that are picked
_LOOKED_AT: Final = 40  # pictures, to tell whether they are in colour or on paper
_SMALL: Final = (32, 32)
_COLOURED: Final = 24  # levels between the channels of a pixel
_COLOURED_PIXELS: Final = 0.02  # of a picture in colour
_COLOURED_PICTURES: Final = 0.1  # of pictures in colour


@dataclass
class _Read:
    """The pictures that could be read, and what they are."""

    images: np.ndarray
    used: list[Picture] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    sizes: list[tuple[int, int]] = field(default_factory=list)
    animated: int = 0


def build(
    brought: Sequence[Brought] | Path,
    wanted: Wanted,
    data_dir: user_datasets.DataDir = None,
    limits: OwnLimits = DEFAULT_LIMITS,
    progress: Progress = no_progress,
) -> Understood:
    """Make a dataset in `data_dir` of what is brought, and return what was understood.

    Images of any size are brought to one shape by `fit_image`. Images that cannot be read and files that are none are
    left out and told. Where no folder is for testing, images are picked for it, class by class. `progress` is told how
    many images of how many are done; if it raises, the work ends there.
    Raises: RefusedUpload for what has no two classes of images, or is beyond a limit; DiskFull, NoPermission.
    """
    with open_files(brought, limits) as files:
        found = find_pictures(files, wanted.answers, limits)
        check_count(len(found.pictures), wanted.shape or GREY, limits)
        _check_decoded(found.pictures, limits, progress)
        is_coloured = _are_coloured(found.pictures)
        shape = GREY if wanted.is_ink else wanted.shape or (COLOUR if is_coloured else GREY)
        check_count(len(found.pictures), shape, limits)
        read = _read(found.pictures, shape, progress, is_ink=wanted.is_ink)
    if not read.used:
        raise RefusedUpload(
            together(_("None of its images could be read."), *read.unread[:MOST_NAMED]), _(FORMS)
        )
    names = _class_names(found, read.used, limits)
    splits, picked = _with_test([picture.split or TRAIN for picture in read.used], read.used)
    labels = np.array([names.index(picture.class_name) for picture in read.used])
    counts = {
        split: tuple(np.bincount(labels[np.array(splits) == split], minlength=len(names)).tolist())
        for split in SPLITS
    }
    can_learn = sum(counts[TRAIN]) > 0
    images = read.images[: len(read.used)]
    looked_at = images[:: -(-len(images) // _LOOKED_AT)]
    warnings = [*warnings_about(names, counts), *leak_warning(images, splits)] if can_learn else []
    name = ""
    if can_learn:
        name = _stored(wanted.title, names, read, labels, splits, data_dir, limits)
    return Understood(
        name,
        shape,
        names,
        counts,
        (min(read.sizes, key=_area), max(read.sizes, key=_area)),
        is_coloured,
        wanted.is_ink,
        not wanted.is_ink and are_dark_on_light(looked_at),
        (*found.notes, *_about(read), *picked),
        (*warnings, *level_warnings(looked_at)),
        found.levels,
        found.level,
        found.folders,
        found.is_open or not can_learn or "" in found.folders.values(),
    )


def _area(size: tuple[int, int]) -> int:
    return size[0] * size[1]


def _check_decoded(pictures: Sequence[Picture], limits: OwnLimits, progress: Progress) -> None:
    """Refuse images that would decode to more than is allowed in all; their headers say so."""
    total = 0
    for picture in pictures:
        if picture.file is None:
            continue
        progress(0, len(pictures), "")
        try:
            total += decoded_bytes(open_header(picture.file.read(limits), limits.max_decoded_image_bytes))
        except Refused:  # it will be left out
            continue
        if total > limits.max_decoded_bytes:
            raise RefusedUpload(
                _("The images would decode to more than {most:size}.", most=limits.max_decoded_bytes),
                _("Use fewer or smaller images."),
            )


def _are_coloured(pictures: Sequence[Picture]) -> bool:
    """Return whether some of the pictures, looked at here and there, are in colour."""
    looked_at = pictures[:: -(-len(pictures) // _LOOKED_AT)]
    coloured = 0
    for picture in looked_at:
        try:
            with picture.open() as image:
                coloured += _is_coloured(image)
        except Refused:
            continue
    return coloured > _COLOURED_PICTURES * len(looked_at)


def _is_coloured(image: Image.Image) -> bool:
    if image.mode in ("1", "L", "LA") or image.mode.startswith(("I", "F")):
        return False
    pixels = np.asarray(image.convert("RGBA").resize(_SMALL, Image.Resampling.BOX), np.int16)
    spread = np.ptp(pixels[:, :, :3], axis=2) * (pixels[:, :, 3] > 0)
    return bool((spread > _COLOURED).mean() > _COLOURED_PIXELS)


def _read(
    pictures: Sequence[Picture], shape: tuple[int, int, int], progress: Progress, *, is_ink: bool
) -> _Read:
    read = _Read(np.empty((len(pictures), *shape), np.uint8))
    form = _ink_former() if is_ink else partial(fit_image, shape=shape)
    for done, picture in enumerate(pictures):
        progress(done, len(pictures), "")
        if (pixels := picture.pixels) is not None and not is_ink and _planes(pixels).shape == shape:
            read.images[len(read.used)] = _planes(pixels)  # the many of a table need no Pillow
            read.sizes.append((pixels.shape[1], pixels.shape[0]))
            read.used.append(picture)
            continue
        try:
            with picture.open() as image:
                read.images[len(read.used)] = form(image)
                read.sizes.append(image.size)
                read.animated += has_several(image)
        except Refused as reason:
            read.unread.append(_("{file}: {reason}", file=picture.path[:60], reason=reason.args[0]))
            continue
        read.used.append(picture)
    return read


def _planes(pixels: np.ndarray) -> np.ndarray:
    """Return (H, W) or (H, W, 3) as (C, H, W)."""
    return pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)


def _ink_former() -> Callable[[Image.Image], np.ndarray]:
    from core.dataset_import.ink_pictures import ink_picture  # here: SciPy and scikit-image come with it

    return ink_picture


def _class_names(found: Found, used: Sequence[Picture], limits: OwnLimits) -> tuple[str, ...]:
    """Return the classes that have images: as its record has them, or as people count.  Raises: RefusedUpload."""
    names = {picture.class_name for picture in used}
    check_classes(names, limits.max_classes, _(FORMS))
    return tuple(found.class_order) or tuple(sorted(names, key=natural))


def _with_test(splits: list[str], pictures: Sequence[Picture]) -> tuple[list[str], list[str]]:
    """Return the splits, with images picked for testing where none are and some are to learn from, and a note."""
    if TEST in splits or TRAIN not in splits:
        return splits, []
    random = np.random.default_rng(SEED)
    of_class: dict[str, list[int]] = {}
    for place, (picture, split) in enumerate(zip(pictures, splits, strict=True)):
        if split == TRAIN:
            of_class.setdefault(picture.class_name, []).append(place)
    splits, picked = [*splits], 0
    for _name, places in sorted(of_class.items()):
        count = max(1, round(TEST_SHARE * len(places))) if len(places) > 1 else 0
        for place in random.choice(places, count, replace=False):
            splits[place] = TEST
        picked += count
    return splits, [
        ngettext(
            "There were no test images, so {n} image was picked for testing: a fifth of each class that has two or "
            "more, at random (seed {seed}).",
            "There were no test images, so {n} images were picked for testing: a fifth of each class that has two or "
            "more, at random (seed {seed}).",
            picked,
            seed=SEED,
        )
    ] if picked else []


def _stored(
    title: str,
    names: tuple[str, ...],
    read: _Read,
    labels: np.ndarray,
    splits: Sequence[str],
    data_dir: user_datasets.DataDir,
    limits: OwnLimits,
) -> str:
    """Return the name of a new dataset of the images, and leave no half of one."""
    created = user_datasets.create_own(title, names, read.images.shape[1:], data_dir, limits)
    images = read.images[: len(read.used)]
    try:
        user_datasets.add_images(created.name, images, labels, data_dir, limits, splits=splits)
    except BaseException:  # why: whatever happens, no half-made dataset may be left; it is raised again
        user_datasets.delete_own(created.name, data_dir)
        raise
    return created.name


def _about(read: _Read) -> list[str]:
    """Say which images could not be read, of the first few why, and of which only the first picture is taken."""
    notes: list[str] = []
    if read.unread:
        others = len(read.unread) - MOST_NAMED
        sentences = [
            ngettext("{n} image could not be read.", "{n} images could not be read.", len(read.unread)),
            *read.unread[:MOST_NAMED],
        ]
        if others > 0:
            sentences.append(
                ngettext("{n} more is not listed here.", "{n} more are not listed here.", others)
            )
        notes.append(together(*sentences))
    if read.animated:
        notes.append(
            ngettext(
                "{n} file has several pictures, as animations do: its first one is taken.",
                "{n} files have several pictures, as animations do: the first one of each is taken.",
                read.animated,
            )
        )
    return notes
