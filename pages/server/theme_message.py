"""The theme as Streamlit tells it to a browser with every drawing of a page or part: made once.

Streamlit makes it anew each time from all of its options, on the event loop: a seventh of what the server computed for
sixty people who draw.
"""

from collections.abc import Callable
from functools import cache

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

Fill = Callable[..., None]  # writes a section's options into the message


def keep_theme() -> None:
    """Have Streamlit make the theme's message once: its options do not change while the server runs."""
    fill = getattr(app_session, "_populate_theme_msg", None)
    if fill is not None:  # another Streamlit may do it in another way
        app_session._populate_theme_msg = kept(fill)


def kept(fill: Fill) -> Fill:
    """Return `fill`, which computes each section once."""

    @cache
    def made(section: str) -> CustomThemeConfig:
        message = CustomThemeConfig()
        fill(message, section)
        return message

    def copied(message: CustomThemeConfig, section: str = "theme") -> None:
        message.MergeFrom(made(section))

    return copied
