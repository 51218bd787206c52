"""Bytes of a picture file -> Pillow's image, two at a time in a process, its memory known before it is decoded."""

import io
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from core.i18n.translation import _

FORMATS: Final = ("PNG", "JPEG", "WEBP", "HEIF", "BMP", "GIF", "TIFF", "PPM")
"""What is opened, by its content and never by its name; HEIF only where pillow-heif is installed."""
DECODERS: Final = 2
WAIT_S: Final = 30.0

# Bytes of a pixel in memory, as decoded and beside it what it is converted to.
_PIXEL_BYTES: Final = {"1": 2, "L": 1, "P": 5, "I;16": 3, "I;16B": 3, "I": 5, "F": 5, "RGB": 4}
_OTHER_MODES: Final = 8
_WORKING_BYTES: Final = {"WEBP": 4}  # of a pixel, what the format's decoder takes beside that
_TILE_WIDTH, _TILE_HEIGHT, _ROWS_PER_STRIP, _BITS, _SAMPLES = 322, 323, 278, 258, 277  # TIFF tags
_START_OF_SCAN: Final = 0xDA
MOST_SCANS: Final = 100  # of a JPEG: cameras write one, programs a dozen; each goes over the whole picture
_END_OF_JPEG: Final = 0xD9
_JPEG_MARKER: Final = re.compile(rb"\xff([\xc0-\xcf\xd9-\xfe])")  # those with a length, and the end
_DECODERS: Final = threading.BoundedSemaphore(DECODERS)

Image.MAX_IMAGE_PIXELS = (
    None  # Pillow's bound on pixels knows nothing of bytes, nor of what a JPEG's decoder skips
)


class NotAPicture(ValueError):  # noqa: N818 - says what happened
    """The bytes are no picture of a kind that is read here."""


class Damaged(ValueError):  # noqa: N818
    """The picture starts well and then ends too early or is damaged."""


class DecodersBusy(ValueError):  # noqa: N818
    """Others' pictures took longer to decode than this one waits; str() says so."""


@contextmanager
def decoder(wait_s: float = WAIT_S) -> Iterator[None]:
    """Hold one of the process's decoders.  Raises: DecodersBusy if none is free in time."""
    if not _DECODERS.acquire(timeout=wait_s):
        raise DecodersBusy(_("Many pictures are being read at the moment. Try again in a minute."))
    try:
        yield
    finally:
        _DECODERS.release()


def opened(content: bytes) -> Image.Image:
    """Return the picture with its header read and nothing decoded.  Raises: NotAPicture, Damaged."""
    formats = FORMATS if _learned_heic() else [kind for kind in FORMATS if kind != "HEIF"]
    if content.startswith(b"\xff\xd8") and _has_too_many_scans(content):
        raise Damaged
    try:
        return Image.open(io.BytesIO(content), formats=formats)
    except UnidentifiedImageError:
        raise NotAPicture from None
    except Exception as error:  # why: each of Pillow's readers raises its own kinds for damaged headers
        raise Damaged from error


def decoded_bytes(image: Image.Image, full_size: tuple[int, int] | None = None) -> int:
    """Return how much memory an opened picture takes once it is decoded and converted, known by its header.

    full_size: of a JPEG whose draft was asked for.  The formats' libraries take as much again at most.
    """
    width, height = image.size
    pixel = _PIXEL_BYTES.get(image.mode, _OTHER_MODES) + _WORKING_BYTES.get(image.format or "", 0)
    return width * height * pixel + _jpeg_coefficients(image, full_size or image.size) + _tiff_piece(image)


def decode(image: Image.Image) -> None:
    """Decode an opened picture; `decoder` is held meanwhile.  Raises: Damaged."""
    try:
        image.load()
    except Exception as error:  # why: as in `opened`
        raise Damaged from error


def has_several(image: Image.Image) -> bool:
    """Return whether a picture is the first of several, as of an animation; not if the next cannot be read."""
    try:
        return bool(getattr(image, "n_frames", 1) > 1)
    except Exception:  # why: as in `opened`
        return False


def turn_upright(image: Image.Image) -> None:
    """Turn a decoded picture as its camera was held (EXIF); one whose EXIF cannot be read stays as it is."""
    with suppress(Exception):  # why: as in `opened`; EXIF is a small TIFF of its own
        ImageOps.exif_transpose(image, in_place=True)


def _jpeg_coefficients(image: Image.Image, full_size: tuple[int, int]) -> int:
    """Return the bytes of all coefficients of a JPEG that comes in several scans, for which its decoder keeps them."""
    layers = getattr(image, "layer", None)
    if not layers or not ("progressive" in image.info or _layers_of_first_scan(image) != len(layers)):
        return 0
    shares = [across * down for _name, across, down, _table in layers]
    most = max(layer[1] for layer in layers) * max(layer[2] for layer in layers)
    return 2 * full_size[0] * full_size[1] * sum(shares) // max(1, most)


def _has_too_many_scans(content: bytes) -> bool:
    """Return whether a JPEG has more than MOST_SCANS up to its end: phones put films and more behind that."""
    place = scans = 0
    while scans <= MOST_SCANS and (marker := _JPEG_MARKER.search(content, place)):
        if marker[1][0] == _END_OF_JPEG:
            return False
        scans += marker[1][0] == _START_OF_SCAN
        place = marker.end() + int.from_bytes(content[marker.end() : marker.end() + 2], "big")
    return scans > MOST_SCANS


def _layers_of_first_scan(image: Image.Image) -> int:
    """Return how many colours come together in the first scan of a JPEG, 0 for one that is put together oddly."""
    file = getattr(image, "fp", None)
    if file is None:
        return 0
    place = file.tell()
    file.seek(2)
    try:
        while len(head := file.read(5)) == 5 and head[0] == 0xFF:
            if head[1] == _START_OF_SCAN:
                return head[4]
            file.seek(int.from_bytes(head[2:4], "big") - 3, io.SEEK_CUR)
        return 0
    finally:
        file.seek(place)


def _tiff_piece(image: Image.Image) -> int:
    """Return the bytes of the strip or tile that a TIFF's decoder unpacks at once, whatever size the file says."""
    tags = getattr(image, "tag_v2", None)
    if tags is None or image.format != "TIFF":
        return 0
    width, height = image.size
    across = _number(tags.get(_TILE_WIDTH), width)
    down = _number(tags.get(_TILE_HEIGHT), min(_number(tags.get(_ROWS_PER_STRIP), height), height))
    bits = _number(tags.get(_BITS), 1) * _number(tags.get(_SAMPLES), 1)
    return across * down * bits // 8


def _number(value: object, otherwise: int) -> int:
    """Return a TIFF's number, the largest of several."""
    numbers = value if isinstance(value, tuple) else (value,)
    return max((number for number in numbers if isinstance(number, int)), default=otherwise)


def _learned_heic() -> bool:
    """Return whether Pillow reads HEIC, after teaching it once where pillow-heif is installed."""
    if "HEIF" not in Image.OPEN:
        try:
            from pillow_heif import register_heif_opener
        except ImportError:
            return False
        register_heif_opener()
    return True


def extensions() -> set[str]:
    """Return the endings of files of a kind that is read here, such as ".png"."""
    _learned_heic()
    return {ending for ending, kind in Image.registered_extensions().items() if kind in FORMATS}
