"""The app's own style on top of Streamlit's theme, and which theme is on."""

from pathlib import Path
from typing import Final

import streamlit as st

from core.figures.palette import PALETTES, Theme
from core.i18n.literal_text import css_text, html_text
from core.i18n.translation import _

_STYLE: Final = Path(__file__).with_name("theme.css").read_text(encoding="utf-8")


def current_theme() -> Theme:
    """Return "dark" or "light", as this viewer's browser shows the app now (light before it has said)."""
    return "dark" if st.context.theme.type == "dark" else "light"


def apply_style() -> None:
    """Lay the app's style over the page. Call it once per script run, first."""
    palette = PALETTES[current_theme()]
    names = ("paper", "panel", "ink", "muted", "hairline", "accent", "train", "held_out", "good", "bad")
    colours = "".join(f"--ink-{name.replace('_', '-')}:{getattr(palette, name)};" for name in names)
    lost = _(
        "Connection lost. Reconnecting… Nothing that was saved is lost. If this takes long, check that Inkling is "
        "still running."
    )
    words = f"--ink-connection-lost:{css_text(lost)};"
    st.html(f"<style>:root{{{colours}{words}}}{_STYLE}</style>")


def chip(text: str, tone: str = "plain") -> str:
    """Return a status chip as HTML for st.html: tone is "plain", "live", "good", "bad" or "waiting".

    Raises: ValueError for another tone.
    """
    if tone not in ("plain", "live", "good", "bad", "waiting"):
        raise ValueError(f"tone must be plain, live, good, bad or waiting, got {tone!r}")
    safe = html_text(text)
    return f'<span class="ink-chip ink-{tone}"><i></i>{safe}</span>'  # not said: HTML
