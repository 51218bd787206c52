"""What becomes of pictures of any kind when they are brought in, and of writing on paper."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from benchmarks.photos import PAPERS, photograph
from benchmarks.styles import ready_model
from core import datasets
from core.dataset_import.build import build
from core.dataset_import.summary import facts
from core.dataset_import.understanding import Brought, Wanted
from core.datasets import RefusedUpload
from core.synthetic_digits import Handwriting, draw, paint, template
from tests.imports import Imported, import_files
from tests.zips import zipped


def saved(image: Image.Image, kind: str, **how: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **how)
    return buffer.getvalue()


def in_zip(files: dict[str, bytes]) -> list[Brought]:
    return [("brought.zip", zipped(files))]


def stripes(mode: str = "RGB") -> Image.Image:
    """Return a picture 40 wide and 20 high whose left half is red and whose right half is blue."""
    pixels = np.zeros((20, 40, 3), np.uint8)
    pixels[:, :20, 0] = pixels[:, 20:, 2] = 255
    return Image.fromarray(pixels).convert(mode)


def of_kinds(**kinds: bytes) -> Imported:
    """Return what is made of one file of each kind in class a, and of two plain pictures in class b."""
    files = {f"a/{name}.{name.split('_')[0]}": content for name, content in kinds.items()}
    plain = {f"b/{n}.png": saved(stripes(), "PNG") for n in range(2)}
    return import_files(in_zip(files | plain), shape=None)


def pixels_of(made: Imported, name: str) -> np.ndarray:
    data = datasets.load(made.spec.name)
    label = made.spec.class_names.index(name)
    images = [*data.train_images[data.train_labels == label], *data.test_images[data.test_labels == label]]
    return np.stack(images)


def test_pictures_of_any_kind_keep_their_colours_and_stand_upright() -> None:
    turned = Image.Exif()
    turned[0x0112] = 3  # held upside down
    made = of_kinds(
        png=saved(stripes(), "PNG"),
        png_palette=saved(stripes("P"), "PNG"),
        jpg_cmyk=saved(stripes("CMYK"), "JPEG", quality=95),
        webp=saved(stripes(), "WEBP", lossless=True),
        tif=saved(stripes(), "TIFF"),
        gif=saved(stripes(), "GIF"),
        jpg_turned=saved(stripes().rotate(180), "JPEG", exif=turned, quality=95),
    )
    assert made.notes[0].startswith("There were no test images")
    images = pixels_of(made, "a")
    assert images.shape == (7, 3, 32, 32)
    middle = images[:, :, 12:20].astype(int)
    for image in middle:
        assert image[0, :, :12].min() > 200, "red on the left"
        assert image[2, :, 20:].min() > 200, "blue on the right"
        assert image[1].max() < 60


def test_transparent_16_bit_and_animated_pictures_are_read_as_people_see_them() -> None:
    clear = Image.new("LA", (28, 28), (0, 0))
    clear.paste((0, 255), (10, 10, 18, 18))  # black ink on nothing
    deep = Image.fromarray(np.tile(np.linspace(0, 65_535, 28), (28, 1)).astype(np.uint16))
    frames = [Image.new("L", (28, 28), level) for level in (90, 200)]
    files = {
        "a/clear.png": saved(clear, "PNG"),
        "b/deep.png": saved(deep, "PNG"),
        "c/moving.gif": saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100),
    }
    made = import_files(in_zip(files), shape=None)
    assert made.spec.image_shape == (1, 28, 28)
    assert "1 file has several pictures, as animations do: its first one is taken." in made.notes
    clear_, deep_, moving = (pixels_of(made, name)[0, 0] for name in "abc")
    assert (clear_[0, 0], clear_[14, 14]) == (255, 0)
    np.testing.assert_allclose(deep_[14], np.linspace(0, 255, 28), atol=1)
    assert set(np.unique(moving)) == {90}


def test_sizes_and_colours_are_said_as_they_come_and_as_they_are_kept() -> None:
    files = {
        f"{'ab'[n % 2]}/{n}.png": saved(stripes().resize((20 + 10 * n, 20 + 5 * n)), "PNG") for n in range(6)
    }
    made = import_files(in_zip(files), shape=None)
    assert [*facts(made.understood)][2] == (
        "The images are from 20 × 20 to 70 × 45 pixels, in colour. Kept: 32 × 32 pixels, in colour."
    )
    grey = import_files(in_zip(files), shape=(1, 28, 28))
    assert [*facts(grey.understood)][2].endswith("Kept: 28 × 28 pixels, grey.")


def photos(count: int) -> list[Brought]:
    """Return photos of written digits on all kinds of paper, in class folders."""
    rng = np.random.default_rng(5)
    files = {}
    for n in range(count):
        hand = Handwriting(size_px=float(rng.uniform(100, 180)))
        ink = paint(draw(template(n % 10), hand, rng), float(rng.uniform(10, 24)))
        files[f"{n % 10}/{n}.png"] = saved(photograph(ink, PAPERS[n % len(PAPERS)], rng), "PNG")
    return in_zip(files)


def test_writing_on_paper_becomes_ink_that_a_model_of_drawings_reads() -> None:
    made = import_files(photos(30), is_ink=True)
    assert [*facts(made.understood)][2].endswith("Kept: their ink alone, white on black, 28 × 28 pixels.")
    assert not made.understood.is_on_paper
    model = ready_model("cnn-mnist")
    images = np.concatenate([pixels_of(made, str(digit)) for digit in range(10)])
    answers = model.logits(model.inputs(images)).argmax(axis=1)
    assert (answers == np.repeat(np.arange(10), 3)).mean() > 0.9


def test_dark_on_light_without_it_is_said_and_a_blank_sheet_has_no_ink() -> None:
    as_it_is = import_files(photos(20))
    assert as_it_is.understood.is_on_paper
    blank = {f"{'ab'[n % 2]}/{n}.png": saved(Image.new("L", (60, 60), 240), "PNG") for n in range(4)}
    with pytest.raises(
        RefusedUpload, match=r"None of its images could be read\. a/0\.png: No ink was found in it"
    ):
        build(in_zip(blank), Wanted("x", None, is_ink=True))
