"""The colours: paper and ink, series, classes, and the diverging scale of weights and evidence."""

from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

import numpy as np

Theme = Literal["light", "dark"]
THEMES: Final[tuple[Theme, ...]] = ("light", "dark")


@dataclass(frozen=True)
class Palette:
    """The colours of one theme, as "#RRGGBB"."""

    paper: str
    panel: str
    ink: str
    muted: str  # secondary text, at least 4.5:1 on paper
    hairline: str
    accent: str
    train: str
    held_out: str  # validation or test
    good: str
    bad: str


PALETTES: Final[dict[Theme, Palette]] = {
    "light": Palette(
        paper="#FBF9F4",
        panel="#F2EEE4",
        ink="#1B2A41",
        muted="#5D6675",
        hairline="#D9D4C7",
        accent="#BF4F38",
        train="#0072B2",
        held_out="#D55E00",
        good="#00795A",
        bad="#B3261E",
    ),
    "dark": Palette(
        paper="#11151C",
        panel="#1A202A",
        ink="#E8E4DA",
        muted="#9AA3B0",
        hairline="#313945",
        accent="#BF4F38",
        train="#4FA3DB",  # the same hues, lifted until they read on dark paper
        held_out="#F0883E",
        good="#2FBF94",
        bad="#FF8A80",
    ),
}

# All that a text may stand on: the page and its fields, the sidebar and its fields, as .streamlit/config.toml has them.
GROUNDS: Final[dict[Theme, tuple[str, ...]]] = {
    "light": ("#FBF9F4", "#F2EEE4", "#F5F2EA", "#EAE5D8"),
    "dark": ("#11151C", "#1A202A", "#151A22", "#202733"),
}
READABLE: Final = 4.5  # contrast of a text of ordinary size (WCAG 2.2, 1.4.3)
_ON_TINTS: Final = 4.7  # leaves as much where a ground has a tint of the accent, as beneath what is chosen

# Okabe and Ito 2008, "Color Universal Design", without the two that mean train and held out.
# The order is fixed: the first further series is always green. Dark: lifted, yellow kept.
_SERIES: Final[dict[Theme, tuple[str, ...]]] = {
    "light": ("#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#B8A800", "#1B2A41"),
    "dark": ("#2FBF94", "#DE97C0", "#F0B437", "#8CCBF0", "#F0E442", "#E8E4DA"),
}

# Petroff 2021, "Accessible Color Sequences for Data Visualization" (arXiv:2107.02270), the ten-colour set:
# optimised for separation under colour-vision deficiency and for looks.
_CLASSES: Final = (
    "#3F90DA",
    "#FFA90E",
    "#BD1F01",
    "#94A4A2",
    "#832DB6",
    "#A96B59",
    "#E76300",
    "#B9AC70",
    "#717581",
    "#92DADD",
)


def palette(theme: Theme) -> Palette:
    """Return the colours of `theme`.

    Raises: ValueError for a theme that is neither "light" nor "dark".
    """
    if theme not in PALETTES:
        raise ValueError(f"theme must be light or dark, got {theme!r}")  # not said: for programmers
    return PALETTES[theme]


def series_colour(index: int, theme: Theme) -> str:
    """Return the colour of the `index`-th further series (after train and held out), cycling."""
    return _SERIES[theme][index % len(_SERIES[theme])]


def class_colour(index: int) -> str:
    """Return the colour that class `index` has on every page and in both themes.

    Beyond ten classes the set repeats, each round darker, so that neighbours in a list never share a colour.
    """
    round_, place = divmod(index, len(_CLASSES))
    if round_ == 0:
        return _CLASSES[place]
    return to_hex(_rgb(_CLASSES[place]) * 0.72 ** min(round_, 4))


def class_colours(count: int) -> list[str]:
    """Return the colours of `count` classes, class 0 first."""
    return [class_colour(index) for index in range(count)]


