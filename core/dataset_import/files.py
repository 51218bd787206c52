"""The files of what people bring: of a ZIP, a tar, a folder, or as they are. Nothing is written under their names."""

import gzip
import io
import os
import re
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO, Any, Final

from core.dataset_import.file_names import DOS, decoded_name, is_left_by_system, parts_of
from core.dataset_import.names_in_words import quoted
from core.dataset_import.split_names import split_of
from core.dataset_import.understanding import Brought
from core.datasets.errors import RefusedUpload
from core.datasets.user_dataset_limits import OwnLimits
from core.i18n.system_reasons import reason_of
from core.i18n.translation import _
from core.picture_files.image_resize import Refused

ARCHIVES: Final = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
_NUMBER: Final = re.compile(r"[\W_]+(of[\W_]*)?\d+$")
_BLOCK: Final = 1 << 20
_MOST_FILES: Final = 500_000


@dataclass(frozen=True)
class File:
    """One file: its folders and name, and how to read it. `has_odd_name`: the bytes of its name are no UTF-8."""

    parts: tuple[str, ...]
    size: int
    content: Callable[[], bytes]
    has_odd_name: bool = False

    @property
    def path(self) -> str:
        """The whole name, as people write it."""
        return "/".join(self.parts)

    @property
    def home(self) -> str:
        """The folders that it lies in."""
        return "/".join(self.parts[:-1])

    @property
    def suffix(self) -> str:
        """The ending of the name in small letters, such as ".png"."""
        return Path(self.parts[-1]).suffix.casefold()

    def read(self, limits: OwnLimits) -> bytes:
        """Return the content.  Raises: Refused with the reason if it is too large, encrypted or damaged."""
        if self.size > limits.max_image_bytes:
            most = limits.max_image_bytes
            raise Refused(
                _("Its size is {size:size}, and the limit is {most:size}.", size=self.size, most=most)
            )
        return self.whole()

    def whole(self) -> bytes:
        """Return the content, however large.  Raises: Refused if it is encrypted or damaged."""
        try:
            return self.content()
        except NotImplementedError as error:
            raise Refused(
                _("It is packed in a way that is not known here. Pack it with another program.")
            ) from error
        except RuntimeError as error:
            raise Refused(_("It is encrypted.")) from error
        except OSError as error:
            raise Refused(_("It cannot be read ({reason}).", reason=reason_of(error))) from error
        except (
            Exception
        ) as error:  # why: zlib, lzma, bz2 and zipfile each raise their own for damaged members
            raise Refused(_("It is damaged.")) from error


@contextmanager
def open_files(brought: Sequence[Brought] | Path, limits: OwnLimits) -> Iterator[list[File]]:
    """Give the files in order of name, without what systems leave behind.

    brought: archives or other files with their names, or the path of a file or a folder. Several archives, of splits or
    of one class each, are taken as folders of their names.
    Raises: RefusedUpload for what cannot be opened, leads outside, or is beyond a limit.
    """
    with ExitStack() as stack:
        if isinstance(brought, Path) and brought.is_dir():
            found = list(_in_folder(brought))
        else:
            whole = [(brought.name, brought.read_bytes())] if isinstance(brought, Path) else brought
            found = [
                file for name, content in whole for file in _in_file(name, content, len(whole), limits, stack)
            ]
            if _are_parts(
                [name for name, _content in whole]
            ):  # of one, as a disk in the net packs what is large
                found = [replace(file, parts=file.parts[1:]) for file in found]
            else:
                _check_belong([name for name, _content in whole], found)
        unpacked = sum(file.size for file in found)
        if unpacked > limits.max_unpacked_bytes:
            raise _too_much(limits)
        if len(found) > _MOST_FILES:
            told = _("There are {n} files, but at most {most} are allowed.", n=len(found), most=_MOST_FILES)
            raise RefusedUpload(told, _("Use fewer images."))
        own = (file for file in found if file.parts and not is_left_by_system(file.parts))
        yield sorted(own, key=lambda file: file.parts)


def _are_parts(names: Sequence[str]) -> bool:
    """Return whether archives are named as parts of one: takeout-001.zip, takeout-002.zip."""
    stems = [name.split(".")[0] for name in names if name.casefold().endswith(ARCHIVES)]
    whole = {_NUMBER.sub("", stem) for stem in stems}
    return len(names) == len(stems) > 1 == len(whole) and all(map(_NUMBER.search, stems))


def _check_belong(names: Sequence[str], found: Sequence[File]) -> None:
    """Raise RefusedUpload for several archives that are neither named after splits nor hold one class each."""
    archives = [name for name in names if name.casefold().endswith(ARCHIVES)]
    if len(archives) < 2 or all(split_of(name) for name in archives):
        return
    if any(len(file.parts) > 2 for file in found):
        raise RefusedUpload(
            _("{names:list} do not belong together.", names=quoted(archives)),
            _(
                "Import one at a time; several only if they are named after splits, such as train.zip and test.zip."
            ),
        )


