"""A block of HTML whose marked elements change while a run trains: status, figures, the strip's answers."""

from typing import Final

import streamlit as st

from core.live.messages import HtmlPatch, PartsStream
from pages.components.assets import loader
from pages.components.live_streams import drawn_stream

_parts: Final = st.components.v2.component("inkling_parts", js=loader("parts.js"), isolate_styles=False)


def live_parts(key: str, parts: HtmlPatch, *, height: int | None = None) -> None:
    """Show `parts` under `key`, `height` pixels high (default: as high as it is).

    The template is trusted HTML: escape what people wrote. The values are set as text and attributes.
    The live channel brings new values.
    """
    stream = drawn_stream(key, PartsStream)
    _parts(key=key, data=stream.message(parts), height=height or "content", on_resync_change=stream.reset)
