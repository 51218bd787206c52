"""The colours keep their promises: zero is the page, the two arms weigh the same, classes can be told apart."""

import colorsys

import numpy as np
import pytest

from core.figures.palette import (
    PALETTES,
    THEMES,
    Theme,
    class_colour,
    class_colours,
    diverging_lut,
    ink_on,
    palette,
    sequential,
)

# Machado, Oliveira and Fernandes 2009, "A Physiologically-based Model for Simulation of Color Vision
# Deficiency", severity 1.0, on linear RGB.
DEFICIENCIES = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour: str | np.ndarray) -> np.ndarray:
    if isinstance(colour, str):
        colour = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    rgb = np.asarray(colour, float) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def cielab(rgb: np.ndarray) -> np.ndarray:
    t = XYZ @ rgb / (0.9505, 1.0, 1.089)
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(a: str, b: str) -> float:
    low, high = sorted(float(linear(c) @ XYZ[1]) for c in (a, b))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_the_zero_of_the_diverging_scale_is_the_page(theme: Theme) -> None:
    paper = palette(theme).paper
    assert "#{:02X}{:02X}{:02X}".format(*diverging_lut(theme)[128]) == paper


@pytest.mark.parametrize("theme", THEMES)
def test_blue_is_against_and_red_is_for(theme: Theme) -> None:
    lut = diverging_lut(theme).astype(int)
    for place in (1, 40, 80, 110):
        assert lut[place, 2] > lut[place, 0], place
    for place in (146, 176, 216, 255):
        assert lut[place, 0] > lut[place, 2], place


@pytest.mark.parametrize("theme", THEMES)
def test_plus_and_minus_the_same_value_look_equally_strong(theme: Theme) -> None:
    lightness = np.array([cielab(linear(colour))[0] for colour in diverging_lut(theme)])
    assert np.abs(lightness[129:] - lightness[127:0:-1]).max() < 7  # of 100
    away = np.abs(lightness - lightness[128])
    assert (np.diff(away[128:]) > -0.8).all(), "a larger weight is never closer to the page"
    assert away[255] > 45


@pytest.mark.parametrize("theme", THEMES)
def test_text_and_curves_read_on_the_page(theme: Theme) -> None:
    colours = PALETTES[theme]
    assert contrast(colours.ink, colours.paper) > 10
    assert contrast(colours.muted, colours.paper) >= 4.5
    assert contrast(colours.muted, colours.panel) >= 4.5
    for line in (colours.train, colours.held_out, colours.good, colours.bad):
        assert contrast(line, colours.paper) >= 3


@pytest.mark.parametrize("deficiency", [None, *DEFICIENCIES])
def test_ten_classes_stay_apart_for_colour_blind_eyes(deficiency: str | None) -> None:
    seen = []
    for colour in class_colours(10):
        rgb = linear(colour)
        if deficiency:
            rgb = np.clip(np.array(DEFICIENCIES[deficiency]) @ rgb, 0, 1)
        seen.append(cielab(rgb))
    distances = [np.linalg.norm(a - b) for i, a in enumerate(seen) for b in seen[:i]]
    assert min(distances) > (18 if deficiency is None else 8)  # CIE76; about 2.3 is just noticeable


def test_a_class_keeps_its_colour_whatever_the_number_of_classes() -> None:
    assert class_colours(3) == class_colours(10)[:3]
    assert class_colour(7) == class_colours(47)[7]
    assert len(set(class_colours(40))) == 40


def test_ink_on_picks_the_text_that_reads_better() -> None:
    assert ink_on("#FFFFFF") == PALETTES["light"].ink
    assert ink_on("#000000") == "#FFFFFF"
    for colour in class_colours(10):
        assert contrast(ink_on(colour), colour) >= 4


@pytest.mark.parametrize("theme", THEMES)
def test_the_sequential_scale_starts_at_the_page_and_deepens(theme: Theme) -> None:
    scale = sequential(theme)
    assert scale[0] == [0.0, palette(theme).paper]
    hue = [colorsys.rgb_to_hls(*linear(str(colour)))[1] for _, colour in scale]
    steps = np.diff(hue)
    assert (steps < 0).all() if theme == "light" else (steps > 0).all()


def test_an_unknown_theme_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'sepia'"):
        palette("sepia")  # type: ignore[arg-type]
