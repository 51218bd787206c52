"""What a picture takes in memory is known from its header, and is what it takes; two are decoded at a time."""

import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.images import ImageError, read_image
from core.images.decoding import DamagedImageError
from core.picture_files.decoding import (
    DECODERS,
    MOST_SCANS,
    DecodersBusy,
    decoded_bytes,
    decoder,
    extensions,
    opened,
)
from core.picture_files.image_resize import Refused, open_image
from tests.polling import DEADLINE_S

ROOT = Path(__file__).resolve().parents[3]
STATUS = Path("/proc/self/status")

# The peaks of a process of its own, in bytes: what getrusage says counts its parent's too.
PEAKS = """
import sys
from pathlib import Path
from core.picture_files.image_resize import Refused, fit_image, open_image
from core.images import ImageError, read_image
from core.picture_files.decoding import extensions
def memory(kind):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(kind)) * 1024
extensions()
for path in sorted(Path(sys.argv[1]).iterdir()):
    content = path.read_bytes()
    for read in (read_image, lambda content: fit_image(open_image(content, 100_000_000), (3, 28, 28))):
        Path("/proc/self/clear_refs").write_text("5")
        before, told = memory("VmRSS"), "read"
        try:
            read(content)
        except (ImageError, Refused):
            told = "refused"
        print(path.name, told, memory("VmHWM") - before, sep=":")
"""


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def deep(width: int, height: int, dtype: type) -> Image.Image:
    return Image.fromarray(np.full((height, width), 0.5 if dtype is np.float32 else 300, dtype))


PICTURES = {
    "PNG, 16 bit, 8,000 x 8,000": (
        lambda: saved(deep(8_000, 8_000, np.uint16), "PNG", compress_level=1),
        False,
    ),
    "PNG, 16 bit": (lambda: saved(deep(6_000, 5_500, np.uint16), "PNG", compress_level=1), True),
    "TIFF, float, 8,000 x 8,000": (
        lambda: saved(deep(8_000, 8_000, np.float32), "TIFF", compression="tiff_adobe_deflate"),
        False,
    ),
    "TIFF, float": (
        lambda: saved(deep(4_500, 4_400, np.float32), "TIFF", compression="tiff_adobe_deflate"),
        True,
    ),
    "TIFF, one strip": (
        lambda: saved(
            Image.new("RGB", (3_700, 3_800)), "TIFF", compression="tiff_lzw", tiffinfo={278: 3_800}
        ),
        True,
    ),
    "PNG, bilevel": (lambda: saved(Image.new("1", (7_000, 7_000)), "PNG"), True),
    "PNG, palette": (lambda: saved(Image.new("P", (4_400, 4_500)), "PNG"), True),
    "PNG, transparent": (lambda: saved(Image.new("RGBA", (3_500, 3_500)), "PNG"), True),
    "WebP": (lambda: saved(Image.new("RGB", (3_500, 3_500)), "WEBP", method=0), True),
    "JPEG, progressive": (
        lambda: saved(Image.new("RGB", (3_500, 3_500)), "JPEG", progressive=True, subsampling=0),
        True,
    ),
    "JPEG, progressive, of 24 megapixels": (
        lambda: saved(Image.new("RGB", (6_000, 4_000)), "JPEG", progressive=True, subsampling=0),
        False,
    ),
}


