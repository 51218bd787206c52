"""The pages, in the order of the menu: the key of each is its folder and its address."""

from pathlib import Path
from typing import Any, Final

import streamlit as st

_PAGES: Final = Path(__file__).parents[1]
_FIRST: Final = "train"
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
    return _page(name, url_path="" if name == _FIRST else name, default=name == _FIRST)


def all_pages() -> list[st.Page]:
    """Return every page, for st.navigation; the first, whose address is the app's own, by its name as well."""
    by_name = _page(_FIRST, url_path=_FIRST, visibility="hidden")
    return [*map(page, _TITLES_AND_ICONS), by_name]


def _page(name: str, **settings: Any) -> st.Page:
    title, icon = _TITLES_AND_ICONS[name]
    return st.Page(_PAGES / name / "page.py", title=title, icon=icon, **settings)
