"""The app's own style on top of Streamlit's theme, and which theme is on."""

import streamlit as st

from core.figures.palette import PALETTES, Theme, text_shade
from core.i18n.literal_text import html_text
from pages.components.assets import style_sheets


def current_theme() -> Theme:
    """Return "dark" or "light", as this viewer's browser shows the app now (light before it has said)."""
    return "dark" if st.context.theme.type == "dark" else "light"


def theme_colours(theme: Theme) -> dict[str, str]:
    """Return the colours that the style sheets know as --ink-…, by that name."""
    palette = PALETTES[theme]
    names = ("paper", "panel", "ink", "muted", "hairline", "accent", "train", "held_out", "good", "bad")
    colours = {name.replace("_", "-"): str(getattr(palette, name)) for name in names}
    return colours | {"accent-text": text_shade(palette.accent, theme)}


def apply_style() -> None:
    """Lay the app's style over the page. Call it once per script run, first.

    The page that Streamlit serves links the sheets already, so that nothing is painted without them
    (pages/server/index_page.py); here they win over what Streamlit's own scripts add, and stand where another server
    runs the script.
    """
    colours = _declared(current_theme())
    sheets = "".join(f'@import url("{sheet}");' for sheet in style_sheets())  # not said: CSS
    inverted = int(current_theme() == "dark")  # what cannot be painted anew in other colours
    paper = f"@media print{{:root{{{_declared('light')}--ink-inverted:{inverted};}}}}"  # not said: CSS
    st.html(f"<style>{sheets}:root{{{colours}}}{paper}</style>")  # not said: CSS


def _declared(theme: Theme) -> str:
    colours = theme_colours(theme).items()
    return "".join(f"--ink-{name}:{colour};" for name, colour in colours)  # not said: CSS


def chip(text: str, tone: str = "plain") -> str:
    """Return a status chip as HTML for st.html: tone is "plain", "live", "good", "bad" or "waiting".

    Raises: ValueError for another tone.
    """
    if tone not in ("plain", "live", "good", "bad", "waiting"):
        raise ValueError(f"tone must be plain, live, good, bad or waiting, got {tone!r}")
    safe = html_text(text)
    return f'<span class="ink-chip ink-{tone}"><i></i>{safe}</span>'  # not said: HTML
