"""What a dataset of one's own may hold, and the sentences for what is beyond it."""

import secrets
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.datasets.catalog import OWN_PREFIX, DatasetSpec
from core.datasets.errors import RefusedUpload
from core.datasets.image_data import Labels


@dataclass(frozen=True)
class OwnLimits:
    """What a dataset of one's own may hold; pixels are counted before an image is decoded."""

    max_datasets: int = 50
    max_classes: int = 100
    max_images: int = 20_000
    max_data_bytes: int = 300_000_000
    max_side_px: int = 128
    max_zip_bytes: int = 200_000_000
    max_unpacked_bytes: int = 1_000_000_000
    max_image_bytes: int = 30_000_000
    max_image_px: int = 50_000_000


DEFAULT_LIMITS: Final = OwnLimits()


def new_spec(
    title: str, class_names: tuple[str, ...], shape: tuple[int, int, int], limits: OwnLimits
) -> DatasetSpec:
    """Return the spec of a new, empty dataset of one's own.  Raises: RefusedUpload naming value and limit."""
    title = " ".join(title.split())
    channels, height, width = shape
    fair = 2 <= len(class_names) <= limits.max_classes
    checks = (
        (1 <= len(title) <= 80, "The title", title[:90], "must have 1 to 80 characters"),
        (fair, "The number of classes", len(class_names), f"must be from 2 to {limits.max_classes}"),
        (len(set(class_names)) == len(class_names), "The class names", class_names, "must all differ"),
        (
            all(1 <= len(c) <= 60 for c in class_names),
            "Each class name",
            class_names,
            "needs 1 to 60 characters",
        ),
        (channels in (1, 3), "The number of channels", channels, "must be 1 (grey) or 3 (colour)"),
        (
            4 <= height <= limits.max_side_px,
            "The height",
            height,
            f"must be from 4 to {limits.max_side_px} px",
        ),
        (4 <= width <= limits.max_side_px, "The width", width, f"must be from 4 to {limits.max_side_px} px"),
    )
    for right, what, value, rule in checks:
        if not right:
            raise RefusedUpload(f"{what} {rule}, got {value!r}.", "Change it and try again.")
    return DatasetSpec(
        name=f"{OWN_PREFIX}{secrets.token_hex(4)}",
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


def check_count(n_images: int, shape: tuple[int, int, int], limits: OwnLimits) -> None:
    """Raise RefusedUpload unless a dataset of `n_images` of `shape` (C, H, W) is within the limits."""
    most = min(limits.max_images, limits.max_data_bytes // max(1, shape[0] * shape[1] * shape[2]))
    if n_images > most:
        raise RefusedUpload(
            f"That would make {n_images:,} images of {shape[1]} x {shape[2]} px; at most {most:,} may be.",
            "Use fewer or smaller images.",
        )


def check_images(spec: DatasetSpec, images: NDArray[Any], labels: Labels) -> None:
    """Raise RefusedUpload, naming the value, unless the images and labels fit the dataset."""
    if images.dtype != np.uint8 or images.shape != (len(labels), *spec.image_shape):
        raise RefusedUpload(
            f"Images must be uint8 of shape {(len(labels), *spec.image_shape)}, "
            f"got {images.dtype} of shape {images.shape}.",
            "Bring them to that shape first.",
        )
    if len(labels) and (labels.min() < 0 or labels.max() >= spec.n_classes):
        raise RefusedUpload(
            f"Labels must be from 0 to {spec.n_classes - 1}, got {labels.min()} to {labels.max()}.",
            "Use the position of the class in class_names.",
        )
