"""What lies in a zip with one folder per class: looked through with limits, and without unpacking to disk."""

import io
import json
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import unquote

from PIL import Image

from core.datasets.errors import RefusedUpload
from core.datasets.image_resize import Refused
from core.datasets.user_dataset_limits import OwnLimits

SPLITS: Final = ("train", "test")
RECORD: Final = "dataset.json"
_LEFT_BY_SYSTEMS: Final = {"__macosx", "thumbs.db", "desktop.ini"}
FORM: Final = "It needs one folder per class with images in it, such as cats/1.png and dogs/1.png."


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
            f"The zip has {len(content):,} bytes, and at most {limits.max_zip_bytes:,} are allowed.",
            "Use fewer or smaller images.",
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise RefusedUpload(f"This is not a zip file that can be read ({error}).", FORM) from error
    unpacked = sum(info.file_size for info in archive.infolist())
    if unpacked > limits.max_unpacked_bytes:
        raise RefusedUpload(
            f"The zip unpacks to {unpacked:,} bytes; {limits.max_unpacked_bytes:,} are allowed.",
            "Use fewer or smaller images.",
        )
    return archive


def sort_members(archive: zipfile.ZipFile) -> tuple[list[Member], list[str]]:
    """Return the images of the zip in order of file name, and notes on what is left out.

    Raises: RefusedUpload for a path that leads outside, or no image in a class folder.
    """
    members, others, loose = [], [], []
    for info in sorted(archive.infolist(), key=_file_then_folder):
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", info.filename):
            raise RefusedUpload(f"The zip has a path that leads outside it: {info.filename[:80]!r}.", FORM)
        ignored = any(part.startswith(".") or part.casefold() in _LEFT_BY_SYSTEMS for part in path.parts)
        if info.is_dir() or ignored or path.name == RECORD:
            continue
        if path.suffix.casefold() not in Image.registered_extensions():
            others.append(info.filename)
        elif len(path.parts) < 2:
            loose.append(info.filename)
        else:
            split = path.parts[-3].casefold() if len(path.parts) > 2 else ""
            members.append(Member(info, unquote(path.parts[-2]), split if split in SPLITS else ""))
    if not members:
        raise RefusedUpload("The zip has no image in a folder.", FORM)
    notes = []
    if others:
        notes.append(listed("file left out, being no image", "files left out, being no images", others))
    if loose:
        notes.append(listed("image is in no class folder", "images are in no class folder", loose))
    return members, notes


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
            raise RefusedUpload(
                listed("folder is none of the classes", "folders are none of the classes", strangers),
                f"The classes are {', '.join(names)}.",
            )
    if len(names) < 2:
        raise RefusedUpload(f"The zip has one class only, {names[0]!r}: nothing to tell apart.", FORM)
    return names


def _recorded_names(archive: zipfile.ZipFile) -> tuple[str, ...]:
    try:
        if archive.getinfo(RECORD).file_size > 1_000_000:
            return ()
        names = json.loads(archive.read(RECORD))["class_names"]
    except (KeyError, ValueError, TypeError, RuntimeError, zipfile.BadZipFile):
        return ()
    return tuple(names) if isinstance(names, list) and all(isinstance(n, str) for n in names) else ()


def read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: OwnLimits) -> bytes:
    """Return a member's bytes.  Raises: Refused with the reason if it is too large, encrypted or damaged."""
    if info.file_size > limits.max_image_bytes:
        raise Refused(f"{info.file_size:,} bytes, at most {limits.max_image_bytes:,} are allowed")
    try:
        return archive.read(info)
    except RuntimeError as error:
        raise Refused("it is encrypted") from error
    except Exception as error:  # why: zlib, lzma, bz2 and zipfile each raise their own for damaged members
        raise Refused(f"damaged: {error}") from error


def _file_then_folder(info: zipfile.ZipInfo) -> tuple[list[Any], list[Any]]:
    return _natural(PurePosixPath(info.filename).name), _natural(info.filename)


def _natural(text: str) -> list[Any]:
    """Return a sort key in which 2 comes before 10."""
    parts = re.split(r"(\d+)", text.casefold())
    return [
        (1, len(n := part.lstrip("0")), n) if part.isdecimal() else (2, 0, part) for part in parts if part
    ]


def listed(one: str, many: str, names: Sequence[str]) -> str:
    """Return "3 files ...: a, b, c, ..." with the first five names."""
    shown = ", ".join(name[:160] for name in names[:5])
    return f"{len(names):,} {one if len(names) == 1 else many}: {shown}{', ...' if len(names) > 5 else ''}."
