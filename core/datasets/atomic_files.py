"""Files that are either whole or not there: hashing, atomic writing, and seals that tell a changed file."""

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from core.i18n.translation import _

CHUNK_BYTES: Final = 1 << 20
TEMPORARY: Final = ".partial-"


def digest(path: Path, algorithm: str = "sha256") -> str:
    """Return the hex digest of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """Give a temporary path beside `target`; when the block ends well it replaces `target`, else it goes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(4)}-{target.name}")
    try:
        yield temporary
        flush_to_disk(temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def flush_to_disk(path: Path) -> None:
    """Have the content of `path` on the disk before what refers to it is written."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sweep(folder: Path) -> None:
    """Remove what a killed process left half-written in `folder`. Call it only under the folder's lock."""
    for leftover in folder.glob(f"{TEMPORARY}*"):
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            with suppress(OSError):
                leftover.unlink()


def seal(path: Path, sha256: str = "") -> dict[str, Any]:
    """Return what tells later whether the file changed: size in bytes, mtime in ns and SHA-256."""
    status = path.stat()
    return {"size": status.st_size, "mtime_ns": status.st_mtime_ns, "sha256": sha256 or digest(path)}


def damage(path: Path, expected: dict[str, Any]) -> str:
    """Return what is wrong with the file in a sentence, "" if nothing.

    A matching size and mtime are trusted (microseconds); with another mtime the whole file is hashed, and the
    seal `expected` takes the new mtime if the content is the same.
    """
    shown = "/".join(path.parts[-4:])  # within the data folder: where that is, visitors are not told
    try:
        status = path.stat()
    except FileNotFoundError:
        return _("{path} is missing.", path=shown)
    if status.st_size != expected["size"]:
        return _(
            "{path} has the wrong size: {found} instead of {expected} bytes.",
            path=shown, found=status.st_size, expected=expected["size"],
        )  # fmt: skip
    if status.st_mtime_ns == expected["mtime_ns"]:
        return ""
    if digest(path) != expected["sha256"]:
        return _("{path} was changed (its SHA-256 differs).", path=shown)
    expected["mtime_ns"] = status.st_mtime_ns
    return ""
