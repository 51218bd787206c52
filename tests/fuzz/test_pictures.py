"""Damaged pictures are read or refused by our own error, alone and in a zip of them."""

import io
import warnings
from collections.abc import Iterable
from pathlib import Path
from random import Random

import numpy as np
import pytest
from PIL import Image

from core.datasets import RefusedUpload
from core.datasets.user_dataset_limits import OwnLimits
from core.datasets.user_datasets import delete_own, list_own
from core.images import ImageError, Limits, read_image
from core.picture_files.decoding import extensions
from tests.fuzz.mutators import damaged_bytes, damaged_zip
from tests.imports import import_zip

LIMITS = Limits(max_decoded_bytes=20_000_000)
ZIP_LIMITS = OwnLimits(max_decoded_image_bytes=20_000_000, max_decoded_bytes=200_000_000)


def pictures() -> list[bytes]:
    """Return one small picture of each kind and mode that is read."""
    greys = np.random.default_rng(0).integers(0, 256, (24, 30), dtype=np.uint8)
    image, exif = Image.fromarray(greys), Image.Exif()
    exif[0x0112] = 6
    deep = Image.fromarray(greys.astype(np.uint16) * 257)
    real = Image.fromarray(greys.astype(np.float32) / 255)
    made = (
        *((image.convert(mode), "PNG", {}) for mode in ("1", "L", "LA", "P", "RGB", "RGBA")),
        *((deep, "PNG", {}), (image, "PNG", {"exif": exif}), (image, "JPEG", {"exif": exif}), (deep, "TIFF", {})),
        *((image.convert("RGB"), "JPEG", {"progressive": way}) for way in (False, True)),
        *((image.convert(mode), "WEBP", {"exif": exif}) for mode in ("RGB", "RGBA")),
        *((image.convert(mode), "GIF", {}) for mode in ("L", "P")),
        *((image.convert(mode), "BMP", {}) for mode in ("1", "L", "RGB")),
        *((image.convert("CMYK"), kind, {}) for kind in ("JPEG", "TIFF")),
        *((real, "TIFF", {"compression": way}) for way in (None, "tiff_adobe_deflate", "tiff_lzw")),
        *((image, "PPM", {}), (image.convert("RGB"), "HEIF", {})),
    )  # fmt: skip
    extensions()  # Pillow learns HEIC
    contents = []
    for picture, kind, options in made:
        buffer = io.BytesIO()
        picture.save(buffer, kind, **options)
        contents.append(buffer.getvalue())
    return contents


def count_read(seeds: range) -> int:
    """Return how many of the damaged pictures are read; all others are refused by an ImageError."""
    whole, count = pictures(), 0
    for seed in seeds:
        random = Random(seed)
        content = damaged_bytes(random, random.choice(whole), random.choice(whole))
        try:
            with warnings.catch_warnings(action="ignore"):  # Pillow's, of what it could read all the same
                image = read_image(content, LIMITS)
            assert image.mode in ("L", "RGB", "RGBA")
            count += 1
        except ImageError:
            pass
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error
    return count


def test_damaged_pictures_are_read_or_refused() -> None:
    assert 20 < count_read(range(200)) < 180


@pytest.mark.long
def test_thousands_of_damaged_pictures_are_read_or_refused() -> None:
    assert count_read(range(1_000, 6_000))


def count_imported(seeds: Iterable[int], folder: Path) -> int:
    """Return how many damaged zips of pictures become a dataset; all others are refused by a RefusedUpload."""
    contents, count = pictures(), 0
    names = [f"{'ab'[n % 2]}/{n}.{end}" for n, end in enumerate(("png", "jpg", "tif", "webp", "gif", "heic"))]
    for seed in seeds:
        random = Random(seed)
        members = {name: random.choice(contents) for name in names} | {
            "dataset.json": b'{"class_names": ["a", "b"]}'
        }
        try:
            with warnings.catch_warnings(action="ignore"):
                made = import_zip(damaged_zip(random, members), data_dir=folder, limits=ZIP_LIMITS)
            delete_own(made.spec.name, folder)
            count += 1
        except RefusedUpload as refused:
            str(refused).encode()  # what cannot be written could not be shown
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error
    assert list_own(folder) == []
    return count


def test_damaged_zips_of_pictures_are_imported_or_refused(tmp_path: Path) -> None:
    assert (
        50 < count_imported([*range(200), 3142], tmp_path) < 190
    )  # 3142: a TIFF whose second picture is damaged


@pytest.mark.long
def test_thousands_of_damaged_zips_of_pictures_are_imported_or_refused(tmp_path: Path) -> None:
    assert count_imported(range(1_000, 6_000), tmp_path)
