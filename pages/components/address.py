"""The page's address in the browser's history."""

from typing import Final

import streamlit as st

from pages.components.assets import loader

_address: Final = st.components.v2.component("inkling_address", js=loader("address.js"), isolate_styles=False)


def keep_one_entry_a_page() -> None:
    """Have Back lead to the page before: what a page notes in its address makes no entry of its own."""
    _address(key="follow_address", height=1)