def contrast(one: str, other: str) -> float:
    """Return how far two colours are apart in luminance, 1 to 21 (WCAG 2.2)."""
    low, high = sorted(float(_linear(_rgb(colour)) @ (0.2126, 0.7152, 0.0722)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


@cache
def ink_on(colour: str) -> str:
    """Return the colour of a text on `colour`: ink, white or black, the first of them that can be read there."""
    inks = (PALETTES["light"].ink, "#FFFFFF", "#000000")
    return next(ink for ink in inks if contrast(ink, colour) >= READABLE)


@cache
def text_shade(colour: str, theme: Theme) -> str:
    """Return the shade of `colour` for text: as much darker (dark theme: lighter) as reads on every ground."""
    rgb, end = _rgb(colour), 0.0 if theme == "light" else 1.0
    for share in np.linspace(0, 1, 101):
        shade = to_hex(rgb + share * (end - rgb))
        if all(contrast(shade, ground) >= _ON_TINTS for ground in GROUNDS[theme]):
            return shade
    return palette(theme).ink


# Stops of the diverging scale at |value| = 0.5 and 1: (lightness, chroma) in OKLCH. Both arms share them, so
# that +v and -v are equally far from the page; only the hue tells them apart.
_ARMS: Final[dict[Theme, tuple[tuple[float, float], tuple[float, float]]]] = {
    "light": ((0.62, 0.145), (0.36, 0.115)),
    "dark": ((0.54, 0.135), (0.84, 0.085)),
}
_HUE_FOR: Final = 29.0  # red
_HUE_AGAINST: Final = 250.0  # blue


@cache
def diverging_lut(theme: Theme) -> np.ndarray:
    """Return the diverging scale, uint8 (256, 3): index 128 + 127 v is the colour of v in [-1, 1].

    Index 128 (v = 0) is exactly the page's background; below it blue (against), above it red (for).
    """
    values = (np.arange(256) - 128) / 127
    paper = _to_oklab(_rgb(palette(theme).paper))
    lut = np.empty((256, 3))
    for i, value in enumerate(np.clip(values, -1, 1)):
        hue = np.deg2rad(_HUE_FOR if value > 0 else _HUE_AGAINST)
        arm = [paper] + [
            np.array([lightness, chroma * np.cos(hue), chroma * np.sin(hue)])
            for lightness, chroma in _ARMS[theme]
        ]
        place = abs(value) * 2
        start = min(int(place), 1)
        lut[i] = _from_oklab(arm[start] + (place - start) * (arm[start + 1] - arm[start]))
    lut[128] = _rgb(palette(theme).paper)
    colours = np.rint(np.clip(lut, 0, 1) * 255).astype(np.uint8)
    colours.setflags(write=False)
    return colours


@cache
def sequential(theme: Theme) -> list[list[float | str]]:
    """Return a plotly colorscale from the page's background (0) to deep blue (1), for counts and shares."""
    start, end = _to_oklab(_rgb(palette(theme).paper)), _to_oklab(_rgb(palette(theme).train))
    return [
        [float(t), to_hex(np.clip(_from_oklab(start + t * (end - start)), 0, 1))]
        for t in np.linspace(0, 1, 17)
    ]


def to_hex(rgb: np.ndarray) -> str:
    """Return "#RRGGBB" of three numbers in [0, 1]."""
    return "#" + "".join(f"{round(float(c) * 255):02X}" for c in rgb)


def to_rgb(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue, 0 to 255, of "#RRGGBB"."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


def _rgb(colour: str) -> np.ndarray:
    return np.array(to_rgb(colour)) / 255


def _linear(rgb: np.ndarray) -> np.ndarray:
    """Undo the sRGB transfer curve (IEC 61966-2-1)."""
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


# Ottosson 2020, "A perceptual color space for image processing": linear sRGB -> LMS -> Lab.
_TO_LMS: Final = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB: Final = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def _to_oklab(rgb: np.ndarray) -> np.ndarray:
    return _TO_LAB @ np.cbrt(_TO_LMS @ _linear(rgb))


def _from_oklab(lab: np.ndarray) -> np.ndarray:
    linear = np.clip(np.linalg.solve(_TO_LMS, np.linalg.solve(_TO_LAB, lab) ** 3), 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
