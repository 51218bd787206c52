"""Reading uploads: every kind of bad file gets its own error and one sentence, every good one is upright."""

import contextlib
import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from core.images import (
    AnimatedImageError,
    DamagedImageError,
    EmptyFileError,
    ImageError,
    Limits,
    NotAnImageError,
    TooLargeError,
    read_image,
)


def picture(size: tuple[int, int] = (60, 40), mode: str = "RGB") -> Image.Image:
    """A white picture whose upper left quarter is black."""
    image = Image.new("L", size, 255)
    image.paste(0, (0, 0, size[0] // 2, size[1] // 2))
    return image.convert(mode)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be `width` x `height`."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = b""
    for name, body in ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 10)), (b"IEND", b"")):
        chunks += struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return b"\x89PNG\r\n\x1a\n" + chunks


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"])
def test_each_kind_is_read(kind: str) -> None:
    grey = np.asarray(read_image(saved(picture(), kind)).convert("L"))
    assert grey.shape == (40, 60)
    assert grey[5, 5] < 20
    assert grey[35, 55] > 235


def test_heic_is_read() -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    grey = np.asarray(read_image(saved(picture((64, 64)), "HEIF")).convert("L"))
    assert grey.shape == (64, 64)
    assert grey[8, 8] < 40
    assert grey[60, 60] > 215


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_each_mode_of_png_keeps_its_brightness(mode: str) -> None:
    image = picture()
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image.convert("L"), dtype=np.uint16) * 257)
    else:
        image = image.convert(mode)
    grey = np.asarray(read_image(saved(image, "PNG")).convert("L"))
    assert (grey[5, 5], grey[35, 55]) == (0, 255)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_phone_held_sideways_gives_an_upright_picture(orientation: int) -> None:
    upright = picture()
    sideways = {
        1: [],
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }[orientation]
    stored = upright
    for turn in sideways:
        stored = stored.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    read = read_image(saved(stored, "JPEG", exif=exif, quality=95)).convert("L")
    difference = np.asarray(read, dtype=int) - np.asarray(upright.convert("L"), dtype=int)
    assert np.abs(difference).mean() < 6


@pytest.mark.parametrize("bits", [10, 12, 16])
def test_a_sixteen_bit_file_is_as_bright_as_its_camera_meant(bits: int) -> None:
    white = 2**bits - 1
    grey = np.full((40, 40), white * 0.9, np.uint16)
    grey[10:30, 18:22] = white * 0.2
    buffer = io.BytesIO()
    Image.fromarray(grey).save(buffer, "PNG")
    levels = np.asarray(read_image(buffer.getvalue()).convert("L"))
    assert levels[0, 0] == pytest.approx(0.9 * 255, abs=2)
    assert levels[20, 20] == pytest.approx(0.2 * 255, abs=2)


def test_a_photo_of_twelve_megapixels_is_made_smaller() -> None:
    image = read_image(saved(picture((4000, 3000)), "JPEG"))
    assert max(image.size) == 1600
    assert min(image.size) == 1200


@pytest.mark.parametrize(
    ("content", "error", "word"),
    [
        (b"", EmptyFileError, "empty"),
        (b"hello, this is not a picture", NotAnImageError, "not a picture"),
        (b"%PDF-1.7 ...", NotAnImageError, "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", NotAnImageError, "not a picture"),
        (png_header(50_000, 50_000), TooLargeError, "pixels"),
        (png_header(10_000, 10_001), TooLargeError, "would take 100 MB"),
        (png_header(64_000_000, 1), TooLargeError, "a side may have at most 100,000"),
        (png_header(60, 40), DamagedImageError, "damaged"),
        (saved(picture((300, 300)), "PNG")[:150], DamagedImageError, "damaged"),
        (saved(picture((300, 300)), "JPEG")[:900], DamagedImageError, "damaged"),
        (saved(picture((300, 300)), "WEBP")[:60], DamagedImageError, "damaged"),
    ],
)
def test_a_bad_file_gives_its_error_and_one_sentence(
    content: bytes, error: type[ImageError], word: str
) -> None:
    with pytest.raises(error, match=word) as caught:
        read_image(content)
    assert str(caught.value).count(".") <= 2
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_an_animation_is_refused(kind: str) -> None:
    frames = [picture(), picture().transpose(Image.Transpose.ROTATE_180)]
    with pytest.raises(AnimatedImageError):
        read_image(saved(frames[0], kind, save_all=True, append_images=frames[1:]))


def test_limits_are_the_callers() -> None:
    content = saved(picture((100, 100)), "PNG")
    with pytest.raises(TooLargeError, match=r"100 × 100 pixels and would take .* of memory"):
        read_image(content, Limits(max_decoded_bytes=30_000))
    with pytest.raises(TooLargeError, match="the limit is 10 bytes"):
        read_image(content, Limits(max_bytes=10))
    assert read_image(content, Limits(max_side_px=50)).size == (50, 50)
    with pytest.raises(ValueError, match="max_decoded_bytes=0"):
        Limits(max_decoded_bytes=0)


@pytest.mark.parametrize("seed", range(30))
def test_random_damage_gives_an_image_or_an_image_error(seed: int) -> None:
    rng = np.random.default_rng(seed)
    kind = ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP")[seed % 6]
    content = bytearray(saved(picture(), kind))
    for place in rng.integers(4, len(content), size=8):
        content[place] = int(rng.integers(256))
    with contextlib.suppress(ImageError):  # anything else fails the test
        assert read_image(bytes(content)).mode in ("L", "RGB", "RGBA")
