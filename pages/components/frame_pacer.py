"""A film whose pace the browser keeps: it asks for each frame when the one before has been shown for a while."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from pages.components.assets import loader

_pacer: Final = st.components.v2.component("inkling_pacer", js=loader("pacer.js"), isolate_styles=False)


def ask_for_next(key: str, number: int, after_ms: int, show_next: Callable[[], None]) -> None:
    """Have the browser ask for the frame after this one, the `number`th, once, `after_ms` from now.

    `show_next` is called before that is drawn. A page that nobody sees asks when it is seen again. A `key` begins
    with "pacer": it takes no room (theme.css).
    """
    _pacer(key=key, data={"number": number, "afterMs": after_ms}, height=1, on_next_change=show_next)
