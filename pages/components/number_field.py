"""A field for a whole number, which a browser's own would replace without a word: "" by the least, "0,5" by 5."""

from typing import Any

import streamlit as st

from core.config.run_config import ConfigError, Range
from core.config.typed_setting import parse_in, typed
from core.i18n.literal_text import markdown_text


def whole_number(label: str, low: int, high: int, value: int, *, key: str, **look: Any) -> int | None:
    """Draw the field, which begins with `value`; return what was typed, None (and say why) where it is refused."""
    text = st.text_input(markdown_text(label), typed(value), key=key, **look)
    try:
        return int(parse_in(Range(low, high, integer=True), label, text))
    except ConfigError as error:
        st.error(markdown_text(error.errors[0].said(label)))
        return None
