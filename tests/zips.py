"""ZIPs of pictures as people bring them in."""

import io
import zipfile
from collections.abc import Mapping, Sequence

from PIL import Image


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a ZIP of path -> content."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def zip_of(pictures: Sequence[bytes]) -> bytes:
    """Return a ZIP of PNG files, in turn of the classes a and b."""
    return zipped({f"{'ab'[n % 2]}/{n}.png": picture for n, picture in enumerate(pictures)})


def slow_zip() -> bytes:
    """Return a small ZIP of 40 pictures that take a while each."""
    return zip_of([png(Image.new("1", (7_000, 7_000)))] * 40)


def quick_zip(count: int = 6) -> bytes:
    return zip_of([png(Image.new("L", (28, 28), 40 * n % 256)) for n in range(count)])
