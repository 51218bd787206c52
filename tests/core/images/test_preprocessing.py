"""Preparation: position, size and pen of a drawing do not matter, and what cannot be read is told."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.i18n.reader import read_by
from core.images import STAGE_LABELS, PreprocessingOptions, ink_from_canvas, prepare, strokes_of
from core.synthetic_digits import Handwriting, draw, paint, styles, template
from tests.catalogues import german

RNG_SEED = 7


def drawing(
    digit: int, hand: Handwriting | None = None, pen_px: float = 20.0, canvas_px: int = 280, style: int = 0
) -> np.ndarray:
    rng = np.random.default_rng(RNG_SEED)
    return paint(draw(template(digit, style), hand or Handwriting(), rng, canvas_px), pen_px, canvas_px)


def mass_centre(image: np.ndarray) -> tuple[float, float]:
    ys, xs = np.indices(image.shape)
    return float((image * ys).sum() / image.sum()), float((image * xs).sum() / image.sum())


def likeness(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


@pytest.mark.parametrize("digit", range(10))
def test_every_digit_fills_a_box_of_20_and_is_centred_by_mass(digit: int) -> None:
    image = prepare(drawing(digit)).image
    assert image.shape == (28, 28)
    assert image.dtype == np.float32
    assert image.min() == 0
    assert 0.85 <= image.max() <= 1
    rows, columns = np.flatnonzero(image.max(axis=1) > 0), np.flatnonzero(image.max(axis=0) > 0)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 in (20, 21)  # not on whole pixels
    assert mass_centre(image) == pytest.approx((14, 14), abs=0.1)


@pytest.mark.parametrize("digit", [2, 4, 5, 7])
def test_a_drawing_in_a_corner_gives_the_same_image_as_one_in_the_middle(digit: int) -> None:
    middle = prepare(drawing(digit, Handwriting(size_px=100))).image
    corner = prepare(drawing(digit, Handwriting(size_px=100, centre=(0.25, 0.75)))).image
    assert likeness(middle, corner) > 0.999


@pytest.mark.parametrize("digit", [0, 2, 3, 7])
def test_size_does_not_matter_when_pen_grows_with_it(digit: int) -> None:
    small = prepare(drawing(digit, Handwriting(size_px=60), pen_px=6)).image
    large = prepare(drawing(digit, Handwriting(size_px=240), pen_px=24)).image
    assert likeness(small, large) > 0.93


@pytest.mark.parametrize("digit", [0, 2, 3, 7])
def test_a_thin_and_a_thick_pen_come_out_alike_and_without_the_stage_do_not(digit: int) -> None:
    thin, thick = drawing(digit, pen_px=3), drawing(digit, pen_px=30)
    with_stage = likeness(prepare(thin).image, prepare(thick).image)
    off = PreprocessingOptions(pen_width=False)
    without = likeness(prepare(thin, off).image, prepare(thick, off).image)
    assert with_stage > 0.85
    assert with_stage > without + 0.1


@pytest.mark.parametrize("pen_px", [6, 12, 20, 31])
def test_pen_width_measures_the_brush(pen_px: int) -> None:
    strokes = strokes_of(drawing(1, pen_px=pen_px))
    assert strokes is not None
    assert strokes.width == pytest.approx(pen_px, abs=1.5)


def test_pen_width_of_nothing_is_zero() -> None:
    assert strokes_of(np.zeros((20, 20), dtype=np.float32)) is None


def test_each_stage_is_kept_in_order_with_a_caption() -> None:
    prepared = prepare(drawing(5), PreprocessingOptions(deskew=True))
    assert [name for name, _, _ in prepared.stages] == ["drawn", "crop", "pen", "scale", "centre", "deskew"]
    assert [caption for _, caption, _ in prepared.stages] == [
        "as it was drawn",
        "cropped to the ink",
        "strokes made 2 to 3.2 pixels thick",
        "scaled to fit 20 × 20 pixels",
        "centred by its centre of mass",
        "straightened",
    ]
    assert all(array.min() >= 0 and array.max() <= 1 for _, _, array in prepared.stages)
    assert np.array_equal(prepared.stages[-1][2], prepared.image)
    assert max(prepared.stages[3][2].shape) == 20


def test_stages_are_said_in_the_readers_language_and_their_names_stay(tmp_path, monkeypatch) -> None:
    sentences = {
        "strokes made {thinnest} to {thickest} pixels thick": "Striche {thinnest} bis {thickest} Pixel breit",
        "pen": "Stift",
    }
    with read_by(german(sentences, tmp_path, monkeypatch)):
        name, caption, _ = prepare(drawing(5)).stages[2]
        assert (name, STAGE_LABELS[name], caption) == ("pen", "Stift", "Striche 2 bis 3,2 Pixel breit")


def test_without_crop_the_whole_canvas_is_shrunk() -> None:
    prepared = prepare(
        drawing(3, Handwriting(size_px=70, centre=(0.2, 0.2))), PreprocessingOptions(crop=False, centre=False)
    )
    assert mass_centre(prepared.image) == pytest.approx((0.2 * 28, 0.2 * 28), abs=1)


def test_a_blank_canvas_is_empty() -> None:
    prepared = prepare(np.zeros((280, 280), dtype=np.float32))
    assert (prepared.empty, prepared.reason) == (True, "empty")
    assert not prepared.image.any()


def test_a_single_click_is_tiny_and_a_small_digit_is_not() -> None:
    click = paint([np.array([[100.0, 100.0], [101.0, 100.0]])], 20)
    assert prepare(click).reason == "tiny"
    assert prepare(drawing(2, Handwriting(size_px=40), pen_px=8)).reason == ""


def test_a_speck_is_tiny() -> None:
    ink = np.zeros((280, 280), dtype=np.float32)
    ink[5:9, 5:10] = 1
    assert prepare(ink).reason == "tiny"


@pytest.mark.parametrize("shape", [(1, 1), (1, 280), (280, 1), (2, 3), (280, 280)])
def test_odd_shapes_full_of_ink_do_not_crash(shape: tuple[int, int]) -> None:
    assert prepare(np.ones(shape, dtype=np.float32)).image.shape == (28, 28)


@pytest.mark.parametrize(
    "ink", [np.zeros((3, 3, 3)), np.full((9, 9), np.nan), np.zeros((0, 5)), np.full((9, 9), np.inf)]
)
def test_what_is_no_drawing_is_refused(ink: np.ndarray) -> None:
    with pytest.raises(ValueError, match="drawing"):
        prepare(ink)


@pytest.mark.parametrize("pen_px", [0.0, 9.0, float("nan")])
def test_a_pen_out_of_range_is_refused_with_its_value(pen_px: float) -> None:
    with pytest.raises(ValueError, match=str(pen_px)):
        PreprocessingOptions(thickest_px=pen_px)


def pencil_drawing(paper: tuple[int, ...], pen: tuple[int, ...]) -> np.ndarray:
    canvas = Image.new("RGBA", (280, 280), paper)
    ImageDraw.Draw(canvas).line([(60, 50), (200, 50), (120, 240)], fill=pen, width=20)
    return np.asarray(canvas)


@pytest.mark.parametrize(
    ("paper", "pen"),
    [
        ((255, 255, 255, 255), (0, 0, 0, 255)),
        ((0, 0, 0, 255), (255, 255, 255, 255)),
        ((0, 0, 0, 0), (0, 0, 0, 255)),
        ((251, 249, 244, 255), (27, 42, 65, 255)),
        ((17, 21, 28, 255), (200, 85, 61, 255)),
    ],
)
def test_a_canvas_of_any_colour_gives_the_same_ink(paper: tuple[int, ...], pen: tuple[int, ...]) -> None:
    ink = ink_from_canvas(pencil_drawing(paper, pen))
    expected = pencil_drawing((0, 0, 0, 255), (255, 255, 255, 255))[:, :, 0] / 255
    assert np.abs(ink - expected).max() < 0.02


def test_a_canvas_without_a_stroke_has_no_ink() -> None:
    assert not ink_from_canvas(np.full((280, 280, 4), 250, dtype=np.uint8)).any()


def test_a_canvas_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(280, 280\)"):
        ink_from_canvas(np.zeros((280, 280), dtype=np.uint8))


@pytest.mark.parametrize("digit", range(10))
def test_every_template_can_be_prepared(digit: int) -> None:
    for style in range(styles(digit)):
        assert not prepare(drawing(digit, style=style)).empty
