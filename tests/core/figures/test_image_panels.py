"""Messages of readable images, read back byte by byte as the script reads them."""

import zlib

import numpy as np
import pytest

from core.datasets import ImageData
from core.figures.binary_message import unpack
from core.figures.image_panels import Panel, panels_message


def read(message: bytes) -> tuple[dict, list[np.ndarray]]:
    """Return (header, arrays) of a message, floats from their codes."""
    header, payload = unpack(message)
    data, start, arrays = zlib.decompress(payload, -15), 0, []
    for panel in header["panels"]:
        count = int(np.prod(panel["shape"]))
        if "step" in panel:
            codes = np.frombuffer(data, "<u2", count, start)
            arrays.append((panel["low"] + codes * panel["step"]).reshape(panel["shape"]))
            start += 2 * count
        else:
            arrays.append(np.frombuffer(data, np.uint8, count, start).reshape(panel["shape"]))
            start += count
    assert start == len(data)
    return header, arrays


def test_pictures_arrive_exactly_and_maps_to_half_a_step(mnist: ImageData) -> None:
    weights = np.random.default_rng(0).normal(0, 0.1, (1, 28, 28))
    colour = np.random.default_rng(1).integers(0, 256, (3, 32, 32), dtype=np.uint8)
    header, (image, map_, photo) = read(
        panels_message([Panel(mnist.test_images[0], "a"), Panel(weights, "b"), Panel(colour)], alt="three")
    )
    np.testing.assert_array_equal(image, mnist.test_images[0])
    np.testing.assert_array_equal(photo, colour)
    assert np.abs(map_ - weights).max() <= np.ptp(weights) / 65_535 / 2 * 1.001
    assert header["panels"][1]["limit"] == pytest.approx(np.abs(weights).max())
    assert [panel["label"] for panel in header["panels"]] == ["a", "b", ""]


def test_a_map_of_zeros_and_one_with_gaps_can_be_drawn() -> None:
    gaps = np.array([[[np.nan, 1.0], [np.inf, -1.0]]])
    header, (zeros, filled) = read(panels_message([Panel(np.zeros((1, 2, 2))), Panel(gaps)]))
    assert (zeros == 0).all()
    assert header["panels"][0]["limit"] == 1.0
    np.testing.assert_allclose(filled, [[[0, 1], [0, -1]]], atol=1e-4)


def test_the_digest_changes_with_pixels_and_with_words_only() -> None:
    image = np.zeros((1, 4, 4), np.uint8)
    other = image.copy()
    other[0, 0, 0] = 1

    def digest(panel: Panel) -> str:
        return unpack(panels_message([panel]))[0]["digest"]

    assert digest(Panel(image)) == digest(Panel(image.copy()))
    assert len({digest(Panel(image)), digest(Panel(other)), digest(Panel(image, "seven"))}) == 3


def test_a_value_has_a_name_unless_it_is_to_have_none() -> None:
    image = np.zeros((1, 4, 4), np.uint8)
    header, _ = read(panels_message([Panel(image), Panel(image, quantity="ink"), Panel(image, quantity="")]))
    assert [panel["quantity"] for panel in header["panels"]] == ["pixel", "ink", ""]


def test_other_shapes_are_refused_with_their_shape() -> None:
    with pytest.raises(ValueError, match=r"\(2, 4, 4\)"):
        panels_message([Panel(np.zeros((2, 4, 4)))])
