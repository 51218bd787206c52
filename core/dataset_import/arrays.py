"""Pictures that come as arrays of numbers: what IDX, CSV and NumPy files become, one form for all of them."""

import gzip
import io
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.dataset_import.file_names import composed
from core.dataset_import.files import File
from core.dataset_import.split_names import split_of, words_in
from core.datasets.user_dataset_limits import OwnLimits
from core.i18n.translation import _
from core.picture_files.image_resize import Refused

_IMAGES: Final = {"x", "images", "image", "imgs", "img", "data", "features", "pixels"}
_LABELS: Final = {"y", "labels", "label", "target", "targets", "classes", "lbls"}
_PARTS_OF_FORMATS: Final = {"idx", "ubyte", "arr", "npz", "npy", "gz"}
_LOOKED_AT: Final = 40  # pictures, to tell the order of their colours
_BEYOND: Final = 0.01  # what a change of size may add to 0 and 1
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Table:
    """Pictures of one file, uint8 (N, H, W) or (N, H, W, 3), and their classes' names (N,), None where not known.

    part: what says the split, such as "train" of x_train, or the file's name; with its folders where two are alike.
    """

    path: str
    part: str
    pixels: Pixels
    names: NDArray[np.str_] | None


@dataclass(frozen=True, eq=False)
class Half:
    """One array of two that belong together, pictures or labels; `part` is the same for both, such as "train".

    home: where it lies, a folder or a .npz; both may lie in the same, or apart. name: the array's.
    """

    path: str
    home: str
    name: str
    part: str
    pixels: Pixels | None = None
    names: NDArray[np.str_] | None = None


def half_of(path: str, home: str, name: str, values: NDArray[Any]) -> Half | None:
    """Return what an array is, by its name; None if the name does not say it.  Raises: Refused for odd values."""
    words = words_in(name)
    kinds = [word for word in words if word in _IMAGES | _LABELS]
    if not kinds:
        return None
    part = "-".join(word for word in words if word not in (*kinds, *_PARTS_OF_FORMATS))
    if kinds[-1] in _LABELS:
        return Half(path, home, name, part, names=as_names(values))
    return Half(path, home, name, part, as_pixels(values))


def paired(halves: Sequence[Half]) -> list[Table]:
    """Return the pictures with their labels; pictures without have none.  Raises: Refused naming what is wrong.

    Labels are those of the same place, or else the only ones of that part that no pictures lie with.
    """
    labels = [half for half in halves if half.names is not None]
    places: dict[tuple[str, str], list[Half]] = {}
    for half in halves:
        if half.pixels is not None:
            places.setdefault((half.home, half.part), []).append(half)
    apart = [half for half in labels if (half.home, half.part) not in places]
    tables = []
    for group in places.values():
        half = _only(group)
        assert half.pixels is not None
        here = [other for other in labels if (other.home, other.part) == (half.home, half.part)]
        names = _names_here(half, here) if here else _names_apart(half, apart)
        tables.append(Table(half.path, half.part or half.path, half.pixels, names))
    return tables


def _only(group: Sequence[Half]) -> Half:
    """Return the one of a place: some archives hold the same twice.  Raises: Refused for several."""
    first, *others = group
    if all(
        _are_equal(first.pixels, other.pixels) and _are_equal(first.names, other.names) for other in others
    ):
        return first
    raise Refused(
        _(
            "“{file}” has several arrays that could be the same: {names:list}. Keep one of them.",
            file=first.path,
            names=[half.name for half in group],
        )
    )


def _are_equal(some: NDArray[Any] | None, others: NDArray[Any] | None) -> bool:
    if some is None or others is None:
        return some is others
    return np.array_equal(some, others)


def _names_here(half: Half, here: Sequence[Half]) -> NDArray[np.str_]:
    assert half.pixels is not None
    fitting = [other for other in here if other.names is not None and len(other.names) == len(half.pixels)]
    if not fitting:
        assert here[0].names is not None
        raise Refused(
            _(
                "“{file}” has {n} images, but there are {labels} labels.",
                file=half.path, n=len(half.pixels), labels=len(here[0].names),
            )
        )  # fmt: skip
    names = _only(fitting).names
    assert names is not None
    return names


