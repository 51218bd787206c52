"""The pages, in the order of the menu: the key of each is its folder and its address."""

from pathlib import Path
from typing import Final

import streamlit as st

_PAGES: Final = Path(__file__).parents[1]
_TITLES_AND_ICONS: Final = {
    "train": ("Train", ":material/play_arrow:"),
    "weights": ("Weights", ":material/grid_view:"),
    "draw": ("Draw", ":material/draw:"),
    "evaluate": ("Evaluate", ":material/fact_check:"),
    "data": ("Data", ":material/photo_library:"),
    "runs": ("Runs", ":material/stacked_line_chart:"),
    "search": ("Search", ":material/travel_explore:"),
}


def page(name: str) -> st.Page:
    """Return a page to link or switch to.  Raises: KeyError for a name that no page has."""
    title, icon = _TITLES_AND_ICONS[name]
    return st.Page(_PAGES / name / "page.py", title=title, icon=icon, url_path=name, default=name == "train")


def all_pages() -> list[st.Page]:
    """Return every page, for st.navigation."""
    return [page(name) for name in _TITLES_AND_ICONS]
