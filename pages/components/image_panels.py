"""Readable images: every pixel's number by pointer or arrow keys, or a gallery to choose from."""

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from core.figures.image_panels import Panel, panels_message
from core.figures.weight_images import data_uri, scale_ends
from core.i18n.literal_text import html_text
from pages.components.assets import loader

_pixels: Final = st.components.v2.component("inkling_pixels", js=loader("pixels.js"), isolate_styles=False)


def pixel_panels(
    key: str,
    panels: Sequence[Panel],
    *,
    alt: str,
    px: int = 140,
    columns: int | None = None,
    aligned: bool = False,
    linked: bool = False,
    scale: bool = False,
    ends: tuple[str, str] | None = None,
    hint: str = "",
    joints: Sequence[str] = (),
    step: int | None = None,
) -> None:
    """Show images whose pixels can be read, each at most `px` pixels wide.

    columns: images in a row at most (default: as many as fit); aligned: always so many, scrolled sideways
    where the names do not fit. linked: the cursor stands at the same pixel of all,
    and their values are said together, with `joints` between them. scale: draw the (shared) diverging
    scale beneath, with what its two `ends` mean (default: `scale_ends`); hint: what stands there otherwise.
    """
    layout: dict[str, Any] = {
        "alt": alt,
        "px": px,
        "columns": columns,
        "aligned": aligned,
        "linked": linked,
        "scale": scale,
    }
    if scale:
        layout["ends"] = [*(ends or scale_ends())]
    layout |= {"hint": hint, "joints": list(joints)}
    if step is not None:
        layout["step"] = step
    _pixels(key=key, data=panels_message(panels, **layout))


def image_choice(
    key: str,
    panels: Sequence[Panel],
    *,
    alt: str,
    px: int = 62,
    columns: int | None = None,
    chosen: int | None = None,
) -> int | None:
    """Show images as buttons; return the name of the one chosen just now, else `chosen`.

    What is chosen is kept in the session under `key` + "_choice", and forgotten when it is not shown.
    """
    kept = f"{key}_choice"

    def choose() -> None:
        st.session_state[kept] = int(st.session_state[key].chosen)

    names = {panel.name for panel in panels}
    now = st.session_state.get(kept)
    now = now if now in names else chosen
    message = panels_message(panels, alt=alt, px=px, columns=columns, choosable=True, chosen=now)
    _pixels(key=key, data=message, on_chosen_change=choose)
    return now


def picture(png: bytes, *, alt: str) -> None:
    """Draw a PNG as wide as it is, but never wider than its column; `alt` says what it shows.

    It travels with the page: a file of Streamlit's is gone once the next rerun has another, and a browser that asks
    late is left with a broken image.
    """
    st.html(f'<img class="ink-picture" src="{data_uri(png)}" alt="{html_text(alt)}">')  # not said: HTML