def _too_much(limits: OwnLimits) -> RefusedUpload:
    return RefusedUpload(
        _("It would unpack to more than {most:size}.", most=limits.max_unpacked_bytes),
        _("Use fewer or smaller images."),
    )


def _in_folder(folder: Path) -> Iterator[File]:
    known = set()
    for home, folders, names in os.walk(folder, followlinks=True):
        if (real := os.path.realpath(home)) in known:  # a link that leads back
            folders.clear()
            continue
        known.add(real)
        for name in names:
            path = Path(home, name)
            if path.is_file():
                yield File(
                    parts_of(path.relative_to(folder).as_posix()), path.stat().st_size, path.read_bytes
                )


def _in_file(name: str, content: bytes, count: int, limits: OwnLimits, stack: ExitStack) -> Iterator[File]:
    """Yield the files in an archive, or the file itself if it is none."""
    if len(content) > limits.max_zip_bytes:
        raise RefusedUpload(
            _(
                "“{file}” is too large: its size is {size:size}, and the limit is {most:size}.",
                file=name, size=len(content), most=limits.max_zip_bytes,
            ),
            _("Use fewer or smaller images."),
        )  # fmt: skip
    lower = name.casefold()
    around = (name.split(".")[0],) if count > 1 else ()
    if lower.endswith(".zip"):
        inside = _in_zip(content, name, stack)
    elif lower.endswith(ARCHIVES):
        inside = _in_tar(content, name, limits, stack)
    else:
        yield File(parts_of(name), len(content), lambda: content)
        return
    for file in inside:
        is_around = file.parts[: len(around)] == around  # cats.zip may hold cats/1.png, or 1.png
        yield file if is_around else replace(file, parts=around + file.parts)


def _in_zip(content: bytes, name: str, stack: ExitStack) -> Iterator[File]:
    try:
        archive = stack.enter_context(zipfile.ZipFile(io.BytesIO(content)))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, zlib.error) as error:
        raise _unreadable(name) from error
    for info in archive.infolist():
        if not info.is_dir():
            path, is_known = _name_in_zip(info)
            yield File(parts_of(path), info.file_size, partial(archive.read, info), not is_known)


def _name_in_zip(info: zipfile.ZipInfo) -> tuple[str, bool]:
    if info.flag_bits & 0x800:  # it says that it is in UTF-8
        return info.filename, True
    return decoded_name(info.filename.encode(DOS, "replace"))


def _in_tar(content: bytes, name: str, limits: OwnLimits, stack: ExitStack) -> Iterator[File]:
    unpacked = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes both
    try:
        _unpack(content, unpacked, limits)
        archive = stack.enter_context(tarfile.open(fileobj=unpacked, mode="r:"))  # noqa: SIM115
        members = [member for member in archive.getmembers() if member.isfile()]
        unpacked.seek(archive.offset)
        if any(unpacked.read(tarfile.BLOCKSIZE)):  # where the members end are zeros, or nothing
            raise _unreadable(name)
    except RefusedUpload:
        raise
    except Exception as error:  # why: zlib, lzma, bz2 and tarfile each raise their own for damaged archives
        raise _unreadable(name) from error
    for member in members:
        path, is_known = decoded_name(member.name.encode("utf-8", "surrogateescape"))
        yield File(parts_of(path), member.size, partial(_read_member, archive, member), not is_known)


def _read_member(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    return file.read() if file is not None else b""


def _unpack(content: bytes, into: IO[bytes], limits: OwnLimits) -> None:
    """Write what a compressed tar holds.  Raises: RefusedUpload beyond the limit; OSError, EOFError, zlib.error."""
    import bz2  # here: few need them
    import lzma

    openers: dict[bytes, Any] = {b"\x1f\x8b": _gunzip, b"BZ": bz2.BZ2File, b"\xfd7": lzma.LZMAFile}
    opener = openers.get(content[:2], _as_it_is)
    size = 0
    with opener(io.BytesIO(content)) as source:
        while block := source.read(_BLOCK):
            size += len(block)
            if size > limits.max_unpacked_bytes:
                raise _too_much(limits)
            into.write(block)
    into.seek(0)


def _gunzip(packed: io.BytesIO) -> gzip.GzipFile:
    return gzip.GzipFile(fileobj=packed)


def _as_it_is(plain: io.BytesIO) -> io.BytesIO:
    return plain


def _unreadable(name: str) -> RefusedUpload:
    return RefusedUpload(
        _("“{file}” cannot be read: it is not the archive that its name says, or it is damaged.", file=name),
        _("Make it again, as a ZIP."),
    )
