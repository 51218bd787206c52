import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from core.datasets import ImageData
from core.picture_files.image_resize import Refused, fit_image, open_image


def png_header(width: int, height: int) -> bytes:
    """Return the beginning of a PNG file that claims to be of this size."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    data = b"IDAT" + zlib.compress(bytes(100))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunks
        + struct.pack(">I", len(data) - 4)
        + data
        + struct.pack(">I", zlib.crc32(data))
    )


def test_an_image_of_the_right_size_keeps_its_pixels(mnist: ImageData) -> None:
    image = mnist.train_images[0]
    assert np.array_equal(fit_image(Image.fromarray(image[0]), (1, 28, 28)), image)


@pytest.mark.parametrize("size", [(1, 1), (7, 300), (300, 7), (28, 29), (1000, 1000)])
@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F", "YCbCr"])
@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 20)])
def test_every_mode_and_size_comes_to_the_shape(
    mode: str, size: tuple[int, int], shape: tuple[int, int, int]
) -> None:
    fitted = fit_image(Image.new(mode, size), shape)
    assert fitted.shape == shape
    assert fitted.dtype == np.uint8


def test_proportions_are_kept_on_the_colour_of_the_border() -> None:
    pixels = np.full((100, 200), 200, np.uint8)
    pixels[25:75, 50:150] = 0  # a bar, twice as wide as high
    fitted = fit_image(Image.fromarray(pixels), (1, 40, 40))[0]
    assert set(fitted[:9].ravel()) == set(fitted[31:].ravel()) == {200}
    rows, columns = np.nonzero(fitted < 100)
    assert (np.ptp(rows) + 1, np.ptp(columns) + 1) == (10, 20)


def test_transparent_paper_is_white_and_ink_stays() -> None:
    pixels = np.zeros((28, 28, 4), np.uint8)
    pixels[10:18, 10:18, 3] = 255  # black ink on nothing
    fitted = fit_image(Image.fromarray(pixels, "RGBA"), (1, 28, 28))[0]
    assert fitted[0, 0] == 255
    assert fitted[14, 14] == 0


def test_sixteen_bits_are_scaled_and_not_clipped() -> None:
    ramp = np.tile(np.linspace(0, 65535, 28).astype(np.uint16), (28, 1))
    fitted = fit_image(Image.fromarray(ramp), (1, 28, 28))[0]
    assert np.abs(fitted[0].astype(int) - np.linspace(0, 255, 28)).max() <= 1


def test_a_photo_is_turned_upright_by_its_exif() -> None:
    pixels = np.zeros((20, 40), np.uint8)
    pixels[:, :20] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rotate by 90 degrees clockwise
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", exif=exif)
    with open_image(buffer.getvalue(), 10_000) as image:
        assert image.size == (20, 40)
        assert np.asarray(image)[0].min() == 255
        assert np.asarray(image)[-1].max() == 0


@pytest.mark.parametrize(("width", "height", "size"), [(5_000, 4_000, "20 MB"), (50_000, 50_000, "2,500 MB")])
def test_memory_is_known_before_decoding(width: int, height: int, size: str) -> None:
    with pytest.raises(Refused, match=f"{width:,} × {height:,} pixels and would take {size} of memory"):
        open_image(png_header(width, height), 1_000_000)


def test_of_a_large_jpeg_a_draft_is_decoded() -> None:
    buffer = io.BytesIO()
    Image.new("L", (6_400, 6_400), 77).save(buffer, "JPEG")
    with open_image(buffer.getvalue(), 3_000_000) as image:
        assert image.size == (1_600, 1_600)
        assert np.unique(fit_image(image, (1, 28, 28))).tolist() == [77]


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg/>", b"\x89PNG\r\n\x1a\n" + b"x" * 40])
def test_what_is_no_image_is_refused(content: bytes) -> None:
    with pytest.raises(Refused, match="not an image"):
        open_image(content, 1_000_000)


def test_an_animation_gives_its_first_frame(mnist: ImageData) -> None:
    frames = [Image.fromarray(image[0]) for image in mnist.train_images[:3]]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    with open_image(buffer.getvalue(), 1_000_000) as image:
        assert np.array_equal(fit_image(image, (1, 28, 28)), mnist.train_images[0])
