"""NumPy files: .npz as Keras and MedMNIST write it (x_train, y_train, ...), and .npy."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from core.dataset_import.arrays import Half, half_of, unpacked
from core.dataset_import.files import File
from core.datasets.user_dataset_limits import OwnLimits
from core.i18n.translation import _
from core.picture_files.image_resize import Refused

SUFFIXES = (".npz", ".npy")
_HEADER = 10_000  # bytes


def read_numpy(file: File, limits: OwnLimits) -> list[Half]:
    """Return the file's arrays.  Raises: Refused if they are none of pictures and labels, or damaged."""
    content, stem = unpacked(file, limits), PurePosixPath(file.parts[-1]).stem
    home = file.home if file.suffix == ".npy" else file.path
    halves: list[Half] = []
    shapes, odd = [], []
    for name, member in _members(content, file.suffix, limits):
        values = _array(member, limits)
        shapes.append(f"{name} {values.shape}".strip())
        try:
            half = half_of(file.path, home, stem if name.startswith("arr_") or not name else name, values)
        except Refused as reason:  # numbers of images, features: what is no picture beside pictures
            odd.append(reason)
            continue
        halves += [half] if half else []
    if odd and (all(half.pixels is None for half in halves) or all(half.names is None for half in halves)):
        raise odd[0]
    if not halves:
        raise Refused(
            _(
                "It has the arrays {names:list}. Images and labels are known by names such as x_train and y_train.",
                names=shapes[:8],
            )
        )
    return halves


def _members(content: bytes, suffix: str, limits: OwnLimits) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of each array; the name is "" in a .npy."""
    if suffix == ".npy":
        yield "", content
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(info.file_size for info in archive.infolist())
            if size > limits.max_unpacked_bytes:
                raise Refused(_("It would unpack to more than {most:size}.", most=limits.max_unpacked_bytes))
            for info in archive.infolist():
                yield info.filename.removesuffix(".npy"), archive.read(info)
    except Refused:
        raise
    except Exception as error:  # why: zipfile, zlib and others each raise their own for damaged files
        raise Refused(_("It is damaged.")) from error


def _array(member: bytes, limits: OwnLimits) -> NDArray[np.generic]:
    """Return the array.  Raises: Refused for pickled objects, which could run anything, and for too much memory."""
    try:
        values: NDArray[np.generic] = np.load(io.BytesIO(member), allow_pickle=False, max_header_size=_HEADER)
    except MemoryError:
        raise Refused(
            _("It would unpack to more than {most:size}.", most=limits.max_unpacked_bytes)
        ) from None
    except Exception as error:  # why: numpy raises many kinds for damaged headers
        if member[:1] == b"\x80" or b"'|O" in member[:_HEADER]:
            raise Refused(
                _(
                    "It holds a program's objects, which could do anything when they are read. Save arrays of numbers "
                    "and texts."
                )
            ) from error
        raise Refused(_("It is damaged.")) from error
    return values
