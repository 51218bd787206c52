"""A page's sections as tabs: session and address hold a section's name, which stays; a reader sees its title."""

from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.i18n.literal_text import markdown_text


def open_section(
    key: str, titles: Mapping[str, str], *, in_address: bool = False
) -> tuple[str, DeltaGenerator]:
    """Draw a tab for each section, {name: its title}; return the name of the open one, and the place to draw it in.

    The name is kept in the session under `key`, and in the address too if `in_address` (not the first's).
    """
    names, titles_markdown = list(titles), [markdown_text(title) for title in titles.values()]
    drawn = f"{key}_tabs"
    if in_address and key not in st.session_state:
        st.session_state[key] = st.query_params.get(key)
    name = st.session_state.get(key)
    if name not in names:
        name = st.session_state[key] = names[0]
    if st.session_state.get(drawn) != titles_markdown[names.index(name)]:
        st.session_state[drawn] = titles_markdown[names.index(name)]

    def choose() -> None:
        st.session_state[key] = names[titles_markdown.index(st.session_state[drawn])]

    places = st.tabs(titles_markdown, key=drawn, on_change=choose)
    if in_address:
        _write_address(key, name if name != names[0] else None)
    return name, places[names.index(name)]


def _write_address(key: str, name: str | None) -> None:
    if name is not None and st.query_params.get(key) != name:
        st.query_params[key] = name
    elif name is None and key in st.query_params:
        del st.query_params[key]