@pytest.mark.long
@pytest.mark.skipif(not STATUS.exists(), reason="needs /proc")
def test_the_memory_of_a_picture_is_bounded(tmp_path: Path) -> None:
    for name, (make, _is_read) in PICTURES.items():
        (tmp_path / name).write_bytes(make())
    command = [sys.executable, "-c", PEAKS, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    lines = [line.split(":") for line in done.stdout.splitlines()]
    assert len(lines) == 2 * len(PICTURES)
    for name, told, peak in lines:
        assert (told == "read") == PICTURES[name][1], name
        assert int(peak) < (220_000_000 if told == "read" else 10_000_000), name


def test_a_phones_photo_of_108_megapixels_is_read_from_a_draft() -> None:
    content = saved(Image.new("L", (12_000, 9_000), 200), "JPEG")
    assert read_image(content).size == (1_600, 1_200)


def test_a_draft_of_a_jpeg_in_several_scans_counts_its_coefficients() -> None:
    sizes = {}
    for progressive in (False, True):
        image = opened(
            saved(Image.new("RGB", (6_400, 6_400)), "JPEG", progressive=progressive, subsampling=0)
        )
        image.draft("RGB", (800, 800))
        sizes[progressive] = decoded_bytes(image, (6_400, 6_400))
    assert sizes[False] == 800 * 800 * 4
    assert sizes[True] == sizes[False] + 2 * 3 * 6_400 * 6_400


def test_a_baseline_jpeg_whose_colours_come_one_after_another_counts_them_too() -> None:
    content = bytearray(saved(Image.new("RGB", (640, 640)), "JPEG", subsampling=0))
    place = content.index(b"\xff\xda") + 4
    assert content[place] == 3
    content[place] = 1
    assert decoded_bytes(opened(bytes(content))) == 640 * 640 * (4 + 6)


def test_a_tile_that_is_larger_than_its_picture_counts_as_what_it_says() -> None:
    image = opened(saved(Image.new("RGB", (64, 64)), "TIFF", compression="tiff_lzw"))
    assert decoded_bytes(image) == 64 * 64 * (4 + 3)
    image.tag_v2[322] = image.tag_v2[323] = 30_000
    assert decoded_bytes(image) == 64 * 64 * 4 + 30_000 * 30_000 * 3


@pytest.mark.parametrize(("width", "height"), [(99_999, 1), (1, 99_999), (1, 1), (100_000, 3)])
def test_a_thin_picture_is_read(width: int, height: int) -> None:
    image = read_image(saved(Image.new("L", (width, height), 90), "PNG"))
    assert max(image.size) == min(1_600, max(width, height))
    assert np.unique(np.asarray(image)).tolist() == [90]


def test_two_pictures_are_decoded_at_a_time_and_a_third_waits() -> None:
    with ThreadPoolExecutor(1) as aside, decoder():
        with decoder():
            assert DECODERS == 2
            with pytest.raises(DecodersBusy, match="Try again in a minute"), decoder(0.01):
                pass
            third = aside.submit(read_image, saved(Image.new("L", (9, 9)), "PNG"))
            assert not third.done()
        assert third.result(DEADLINE_S).size == (9, 9)
    for _place in range(4):  # what failed gave its decoder back
        with pytest.raises(ImageError):
            read_image(b"no picture")


def test_only_what_is_read_by_its_content_is_an_image() -> None:
    assert {".png", ".jpg", ".jpeg", ".webp", ".heic", ".bmp", ".gif", ".tif", ".pgm"} <= extensions()
    assert not {".eps", ".ps", ".pdf", ".psd", ".wmf", ".ico"} & extensions()


def test_a_jpeg_of_more_scans_than_a_program_writes_is_refused_before_it_is_decoded() -> None:
    """A scan of a few bytes goes over the whole picture: a file of 6 MB kept a decoder busy for half an hour."""
    picture = saved(Image.new("L", (64, 64), 128), "JPEG", progressive=True)
    last = picture.rindex(b"\xff\xda")
    long = picture[:-2] + picture[last:-2] * MOST_SCANS + picture[-2:]
    assert read_image(picture).size == (64, 64)
    with pytest.raises(DamagedImageError):
        read_image(long)
    with pytest.raises(Refused):
        open_image(long, 100_000_000)


def test_what_a_phone_puts_before_and_behind_a_picture_are_no_scans_of_it() -> None:
    """A photo with a film of three seconds behind it was refused as damaged."""
    scans = b"\xff\xda\0\2" * 2 * MOST_SCANS
    picture = saved(Image.new("L", (64, 48), 128), "JPEG", exif=b"Exif\0\0" + scans)
    assert read_image(picture + b"film" * 20_000 + scans).size == (64, 48)
