"""MNIST's own format, IDX: train-images-idx3-ubyte(.gz) and its like.  LeCun, Cortes, Burges: The MNIST database."""

import math

import numpy as np

from core.dataset_import.arrays import Half, half_of, unpacked
from core.dataset_import.files import File
from core.datasets.user_dataset_limits import OwnLimits
from core.i18n.translation import _
from core.picture_files.image_resize import Refused

_UBYTE = 0x08  # the only type that pictures come in


def is_idx(file: File) -> bool:
    """Return whether the name is that of an IDX file."""
    name = file.parts[-1].casefold()
    return "ubyte" in name or "idx1" in name or "idx3" in name


def read_idx(file: File, limits: OwnLimits) -> Half | None:
    """Return the file's array, None if its name does not say what it holds.  Raises: Refused.

    EMNIST's pictures lie on their side, with rows for columns: they are turned upright.
    """
    content = unpacked(file, limits)
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] != _UBYTE:
        raise Refused(_("It is no IDX file of bytes."))
    dims = content[3]
    start = 4 + 4 * dims
    shape = tuple(int(n) for n in np.frombuffer(content[4:start], ">u4"))
    if len(shape) != dims or 0 in shape or math.prod(shape) != len(content) - start:
        raise Refused(_("It is not as long as its header says."))
    values = np.frombuffer(content, np.uint8, offset=start).reshape(shape)
    if dims == 3 and "emnist" in file.path.casefold():
        values = values.transpose(0, 2, 1)
    return half_of(file.path, file.home, file.parts[-1], values)
