"""Garments: whatever the background, the garment comes out bright on black, square and whole."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.images import STAGE_LABELS, prepare_garment


def shirt(
    background: tuple[int, ...], cloth: tuple[int, ...], size: tuple[int, int] = (300, 400)
) -> Image.Image:
    image = Image.new("RGB" if len(background) == 3 else "RGBA", size, background)
    w, h = size
    outline = [(0.3, 0.1), (0.7, 0.1), (0.95, 0.3), (0.85, 0.42), (0.72, 0.34), (0.72, 0.9), (0.28, 0.9)]
    outline += [(0.28, 0.34), (0.15, 0.42), (0.05, 0.3)]
    ImageDraw.Draw(image).polygon([(x * w, y * h) for x, y in outline], fill=cloth)
    return image


@pytest.mark.parametrize(
    ("background", "cloth"),
    [
        ((255, 255, 255), (40, 60, 120)),
        ((20, 20, 25), (220, 210, 200)),
        ((240, 235, 230), (200, 40, 40)),
        ((0, 0, 0, 0), (90, 90, 90, 255)),
        ((120, 170, 120), (20, 20, 20)),
    ],
)
def test_the_garment_is_bright_on_black(background: tuple[int, ...], cloth: tuple[int, ...]) -> None:
    prepared = prepare_garment(shirt(background, cloth))
    image = prepared.image
    assert (image.shape, image.dtype) == ((28, 28), np.float32)
    assert not prepared.empty
    assert image[14, 14] > 0.5
    assert image[0, 0] == image[27, 0] == image[27, 27] == 0
    assert (image.max(axis=1) > 0.1).sum() >= 27  # the longer side reaches from edge to edge


def test_the_shape_keeps_its_aspect() -> None:
    inked = prepare_garment(shirt((255, 255, 255), (30, 30, 30))).image > 0.3
    width, height = inked.any(axis=0).sum(), inked.any(axis=1).sum()
    assert width / height == pytest.approx(270 / 320, abs=0.08)


def test_stages_end_with_the_image_and_a_blank_picture_is_empty() -> None:
    prepared = prepare_garment(shirt((255, 255, 255), (30, 30, 30)))
    assert np.array_equal(prepared.stages[-1][2], prepared.image)
    assert [(STAGE_LABELS[name], caption) for name, caption, _ in prepared.stages] == [
        ("photo", "the photo in grey"),
        ("cut out", "background made black, garment bright"),
        ("scale", "scaled to fit 28 × 28 pixels"),
    ]
    assert prepare_garment(Image.new("RGB", (100, 100), (200, 200, 200))).reason == "empty"


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (3000, 20), (20000, 9)])
def test_odd_sizes_do_not_crash(size: tuple[int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3)).astype(np.uint8)
    assert prepare_garment(Image.fromarray(noise)).image.shape == (28, 28)
