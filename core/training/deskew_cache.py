"""Deskewed images for runs with `deskew`: made once, kept beside the dataset's arrays, shared as a memory map."""

import hashlib
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.datasets.atomic_files import whole_file
from core.i18n.translation import _

Images = NDArray[np.uint8]

_SOURCE = Path(__file__).resolve().parents[1] / "images" / "deskew.py"


def deskew_cached(images: Images) -> Images:
    """Return uint8 images (N, 1, H, W), deskewed.

    Whole arrays that are mapped from a `.npy` file are deskewed once and then mapped from a file beside it,
    named after the code that made it; anything else, or a folder that may not be written, costs 40 us an image
    each time.

    Raises: ValueError for images of more than one channel, whose slants would not agree.
    """
    if images.ndim != 4 or images.shape[1] != 1:
        raise ValueError(
            _("Only grey images can be deskewed. Switch off “Deskew” to train on colour images.")
        )
    kept = _kept_at(images)
    if kept is None:
        return _deskewed(images)
    if not kept.exists():
        made = _deskewed(images)
        try:
            _keep(kept, made)
        except OSError:  # read-only or full: nothing is lost but time
            return made
    found: Images = np.load(kept, mmap_mode="c")
    return found


def _deskewed(images: Images) -> Images:
    from core.images.deskew import deskew  # here: with its package come Pillow, SciPy and scikit-image

    made: Images = deskew(images)
    return made


def _kept_at(images: Images) -> Path | None:
    """Return where the deskewed form of a whole mapped file is kept, None for arrays that are no such file."""
    name = getattr(images, "filename", None)
    if name is None or not images.flags.c_contiguous or not Path(name).exists():
        return None
    whole = np.load(name, mmap_mode="r")
    if whole.shape != images.shape:  # a part of it
        return None
    return Path(name).with_name(f"{Path(name).stem}.upright-{_code_version()}.npy")


@cache
def _code_version() -> str:
    return hashlib.sha256(_SOURCE.read_bytes()).hexdigest()[:10]


def _keep(path: Path, images: Images) -> None:
    """Put the array in place whole, whoever else does the same."""
    with whole_file(path) as temporary:
        np.save(temporary, images)
    for older in path.parent.glob(f"{path.name.partition('.')[0]}.upright-*.npy"):
        if older != path:
            with suppress(OSError):  # mapped by somebody on Windows: it stays until the next time
                older.unlink()
