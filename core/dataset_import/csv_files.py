"""CSV files of one picture a row, as Kaggle writes them: label, pixel0, pixel1, ..."""

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.dataset_import.arrays import (
    Table,
    as_levels,
    as_names,
    from_rows,
    is_of_units,
    is_planar,
    side_of,
    unpacked,
)
from core.dataset_import.files import File
from core.dataset_import.names_in_words import first_of
from core.datasets.user_dataset_limits import OwnLimits
from core.i18n.translation import _, together
from core.picture_files.image_resize import Refused

ENDINGS = (".csv", ".csv.gz")
_LABELS = {"label", "labels", "class", "target", "y", "digit", "category", "character"}
_NUMBERS_OF_ROWS = {"id", "imageid", "image_id", "index", ""}
_ROWS = 4_096  # at a time
_LOOKED_AT: Final = 256  # rows, to tell how bright pixels are
_SEPARATORS: Final = (",", ";", "\t")
_MOST_COLUMNS: Final = 100_000
_FEWEST_OF_HEAD: Final = 16  # numbers that name columns
_CELL: Final = 25  # characters that a number may have


@dataclass(frozen=True)
class _Form:
    """How a file is written: whether its first row is a head, its separator and its decimal sign."""

    names: tuple[str, ...]
    has_head: bool
    separator: str
    decimal: str

    def read(self, content: bytes, **how: Any) -> Any:
        """Return what pandas reads of the rows."""
        return pd.read_csv(
            io.BytesIO(content),
            header=None,
            skiprows=1 if self.has_head else 0,
            sep=self.separator,
            decimal=self.decimal,
            encoding="utf-8-sig",
            **how,
        )


def read_csv(file: File, limits: OwnLimits) -> tuple[Table, str]:
    """Return the pictures and classes, and a note: on a label that is not called so, and on what is passed over.

    A file without a column of labels has no classes. Numbers of rows are passed over. A file may have no head; its
    label is the first column, or the last where that looks more as labels do.  Raises: Refused naming what is wrong.
    """
    content = unpacked(file, limits)
    if content[:4].lower() == b"sep=":  # a first line of Excel's own
        content = content.partition(b"\n")[2]
    try:
        form = _form(content)
        label, pixels, side, note = _columns(form, content)
        return Table(file.path, file.parts[-1], *_read(content, form, label, pixels, side)), note
    except pd.errors.EmptyDataError:
        raise Refused(_("It has no rows.")) from None
    except UnicodeDecodeError:
        raise Refused(_("It is not text in UTF-8. Save it as CSV in UTF-8.")) from None
    except Refused:
        raise
    except (ValueError, pd.errors.ParserError) as error:
        raise Refused(_("It is not a table whose rows have as many cells as the first.")) from error


