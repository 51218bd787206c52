"""What lies in a zip with one folder per class: looked through with limits, and without unpacking to disk."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import unquote

from core.datasets.errors import RefusedUpload
from core.datasets.image_resize import Refused, open_header
from core.datasets.user_dataset_limits import OwnLimits
from core.i18n.translation import N_, _, ngettext
from core.picture_files.decoding import decoded_bytes, extensions

SPLITS: Final = ("train", "test")
RECORD: Final = "dataset.json"
_LEFT_BY_SYSTEMS: Final = {"__macosx", "thumbs.db", "desktop.ini"}
FORM: Final = N_("It needs one folder per class with images in it, such as cats/1.png and dogs/1.png.")
MOST_NAMED: Final = 5  # of the files that are told of


@dataclass(frozen=True)
class Member:
    """One image of the zip; `split` is "train", "test" or "" where the zip does not say."""

    info: zipfile.ZipInfo
    class_name: str
    split: str


def open_zip(content: bytes, limits: OwnLimits) -> zipfile.ZipFile:
    """Return the opened zip.  Raises: RefusedUpload if it is none, too large, or would unpack to too much."""
    if len(content) > limits.max_zip_bytes:
        raise RefusedUpload(
            _(
                "The zip is too large: its size is {size:size}, and the limit is {most:size}.",
                size=len(content),
                most=limits.max_zip_bytes,
            ),
            _("Use fewer or smaller images."),
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        told = _("This is not a zip file that can be read ({reason}).", reason=str(error))
        raise RefusedUpload(told, _(FORM)) from error
    unpacked = sum(info.file_size for info in archive.infolist())
    if unpacked > limits.max_unpacked_bytes:
        raise RefusedUpload(
            _(
                "The zip would unpack to {size:size}, and the limit is {most:size}.",
                size=unpacked,
                most=limits.max_unpacked_bytes,
            ),
            _("Use fewer or smaller images."),
        )
    return archive


def sort_members(archive: zipfile.ZipFile) -> tuple[list[Member], list[str]]:
    """Return the images of the zip in order of file name, and notes on what is left out.

    Raises: RefusedUpload for a path that leads outside, or no image in a class folder.
    """
    members, others, loose, readable = [], [], [], extensions()
    for info in sorted(archive.infolist(), key=_file_then_folder):
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", info.filename):
            told = _("The zip has a path that leads outside it: “{path}”.", path=info.filename[:80])
            raise RefusedUpload(told, _(FORM))
        ignored = any(part.startswith(".") or part.casefold() in _LEFT_BY_SYSTEMS for part in path.parts)
        if info.is_dir() or ignored or path.name == RECORD:
            continue
        if path.suffix.casefold() not in readable:
            others.append(info.filename)
        elif len(path.parts) < 2:
            loose.append(info.filename)
        else:
            split = path.parts[-3].casefold() if len(path.parts) > 2 else ""
            members.append(Member(info, unquote(path.parts[-2]), split if split in SPLITS else ""))
    if not members:
        raise RefusedUpload(_("The zip has no image in a folder."), _(FORM))
    return members, [*_left_out(others, loose)]


def _left_out(others: Sequence[str], loose: Sequence[str]) -> Iterator[str]:
    """Yield in sentences which files are no images, and which images are in no folder."""
    if others:
        yield ngettext(
            "{n} file is not an image and was left out: {names:list}.",
            "{n} files are not images and were left out: {names:list}.",
            len(others), names=_first_of(others),
        )  # fmt: skip
    if loose:
        yield ngettext(
            "{n} image is not in a class folder and was left out: {names:list}.",
            "{n} images are not in a class folder and were left out: {names:list}.",
            len(loose), names=_first_of(loose),
        )  # fmt: skip


def class_names_of(
    archive: zipfile.ZipFile, members: list[Member], wanted: Sequence[str] | None
) -> tuple[str, ...]:
    """Return the classes in order.

    Raises: RefusedUpload for a folder that is none of `wanted`, or fewer than two classes.
    """
    found = sorted({member.class_name for member in members}, key=_natural)
    if wanted is None:
        wanted = _recorded_names(archive)
        names = tuple(wanted) + tuple(name for name in found if name not in wanted)
    else:
        names = tuple(wanted)
        if strangers := [name for name in found if name not in names]:
            told = ngettext(
                "{n} folder is not one of the classes: {names:list}.",
                "{n} folders are not among the classes: {names:list}.",
                len(strangers), names=_first_of(strangers),
            )  # fmt: skip
            raise RefusedUpload(told, _("The classes are {names:list}.", names=[*names]))
    if len(names) < 2:
        told = _("The zip has only one class, “{name}”, so there is nothing to tell apart.", name=names[0])
        raise RefusedUpload(told, _(FORM))
    return names


def _recorded_names(archive: zipfile.ZipFile) -> tuple[str, ...]:
    try:
        if archive.getinfo(RECORD).file_size > 1_000_000:
            return ()
        names = json.loads(archive.read(RECORD))["class_names"]
    except Exception:  # why: as in `read_member`; a record that cannot be read says nothing
        return ()
    return tuple(names) if isinstance(names, list) and all(isinstance(n, str) for n in names) else ()


def read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: OwnLimits) -> bytes:
    """Return a member's bytes.  Raises: Refused with the reason if it is too large, encrypted or damaged."""
    if info.file_size > limits.max_image_bytes:
        raise Refused(
            _(
                "Its size is {size:size}, and the limit is {most:size}.",
                size=info.file_size, most=limits.max_image_bytes,
            )
        )  # fmt: skip
    try:
        return archive.read(info)
    except RuntimeError as error:
        raise Refused(_("It is encrypted.")) from error
    except Exception as error:  # why: zlib, lzma, bz2 and zipfile each raise their own for damaged members
        raise Refused(_("It is damaged ({reason}).", reason=str(error))) from error


def check_decoded(
    archive: zipfile.ZipFile, members: Sequence[Member], limits: OwnLimits, look: Callable[[], None]
) -> None:
    """Refuse images that would decode to more than is allowed in all; their headers say so.

    look: called before each; what it raises ends the work.  Raises: RefusedUpload.
    """
    total = 0
    for member in members:
        look()
        try:
            content = read_member(archive, member.info, limits)
            total += decoded_bytes(open_header(content, limits.max_decoded_image_bytes))
        except Refused:  # it will be left out
            continue
        if total > limits.max_decoded_bytes:
            raise RefusedUpload(
                _(
                    "The images in the zip would decode to more than {most:size}.",
                    most=limits.max_decoded_bytes,
                ),
                _("Use fewer or smaller images."),
            )


def _file_then_folder(info: zipfile.ZipInfo) -> tuple[list[Any], list[Any]]:
    return _natural(PurePosixPath(info.filename).name), _natural(info.filename)


def _natural(text: str) -> list[Any]:
    """Return a sort key in which 2 comes before 10."""
    parts = re.split(r"(\d+)", text.casefold())
    return [
        (1, len(n := part.lstrip("0")), n) if part.isdecimal() else (2, 0, part) for part in parts if part
    ]


def _first_of(names: Sequence[str]) -> list[str]:
    """Return the items of a list in words: the first few names, and how many more there are."""
    shown = [name[:160] for name in names[:MOST_NAMED]]
    others = len(names) - MOST_NAMED
    return [*shown, ngettext("{n} more", "{n} more", others)] if others > 0 else shown
