"""CSV files of one picture a row, as Kaggle writes them: label, pixel0, pixel1, ..."""

import io
import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.dataset_import.arrays import Table, as_levels, as_names, side_of, unpacked
from core.dataset_import.files import File
from core.datasets.user_dataset_limits import OwnLimits
from core.i18n.translation import _
from core.picture_files.image_resize import Refused

ENDINGS = (".csv", ".csv.gz")
_LABELS = {"label", "labels", "class", "target", "y", "digit", "category", "character"}
_NUMBERS_OF_ROWS = {"id", "imageid", "image_id", "index", ""}
_ROWS = 4_096  # at a time


def read_csv(file: File, limits: OwnLimits) -> Table:
    """Return the pictures and classes; a file without a column of labels has no classes.

    The first column is the label, unless another is called so. Numbers of rows are passed over. A file may have no
    head.  Raises: Refused naming what is wrong.
    """
    content = unpacked(file, limits)
    try:
        head = _head(content)
        label, pixels, side = _columns(head.columns)
        return Table(file.path, file.parts[-1], *_read(content, head.is_there, label, pixels, side))
    except pd.errors.EmptyDataError:
        raise Refused(_("It has no rows.")) from None
    except (ValueError, pd.errors.ParserError) as error:
        if isinstance(error, Refused):
            raise
        reason = str(error).strip().splitlines()
        raise Refused(_("It cannot be read ({reason}).", reason=(reason or [""])[0][:200])) from error


class _Head:
    """The columns of a file by their names, which are numbers in a file without a head."""

    def __init__(self, columns: Sequence[str], *, is_there: bool) -> None:
        self.columns, self.is_there = columns, is_there


def _head(content: bytes) -> _Head:
    first = pd.read_csv(io.BytesIO(content), header=None, nrows=1, dtype=object, keep_default_na=False)
    names = [str(name).strip() for name in first.iloc[0]]
    if all(_is_number(name) for name in names):
        return _Head([str(n) for n in range(len(names))], is_there=False)
    return _Head(names, is_there=True)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _columns(names: Sequence[str]) -> tuple[int | None, list[int], tuple[int, ...]]:
    """Return the column of labels, if there is one, those of pixels, and the picture's shape.  Raises: Refused."""
    lower = [name.casefold() for name in names]
    used = [
        n for n, name in enumerate(lower) if name not in _NUMBERS_OF_ROWS and not name.startswith("unnamed")
    ]
    label = next((n for n in used if lower[n] in _LABELS), None)
    pixels = [n for n in used if n != label]
    if label is None and not side_of(len(pixels)):
        label, pixels = (pixels[0], pixels[1:]) if pixels else (None, [])
    if (side := side_of(len(pixels))) is None:
        raise Refused(
            _(
                "It has {n} columns. It needs a label and the pixels of a square image, such as 784 for 28 × 28.",
                n=len(names),
            )
        )
    return label, pixels, side


def _read(
    content: bytes, has_head: bool, label: int | None, pixels: list[int], side: tuple[int, ...]
) -> tuple[NDArray[np.uint8], NDArray[np.str_] | None]:
    types = dict.fromkeys(pixels, np.float32) | ({} if label is None else {label: object})
    columns = len(pixels) + (label is not None)
    images, names, is_unit = [], [], None
    with warnings.catch_warnings(action="ignore"):
        rows = pd.read_csv(
            io.BytesIO(content),
            header=None,
            skiprows=1 if has_head else 0,
            usecols=sorted(types),
            dtype=types,
            chunksize=_ROWS,
        )
        for block in rows:
            values = block[pixels].to_numpy()
            if block.shape[1] != columns or np.isnan(values).any():
                raise Refused(_("In row {row} is a cell without a number.", row=_first_gap(block[pixels])))
            is_unit = is_unit if is_unit is not None else bool(values.max(initial=0) <= 1)
            images.append(as_levels(values.reshape(-1, *side), is_unit=is_unit))
            if label is not None:
                names.append(_names(block[label]))
    if not images:
        raise Refused(_("It has no rows."))
    return np.concatenate(images), np.concatenate(names) if names else None


def _names(column: "pd.Series[str]") -> NDArray[np.str_]:
    if column.isna().any():
        raise Refused(_("In row {row} is no label.", row=int(column.isna().to_numpy().argmax()) + 1))
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(np.float64)
    return as_names(numbers if not np.isnan(numbers).any() else column.str.strip().to_numpy(np.str_))


def _first_gap(block: pd.DataFrame) -> int:
    return int(block.index[block.isna().any(axis=1).to_numpy().argmax()]) + 1
