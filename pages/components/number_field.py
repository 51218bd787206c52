"""Fields for whole numbers: one that keeps what was typed, and one that may be left empty."""

from typing import Any

import streamlit as st

from core.config.run_config import ConfigError, Range
from core.config.typed_setting import parse_in, typed
from core.i18n.literal_text import markdown_text


def whole_number(label: str, low: int, high: int, value: int, *, key: str, **look: Any) -> int | None:
    """Draw the field, which begins with `value`; return what was typed, None (and say why) where it is refused.

    A browser's own field would replace it without a word: "" by the least, "0,5" by 5.
    """
    text = st.text_input(markdown_text(label), typed(value), key=key, **look)
    try:
        return int(parse_in(Range(low, high, integer=True), label, text))
    except ConfigError as error:
        st.error(markdown_text(error.errors[0].said(label)))
        return None


def limit_field(label: str, high: int, limit: int, *, key: str, **look: Any) -> int:
    """Draw a field for a limit from 1 to `high`, which begins with `limit`; 0, an empty field, is none."""
    st.session_state.setdefault(
        key, min(limit, high) or None
    )  # Streamlit lets a field be emptied that has no default
    return int(st.number_input(markdown_text(label), 1, high, None, key=key, **look) or 0)
