"""What a dataset of one's own may hold, and the sentences for what is beyond it."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.datasets.catalog import OWN_PREFIX, DatasetSpec
from core.datasets.errors import RefusedUpload
from core.datasets.image_data import Labels
from core.i18n.literal_text import text_problem
from core.i18n.translation import N_, _, ngettext


@dataclass(frozen=True)
class OwnLimits:
    """What a dataset of one's own may hold; decoded bytes, of an image and of all in a zip, are known beforehand."""

    max_datasets: int = 1_000  # of all people together
    max_classes: int = 100
    max_images: int = 100_000
    max_data_bytes: int = 300_000_000
    max_side_px: int = 128
    max_zip_bytes: int = 200_000_000
    max_unpacked_bytes: int = 1_000_000_000
    max_image_bytes: int = 30_000_000
    max_decoded_image_bytes: int = 100_000_000
    max_decoded_bytes: int = 5_000_000_000
    max_work_s: float = 60.0


DEFAULT_LIMITS: Final = OwnLimits()
_ODD_TITLE: Final = N_("The title has a character that cannot be shown, {character}, in “{near}”.")
_ODD_CLASS: Final = N_("A class name has a character that cannot be shown, {character}, in “{near}”.")


def new_spec(
    title: str, class_names: tuple[str, ...], shape: tuple[int, int, int], limits: OwnLimits
) -> DatasetSpec:
    """Return the spec of a new, empty dataset of one's own.  Raises: RefusedUpload naming value and limit."""
    for refusal, text in ((_ODD_TITLE, title), *((_ODD_CLASS, name) for name in class_names)):
        if odd := text_problem(refusal, text):
            raise RefusedUpload(*odd)
    title = " ".join(title.split())
    if problem := next(_problems(title, class_names, shape, limits), None):
        raise RefusedUpload(problem, _("Change it and try again."))
    channels, height, width = shape
    return DatasetSpec(
        name=f"{OWN_PREFIX}{secrets.token_hex(8)}",
        title=title,
        singular="image",
        plural="images",
        class_names=class_names,
        image_shape=(channels, height, width),
        train_size=0,
        test_size=0,
        source="own",
        licence="Yours",
        citation="",
        mean=(0.0,) * channels,
        std=(1.0,) * channels,
    )


def _problems(
    title: str, class_names: tuple[str, ...], shape: tuple[int, int, int], limits: OwnLimits
) -> Iterator[str]:
    """Yield a sentence for each rule that is broken."""
    channels, height, width = shape
    if not 1 <= len(title) <= 80:
        yield _("The title must have 1 to 80 characters, but it has {n}.", n=len(title))
    if not 2 <= len(class_names) <= limits.max_classes:
        yield _(
            "The number of classes must be from 2 to {most}, not {given}.",
            most=limits.max_classes, given=len(class_names),
        )  # fmt: skip
    if twice := [name for name in dict.fromkeys(class_names) if class_names.count(name) > 1]:
        yield _("Each class needs a different name. Used more than once: {names:list}.", names=twice)
    for name in class_names:
        if not 1 <= len(name) <= 60:
            yield _(
                "The name of a class must have 1 to 60 characters: “{name}” has {n}.",
                name=name[:70], n=len(name),
            )  # fmt: skip
    if channels not in (1, 3):
        yield _("The number of channels must be 1 (grey) or 3 (colour), not {given}.", given=channels)
    if not 4 <= height <= limits.max_side_px:
        yield _("The height must be from 4 to {most} px, not {given}.", most=limits.max_side_px, given=height)
    if not 4 <= width <= limits.max_side_px:
        yield _("The width must be from 4 to {most} px, not {given}.", most=limits.max_side_px, given=width)


def check_count(n_images: int, shape: tuple[int, int, int], limits: OwnLimits) -> None:
    """Raise RefusedUpload unless a dataset of `n_images` of `shape` (C, H, W) is within the limits."""
    most = min(limits.max_images, limits.max_data_bytes // max(1, shape[0] * shape[1] * shape[2]))
    if n_images > most:
        raise RefusedUpload(
            ngettext(
                "That would make {n} image of {width} × {height} px, but at most {most} are allowed.",
                "That would make {n} images of {width} × {height} px, but at most {most} are allowed.",
                n_images,
                width=shape[2],
                height=shape[1],
                most=most,
            ),
            _("Use fewer or smaller images."),
        )


def check_images(spec: DatasetSpec, images: NDArray[Any], labels: Labels) -> None:
    """Raise RefusedUpload, naming the value, unless the images and labels fit the dataset."""
    if images.dtype != np.uint8 or images.shape != (len(labels), *spec.image_shape):
        raise RefusedUpload(
            _(
                "The images must be uint8 of shape {shape}, not {other_type} of shape {other_shape}.",
                shape=str((len(labels), *spec.image_shape)),
                other_type=str(images.dtype),
                other_shape=str(images.shape),
            ),
            _("Convert them to that shape first."),
        )
    if len(labels) and (labels.min() < 0 or labels.max() >= spec.n_classes):
        raise RefusedUpload(
            _(
                "The labels must be from 0 to {most}, but they run from {lowest} to {highest}.",
                most=spec.n_classes - 1,
                lowest=int(labels.min()),
                highest=int(labels.max()),
            ),
            _("Use the position of the class in class_names."),
        )
