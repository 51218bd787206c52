"""A still picture whose every pixel stays a square."""

import html

import streamlit as st

from core.figures.weight_images import data_uri


def picture(png: bytes, *, alt: str) -> None:
    """Draw a PNG as wide as it is, but never wider than its column; `alt` says what it shows.

    It travels with the page: a file of Streamlit's is gone once the next rerun has another, and a browser that asks
    late is left with a broken image.
    """
    st.html(f'<img class="ink-picture" src="{data_uri(png)}" alt="{html.escape(alt)}">')
