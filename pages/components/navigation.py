"""The pages, in the order of the menu: the key of each is its folder and its address."""

from collections.abc import Collection
from pathlib import Path
from typing import Any, Final, Literal

import streamlit as st

from core.i18n.translation import N_, Sentences

Visibility = Literal["visible", "hidden"]
_PAGES: Final = Path(__file__).parents[1]
_FIRST: Final = "train"
ALWAYS: Final = ("classroom",)  # pages that no teacher hides
_TITLES: Final = Sentences(
    {
        "train": N_("Train"),
        "weights": N_("Weights"),
        "draw": N_("Draw"),
        "evaluate": N_("Evaluate"),
        "data": N_("Data"),
        "runs": N_("Runs"),
        "search": N_("Search"),
        "classroom": N_("Class"),
    }
)
_ICONS: Final = {
    "train": ":material/play_arrow:",
    "weights": ":material/grid_view:",
    "draw": ":material/draw:",
    "evaluate": ":material/fact_check:",
    "data": ":material/photo_library:",
    "runs": ":material/stacked_line_chart:",
    "search": ":material/travel_explore:",
    "classroom": ":material/groups:",
}


def page(name: str, *, is_hidden: bool = False) -> st.Page:
    """Return a page to link or switch to.  Raises: KeyError for a name that no page has."""
    visibility: Visibility = "hidden" if is_hidden else "visible"
    return _page(name, url_path="" if name == _FIRST else name, default=name == _FIRST, visibility=visibility)


def has_page(name: str) -> bool:
    """Return whether there is a page of this name."""
    return name in _TITLES


def title_of(name: str) -> str:
    """Return what the page of this name is called.  Raises: KeyError."""
    return _TITLES[name]


def name_of(page: st.Page) -> str:
    """Return the name of the page, the first one's too, whose address is the app's own."""
    return page.url_path or _FIRST


def page_names() -> tuple[str, ...]:
    """Return the names of all pages, in the order of the menu."""
    return tuple(_TITLES)


def all_pages(shown: Collection[str] = ()) -> list[st.Page]:
    """Return every page, for st.navigation; the first, whose address is the app's own, by its name as well.

    shown: those that stand in the menu beside ALWAYS, by default all.
    """
    by_name = _page(_FIRST, url_path=_FIRST, visibility="hidden")
    hidden = {*_TITLES} - {*shown, *ALWAYS} if shown else set[str]()
    return [*(page(name, is_hidden=name in hidden) for name in _TITLES), by_name]


def is_first(page: st.Page) -> bool:
    """Return whether it is the page that the app opens with, under whichever of its two addresses."""
    return page.url_path in ("", _FIRST)


def _page(name: str, *, visibility: Visibility = "visible", **settings: Any) -> st.Page:
    icon = _ICONS[name] if visibility == "visible" else None  # of what no menu shows, with every drawing
    return st.Page(
        _PAGES / name / "page.py", title=_TITLES[name], icon=icon, visibility=visibility, **settings
    )