def _form(content: bytes) -> _Form:
    """Return how the file is written.  Raises: Refused for more columns than a picture can have."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):  # UTF-16, as some programs export
        raise Refused(_("It is not text in UTF-8. Save it as CSV in UTF-8."))
    first, _end, rest = content[: 4 * _MOST_COLUMNS * _CELL].partition(b"\n")
    separator = max(_SEPARATORS, key=lambda sign: first.count(sign.encode()))
    if first.count(separator.encode()) >= _MOST_COLUMNS:
        raise Refused(
            _(
                "It has more than {most} columns. It needs a label and the pixels of a square image, such as 784 for "
                "28 × 28.",
                most=_MOST_COLUMNS,
            )
        )
    decimal = "," if separator == ";" and b"," in rest.partition(b"\n")[0] else "."
    plain = _Form((), False, separator, decimal)
    head = plain.read(content, nrows=1, dtype=object, keep_default_na=False)
    names = tuple(str(name).strip() for name in head.iloc[0])
    if _is_head(names, decimal):
        return replace(plain, names=names, has_head=True)
    return replace(plain, names=tuple(str(n) for n in range(len(names))))


def _is_head(names: Sequence[str], decimal: str) -> bool:
    """Return whether a row names columns: it has several words, or numbers none of which comes again, as 0 to 783."""
    numbers = [name for name in names if _is_number(name.replace(decimal, "."))]
    words = len(names) - len(numbers)
    is_all_different = len(set(numbers)) == len(numbers) >= _FEWEST_OF_HEAD
    return words > 1 or is_all_different or (words == 1 and not numbers)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _columns(form: _Form, content: bytes) -> tuple[int | None, list[int], tuple[int, ...], str]:
    """Return the column of labels, if there is one, those of pixels, the picture's shape and a note.  Raises: Refused.

    Columns of words beside the pixels are passed over.
    """
    lower = [name.casefold() for name in form.names]
    used = [
        n for n, name in enumerate(lower) if name not in _NUMBERS_OF_ROWS and not name.startswith("unnamed")
    ]
    named = next((n for n in used if lower[n] in _LABELS), None)
    numbers = [n for n in used if n != named]
    if not side_of(len(numbers)) and not (named is None and side_of(len(numbers) - 1)):
        first = form.read(content, nrows=1, dtype=object, keep_default_na=False).iloc[0]
        numbers = [n for n in numbers if _is_number(str(first[n]).replace(form.decimal, "."))]
    words = [n for n in used if n not in numbers and n != named]
    label = named
    if named is None and side_of(len(numbers)):
        label = words[0] if len(words) == 1 else None
    elif named is None and side_of(len(numbers) - 1):
        ends = numbers[0], numbers[-1]
        within = form.read(content, usecols=numbers[1:-1], nrows=_LOOKED_AT, dtype=object)
        brightest = float(within.apply(pd.to_numeric, errors="coerce").max(axis=None))
        label = max(ends, key=lambda column: _likeness_to_labels(form, content, column, brightest))
        numbers.remove(label)
    if (side := side_of(len(numbers))) is None:
        raise Refused(
            _(
                "It has {n} columns. It needs a label and the pixels of a square image, such as 784 for 28 × 28.",
                n=len(form.names),
            )
        )
    passed_over = [form.names[n] for n in words if n != label]
    return label, numbers, side, _about_columns(form, label if named is None else None, passed_over)


def _about_columns(form: _Form, label: int | None, passed_over: Sequence[str]) -> str:
    """Say which column was taken as the label where its name does not say so, and which were passed over."""
    told = []
    if label is not None:
        told.append(
            _("The label is taken from the column “{name}”.", name=form.names[label])
            if form.has_head
            else _("The label is taken from the first column.")
            if label == 0
            else _("The label is taken from the last column.")
        )
    if passed_over:
        told.append(_("Passed over: {names:list}.", names=first_of(passed_over)))
    return together(*told) if told else ""


def _likeness_to_labels(form: _Form, content: bytes, column: int, brightest: float) -> int:
    """Return how much a column looks as labels do, beside pixels; 0 = as no labels do, 3 = as no pixels do."""
    values = form.read(content, usecols=[column], dtype=object)[column]
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(np.float64)
    if np.isnan(numbers).any():
        return 3 if values.notna().all() else 0
    found = np.unique(numbers)
    if not 2 <= len(found) < len(numbers) or (found != found.round()).any():
        return 0
    if brightest <= 1 < found[-1]:
        return 3
    return 2 if found[0] in (0, 1) and np.ptp(found) == len(found) - 1 else 1


def _read(
    content: bytes,
    form: _Form,
    label: int | None,
    pixels: list[int],
    side: tuple[int, ...],
    *,
    may_be_units: bool = True,
) -> tuple[NDArray[np.uint8], NDArray[np.str_] | None]:
    types = dict.fromkeys(pixels, np.float32) | ({} if label is None else {label: object})
    images: list[NDArray[np.uint8]] = []
    names: list[str] = []
    is_unit = planar = False
    try:
        with warnings.catch_warnings(action="ignore"):
            rows = form.read(
                content,
                usecols=sorted(types),
                dtype=types,
                keep_default_na=False,  # "None" and "NA" may be classes
                na_values={column: [""] for column in pixels},
                chunksize=_ROWS,
            )
            for block in rows:
                values = block[pixels].to_numpy()
                words = [] if label is None else [str(name).strip() for name in block[label]]
                is_labelled = np.array(words or [""]) != ""
                is_row = ~np.isnan(values).all(axis=1) | is_labelled  # Excel leaves empty ones
                values = values[is_row]
                names += [word for word, is_one in zip(words, is_row, strict=False) if is_one]
                if block.shape[1] != len(types) or np.isnan(values).any():
                    raise ValueError
                if not images:
                    is_unit, planar = may_be_units and is_of_units(values), is_planar(values, side)
                elif is_unit and not is_of_units(values):  # it began darker than it goes on
                    return _read(content, form, label, pixels, side, may_be_units=False)
                images.append(as_levels(from_rows(values, side, is_planar=planar), is_unit=is_unit))
    except ValueError as error:
        if isinstance(error, (Refused, UnicodeDecodeError)):
            raise
        raise _odd_cell(content, form, pixels) from error
    if not images:
        raise Refused(_("It has no rows."))
    return np.concatenate(images), None if label is None else _names(names, 1 + form.has_head)


def _odd_cell(content: bytes, form: _Form, pixels: list[int]) -> Exception:
    """Return what to raise for a table with a pixel that is no number."""
    for block in form.read(content, usecols=pixels, dtype=object, chunksize=_ROWS):
        numbers = block.apply(pd.to_numeric, errors="coerce")
        rows, columns = np.nonzero(numbers.isna().to_numpy())
        if len(rows):
            row, cell = int(block.index[rows[0]]) + 1 + form.has_head, block.iat[rows[0], columns[0]]
            if pd.isna(cell):
                return Refused(_("In row {row} is a cell without a number.", row=row))
            return Refused(
                _("In row {row} is “{cell:text}” where a number is needed.", row=row, cell=str(cell)[:40])
            )
    return Refused(_("It is not a table whose rows have as many cells as the first."))


def _names(labels: list[str], first_row: int) -> NDArray[np.str_]:
    """Return labels as names: as they are written, but 3.0 as 3."""
    if "" in labels:
        raise Refused(_("In row {row} is no label.", row=labels.index("") + first_row))
    if any("." in label for label in labels) and all(_is_number(label) for label in labels):
        return as_names(np.array(labels, np.float64))
    return as_names(np.array(labels, np.str_))
