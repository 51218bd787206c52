"""Every text reads: at least 4.5:1 (WCAG 2.2, 1.4.3) in both themes, from the style sheets and Streamlit's settings."""

import re
import tomllib
from pathlib import Path

import pytest

from core.figures.palette import (
    GROUNDS,
    PALETTES,
    THEMES,
    Theme,
    class_colour,
    ink_on,
    sequential,
    series_colour,
    text_shade,
)
from pages.components.theme import theme_colours

ROOT = Path(__file__).resolve().parents[2]
THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
SHEETS = sorted((ROOT / "pages").rglob("*.css"))
LEAST = 4.5
STREAMLITS = {
    "text-color": "textColor",
    "background-color": "backgroundColor",
    "primary-color": "primaryColor",
}
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
UNREAD = (
    "hover ~",
    ".spikeline",
    "ink-bar-track",
    "50%",
    ".ink-switch input",
    ":is(canvas, img, svg)",
)  # moves aside for the pointer; marks; a frame of a dot; what its label is pressed for; pictures


def contrast(one: str, other: str) -> float:
    """Return the ratio by WCAG's own formula, which is not the palette's code."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def over(colour: str, ground: str, share: float) -> str:
    """Return what `colour` looks like on `ground` when `share` of it is there."""
    pairs = [(int(colour[i : i + 2], 16), int(ground[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(share * a + (1 - share) * b):02X}" for a, b in pairs)


def grounds(theme: Theme) -> set[str]:
    """Return what texts stand on: the page and its fields, the sidebar and its fields."""
    settings = THEME[theme]
    parts = (settings, settings["sidebar"])
    return {part[name] for part in parts for name in ("backgroundColor", "secondaryBackgroundColor")}


def colour_of(value: str, theme: Theme) -> str | None:
    """Return the colour that a CSS value means, None where it is whatever stands around it."""
    value = value.strip().removesuffix("!important").strip()
    if name := re.fullmatch(
        r"var\(--ink-([\w-]+)(?:, Canvas(?:Text)?)?\)", value
    ):  # before the session: the system's
        return theme_colours(theme)[name[1]]
    if name := re.fullmatch(r"var\(--st-([\w-]+)\)", value):
        return str(THEME[theme][STREAMLITS[name[1]]])
    if re.fullmatch(r"#[0-9A-Fa-f]{6}", value):
        return value
    assert value in ("inherit", "transparent", "none") or "--cell" in value, (
        f"a colour of another kind: {value}"
    )
    return None


def test_texts_and_grounds_of_the_palette_are_those_of_streamlits_settings() -> None:
    for theme in THEMES:
        colours, settings = PALETTES[theme], THEME[theme]
        assert set(GROUNDS[theme]) == grounds(theme)
        assert (colours.ink, colours.paper, colours.panel, colours.accent) == tuple(
            settings[name]
            for name in ("textColor", "backgroundColor", "secondaryBackgroundColor", "primaryColor")
        )


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_what_a_style_sheet_colours_reads_on_every_ground(sheet: Path, theme: Theme) -> None:
    css = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
    faint = []
    for selector, body in RULE.findall(css):
        if any(mark in selector for mark in UNREAD):
            continue
        said = dict(re.findall(r"(?<![\w-])(color|background|opacity)\s*:\s*([^;]+)", body))
        colour = colour_of(said["color"], theme) if "color" in said else None
        if colour is None and "opacity" not in said:
            continue
        ground = colour_of(said.get("background", "none"), theme)
        for place in {ground} if ground else grounds(theme):
            seen = over(colour or PALETTES[theme].ink, place, float(said.get("opacity", 1)))
            if contrast(seen, place) < LEAST:
                faint.append(f"{selector.strip()}: {contrast(seen, place):.2f} on {place}")
    assert faint == []


@pytest.mark.parametrize("theme", THEMES)
def test_what_streamlit_colours_by_its_settings_reads(theme: Theme) -> None:
    settings = THEME[theme]
    for ground in grounds(theme):
        assert contrast(settings["textColor"], ground) >= LEAST
        assert contrast(settings["linkColor"], ground) >= LEAST
    assert contrast(settings["codeTextColor"], settings["codeBackgroundColor"]) >= LEAST
    assert contrast("#FFFFFF", settings["primaryColor"]) >= LEAST  # the primary button and its key


@pytest.mark.parametrize("theme", THEMES)
def test_a_chosen_tab_or_option_reads_on_its_tint(theme: Theme) -> None:
    accent = theme_colours(theme)["accent-text"]
    for ground in (THEME[theme]["backgroundColor"], THEME[theme]["sidebar"]["backgroundColor"]):
        assert contrast(accent, ground) >= LEAST
        assert contrast(accent, over(THEME[theme]["primaryColor"], ground, 0.1)) >= LEAST


@pytest.mark.parametrize("theme", THEMES)
def test_a_text_in_the_colour_of_a_line_a_class_or_the_accent_takes_a_shade_that_reads(theme: Theme) -> None:
    colours = PALETTES[theme]
    for colour in (
        *(colours.train, colours.held_out, colours.accent, colours.good, colours.bad),
        *(series_colour(i, theme) for i in range(6)),
        *(class_colour(i) for i in range(40)),
    ):
        shade = text_shade(colour, theme)
        assert min(contrast(shade, ground) for ground in grounds(theme)) >= LEAST, colour
        if all(contrast(colour, ground) >= 5 for ground in grounds(theme)):
            assert shade == colour


@pytest.mark.parametrize("theme", THEMES)
def test_a_number_on_a_coloured_ground_reads(theme: Theme) -> None:
    greys = [f"#{level:02X}{level:02X}{level:02X}" for level in range(256)]
    cells = [str(colour) for _place, colour in sequential(theme)]
    for ground in (*greys, *cells, *(class_colour(i) for i in range(40))):
        assert contrast(ink_on(ground), ground) >= LEAST, ground


def test_no_column_of_a_table_is_pinned() -> None:
    """Streamlit draws the texts of a pinned column, and of an index, at 0.4 of the ink: 2.3:1."""
    pinned = re.compile(r"Column\([^)]*\bpinned=True")
    assert [
        path.name for path in (ROOT / "pages").rglob("*.py") if pinned.search(path.read_text("utf-8"))
    ] == []


@pytest.mark.parametrize("sheet", ["theme.css", "guards.css"])
def test_what_lies_on_the_page_has_no_colour_that_only_components_have(sheet: str) -> None:
    """There it would be none, and what scrolls below would show through."""
    assert "var(--st-" not in next(path for path in SHEETS if path.name == sheet).read_text(encoding="utf-8")
