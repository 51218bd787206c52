"""The names of files in what people bring: as Unicode, whatever wrote them, and without what systems leave behind."""

import re
import unicodedata
from typing import Final

from core.datasets.errors import RefusedUpload
from core.i18n.translation import _

_LEFT_BY_SYSTEMS: Final = {
    *("__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "$recycle.bin", "system volume information"),
    *("@eadir", "__pycache__", "icon\r"),
}  # not said: names of files
_DRIVE: Final = re.compile(r"[A-Za-z]:([\\/]|$)")
_ENDINGS: Final = re.compile(r"(\.(tar|csv|npy))?\.(?!\d+$)[A-Za-z0-9]{2,4}$")  # two where it is packed
DOS: Final = "cp437"  # what a ZIP's names are in, unless it says otherwise


def decoded_name(raw: bytes) -> tuple[str, bool]:
    """Return a name that is stored as bytes, and whether it is in UTF-8; else it is read as DOS would."""
    try:
        return raw.decode(), True
    except UnicodeDecodeError:
        return raw.decode(DOS), False


def composed(name: str) -> str:
    """Return the name in Unicode's composed form (NFC): what looks the same is the same."""
    return unicodedata.normalize("NFC", name)


def parts_of(name: str) -> tuple[str, ...]:
    """Return the folders and the file that a path is made of, composed.

    Raises: RefusedUpload for a path that leads outside.
    """
    path = composed(name.replace("\\", "/"))
    parts = tuple(part.strip() for part in path.split("/") if part.strip() not in ("", "."))
    if path.startswith("/") or ".." in parts or _DRIVE.match(name):
        raise RefusedUpload(
            _("A path in it leads outside: “{path}”.", path=name[:80]),
            _("Pack the folder itself, with a program that keeps the paths within it."),
        )
    return parts


def is_left_by_system(parts: tuple[str, ...]) -> bool:
    """Return whether a file is none of somebody's own: macOS, Windows and editors leave such."""
    return any(part.startswith(".") or part.casefold() in _LEFT_BY_SYSTEMS for part in parts)


def title_of(file_name: str) -> str:
    """Return what the name of a file suggests as a title, of 1 to 80 characters that can be shown."""
    shown = "".join(sign for sign in _ENDINGS.sub("", file_name) if sign.isprintable())
    return " ".join(shown.split())[:80].strip() or _("My images")