def _names_apart(half: Half, apart: Sequence[Half]) -> NDArray[np.str_] | None:
    fitting = [
        other.names
        for other in apart
        if other.part == half.part
        and split_of(other.path) in (None, split_of(half.path))
        and other.names is not None
        and len(other.names) == _count(half)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _count(half: Half) -> int:
    return 0 if half.pixels is None else len(half.pixels)


def are_copies(some: Table, others: Table) -> bool:
    """Return whether the second has the same pictures as the first, and no other labels."""
    has_no_other = others.names is None or _are_equal(some.names, others.names)
    return has_no_other and _are_equal(some.pixels, others.pixels)


def with_own_parts(tables: Sequence[Table]) -> list[Table]:
    """Return the tables with their whole paths before parts that several have: each can be spoken of."""
    count = Counter(table.part for table in tables)
    return [replace(table, part=_whole(table)) if count[table.part] > 1 else table for table in tables]


def _whole(table: Table) -> str:
    return table.path if table.path.endswith(table.part) else f"{table.path}/{table.part}"  # not said: a path


def as_pixels(values: NDArray[Any]) -> Pixels:
    """Return pictures of any usual layout as uint8 (N, H, W) or (N, H, W, 3).  Raises: Refused naming the shape."""
    if values.dtype.kind not in "buif":
        raise Refused(
            _("Its images are of the type {given:text}, which are no levels.", given=str(values.dtype))
        )
    values = _in_shape(values)
    is_unit = is_of_units(values)
    return values if values.dtype == np.uint8 and not is_unit else as_levels(values, is_unit=is_unit)


def is_of_units(values: NDArray[Any]) -> bool:
    """Return whether numbers run from 0 to 1, or a little beyond, as pictures do whose size was changed."""
    return bool(values.max(initial=0) <= 1 + _BEYOND * (values.dtype.kind == "f"))


def as_levels(values: NDArray[Any], *, is_unit: bool) -> Pixels:
    """Return numbers as levels 0 to 255; `is_unit`: they run from 0 to 1.  Raises: Refused naming a value."""
    beyond = _BEYOND if is_unit else 0
    low, high = float(values.min(initial=0)), float(values.max(initial=0))
    if not (low >= -beyond and high <= 255):  # so that no number is refused, too
        odd = low if low < -beyond else high
        raise Refused(
            _("Levels go from 0 to 255, or from 0 to 1, but it has {value:text}.", value=f"{odd:g}")
        )
    scale = 255 if is_unit else 1
    return np.concatenate(
        [
            (block.astype(np.float32) * scale).round().clip(0, 255).astype(np.uint8)
            for block in np.array_split(values, -(-len(values) // 4096) or 1)
        ]
    )


def _in_shape(values: NDArray[Any]) -> NDArray[Any]:
    """Return pictures as (N, H, W) or (N, H, W, 3)."""
    shape = values.shape
    if 0 in shape:
        raise Refused(_("It has no images."))
    if len(shape) == 2 and (side := side_of(shape[1])):
        return from_rows(values, side, is_planar=is_planar(values, side))
    if len(shape) == 4 and shape[3] == 1:
        return values[..., 0]
    if len(shape) == 4 and shape[1] in (1, 3) and shape[3] not in (1, 3):
        return values[:, 0] if shape[1] == 1 else values.transpose(0, 2, 3, 1)
    if len(shape) == 3 or (len(shape) == 4 and shape[3] == 3):
        return values
    raise Refused(
        _(
            "Its images have the shape {shape:text}, but (N, H, W), (N, H, W, 3) or (N, H × W) is needed.",
            shape=str(shape),
        )
    )


def from_rows(values: NDArray[Any], side: tuple[int, ...], *, is_planar: bool) -> NDArray[Any]:
    """Return rows of numbers as pictures of side (H, W) or (H, W, 3); is_planar: all reds come first, as CIFAR-10's."""
    if is_planar:
        H, W, C = side
        return values.reshape(-1, C, H, W).transpose(0, 2, 3, 1)
    return values.reshape(-1, *side)


def is_planar(values: NDArray[Any], side: tuple[int, ...]) -> bool:
    """Return whether rows of numbers are smoother pictures when all reds come first, then greens, then blues."""
    if len(side) == 2:
        return False
    rows = values[:: -(-len(values) // _LOOKED_AT)].astype(np.float32)
    steps = [
        np.abs(np.diff(from_rows(rows, side, is_planar=planar), axis=2)).mean() for planar in (False, True)
    ]
    return bool(steps[1] < steps[0])


def side_of(n_values: int) -> tuple[int, ...] | None:
    """Return (H, W) or (H, W, 3) of a square picture of so many values, None if there is no such."""
    for channels in (1, 3):
        side = isqrt(n_values // channels)
        if side >= 4 and side * side * channels == n_values:
            return (side, side) if channels == 1 else (side, side, channels)
    return None


def as_names(labels: NDArray[Any]) -> NDArray[np.str_]:
    """Return labels of any usual form as names: numbers, texts, a column of them, or one-hot rows.

    Raises: Refused for what are no classes.
    """
    if labels.dtype.kind not in "buifUS":
        raise Refused(_("Its labels are neither numbers nor texts."))
    if labels.ndim == 2 and labels.shape[1] > 1:
        labels = _hot(labels)
    labels = labels.reshape(-1)
    if labels.dtype.kind == "S":
        labels = np.char.decode(labels, "utf-8", "replace")
    if labels.dtype.kind == "U":
        return np.array([composed(label.strip()) for label in labels.tolist()], np.str_)
    if labels.dtype.kind == "f":
        odd = labels[~(labels == labels.round())]  # a gap is not equal to itself
        if len(odd):
            raise Refused(
                _("Its labels are numbers such as {value:text}, which are no classes.", value=f"{odd[0]:g}")
            )
        labels = labels.astype(np.int64)
    return labels.astype(np.str_)


def _hot(labels: NDArray[Any]) -> NDArray[np.int64]:
    """Return which of the columns is 1 in each row.  Raises: Refused where several are, or none."""
    if (
        labels.dtype.kind not in "buif"
        or not ((labels == 1).sum(axis=1) == 1).all()
        or (labels.sum(axis=1) != 1).any()
    ):
        raise Refused(
            _(
                "Its labels have {n} columns. Each row needs one label, or one 1 among zeros.",
                n=int(labels.shape[1]),
            )
        )
    return labels.argmax(axis=1)


def unpacked(file: File, limits: OwnLimits) -> bytes:
    """Return the content of a file, unpacked if it is a .gz.  Raises: Refused."""
    content = file.whole()
    if not file.path.casefold().endswith(".gz"):
        return content
    try:
        with gzip.open(io.BytesIO(content)) as source:
            plain = source.read(limits.max_unpacked_bytes + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise Refused(_("It is damaged.")) from error
    if len(plain) > limits.max_unpacked_bytes:
        raise Refused(_("It would unpack to more than {most:size}.", most=limits.max_unpacked_bytes))
    return plain
