"""The pictures in what people bring, whichever form it has: each with its split, its class and a way to open it."""

import json
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.dataset_import.arrays import Table
from core.dataset_import.file_names import composed
from core.dataset_import.files import File
from core.dataset_import.folder_layout import Place, check_classes, of_known_classes, understood
from core.dataset_import.names_in_words import first_of
from core.dataset_import.tables import is_table, read_tables
from core.dataset_import.understanding import Answers
from core.datasets.errors import RefusedUpload
from core.datasets.user_dataset_limits import OwnLimits
from core.datasets.user_dataset_zip import RECORD
from core.i18n.translation import N_, _, ngettext, together
from core.picture_files.decoding import extensions
from core.picture_files.image_resize import Refused, open_image

FORMS: Final = N_(
    "What can be read: a ZIP, tar.gz or folder with one folder for each class, MNIST's IDX files, a CSV file with "
    "label and pixels, or an .npz file with x_train and y_train."
)


@dataclass(frozen=True)
class Picture:
    """One picture; `open` gives it decoded and raises Refused. It is in a file, or is `pixels` (H, W) or (H, W, 3)."""

    path: str
    split: str
    class_name: str
    open: Callable[[], Image.Image]
    file: File | None = None
    pixels: NDArray[np.uint8] | None = None


@dataclass(frozen=True)
class Found:
    """All pictures that have a class, and what was understood on the way; see folder_layout.Layout."""

    pictures: Sequence[Picture]
    notes: Sequence[str]
    class_order: Sequence[str] = ()
    levels: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    level: int = 0
    folders: Mapping[str, str] = field(default_factory=dict)
    is_open: bool = False


def find_pictures(files: Sequence[File], answers: Answers, limits: OwnLimits) -> Found:
    """Return the pictures of image files in class folders; without such, those of tables.  Raises: RefusedUpload."""
    readable = extensions()
    images, tables, others = [], [], []
    for file in files:
        if file.suffix in readable:
            images.append(file)
        elif is_table(file):
            tables.append(file)
        elif file.parts[-1] != RECORD:
            others.append(file)
    if not images and not tables:
        raise RefusedUpload(_nothing_in(files), _(FORMS))
    if not images:
        return _in_tables(tables, others, answers, limits)
    try:
        return _in_folders(files, images, [*others, *tables], answers, limits)
    except RefusedUpload:
        if tables:
            with suppress(RefusedUpload):  # what is wrong with the folders is said, then
                return _in_tables(tables, [*others, *images], answers, limits)
        raise


def _nothing_in(files: Sequence[File]) -> str:
    if len(files) == 1:
        return _("“{file}” is not an image, nor a file of images that is known here.", file=files[0].path)
    if not files:
        return _("There are no files in it.")
    return ngettext(
        "None of the {n} files is an image that can be read here.",
        "None of the {n} files is an image that can be read here.",
        len(files),
    )


def _in_folders(
    files: Sequence[File], images: Sequence[File], others: Sequence[File], answers: Answers, limits: OwnLimits
) -> Found:
    images = sorted(images, key=lambda file: (natural(file.parts[-1]), natural(file.path)))
    layout = understood([file.parts for file in images], answers, limits.max_classes)
    order = _recorded_names(files, {place.class_name for place in layout.places})
    named = unquote if order else str  # an export writes what no file system takes as %XX
    pictures = [
        Picture(file.path, place.split, named(place.class_name), partial(_opened, file, limits), file)
        for place in layout.places
        for file in [images[place.index]]
    ]
    notes = [*_not_images(others), *layout.notes, *_odd_names(images)]
    return Found(pictures, notes, order, layout.levels, layout.level, layout.folders, layout.is_open)


def _opened(file: File, limits: OwnLimits) -> Image.Image:
    return open_image(file.read(limits), limits.max_decoded_image_bytes)


def _in_tables(tables: Sequence[File], others: Sequence[File], answers: Answers, limits: OwnLimits) -> Found:
    try:
        used, told, folders = read_tables(tables, answers, limits)
    except Refused as reason:
        raise RefusedUpload(reason.args[0], _(FORMS)) from reason
    notes = [*_not_images(others), *told]
    rows = [picture for table, split in used for picture in _rows(table, split)]
    if not rows:
        raise RefusedUpload(together(_("There are no images with labels in it."), *notes), _(FORMS))
    places, strangers = of_known_classes(
        [Place(index, picture.split, picture.class_name) for index, picture in enumerate(rows)]
    )
    pictures = [replace(rows[place.index], class_name=place.class_name) for place in places]
    notes += strangers
    check_classes({picture.class_name for picture in pictures}, limits.max_classes, _(FORMS))
    return Found(pictures, notes, folders=folders)


def _rows(table: Table, split: str) -> list[Picture]:
    assert table.names is not None
    return [
        Picture(f"{table.path} {n}", split, str(name), partial(Image.fromarray, pixels), pixels=pixels)
        for n, (name, pixels) in enumerate(zip(table.names, table.pixels, strict=True), start=1)
    ]


def _not_images(others: Sequence[File]) -> list[str]:
    if not others:
        return []
    return [
        ngettext(
            "{n} file is not an image that can be read here, and was left out: {names:list}.",
            "{n} files are not images that can be read here, and were left out: {names:list}.",
            len(others),
            names=first_of([file.path for file in others]),
        )
    ]


def _odd_names(files: Sequence[File]) -> list[str]:
    odd = [file for file in files if file.has_odd_name]
    if not odd:
        return []
    return [
        ngettext(
            "{n} name is not in Unicode and was read as DOS writes it: {names:list}. If it looks wrong, rename it and "
            "pack again.",
            "{n} names are not in Unicode and were read as DOS writes them: {names:list}. If they look wrong, rename "
            "them and pack again.",
            len(odd),
            names=first_of([file.path for file in odd]),
        )
    ]


def _recorded_names(files: Sequence[File], folders: Collection[str]) -> tuple[str, ...]:
    """Return the classes in the order that a dataset exported from here had; () where these are none of it."""
    try:
        record = next(file for file in files if file.parts == (RECORD,) and file.size <= 1_000_000)
        names = [composed(name) for name in json.loads(record.whole())["class_names"]]
    except Exception:  # why: there is none, or it cannot be read, which has many kinds; then it says nothing
        return ()
    is_its_own = len({*names}) == len(names) and {unquote(folder) for folder in folders} <= {*names}
    return tuple(names) if is_its_own else ()


def natural(text: str) -> list[Any]:
    """Return a sort key in which 2 comes before 10, and é with e."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    parts = re.split(r"(\d+)", plain.casefold())
    key: list[Any] = [
        (1, len(n := part.lstrip("0")), n) if part.isdecimal() else (2, 0, part) for part in parts if part
    ]
    return [*key, (0, 0, text)]
