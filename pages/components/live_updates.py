"""What a ticking page sends: every live component of the page in one message, and nothing else.

Draw the components once per run of the whole page, outside the fragment that ticks: `live_chart`,
`weight_tiles`, `live_parts`. In the fragment call `live_update` alone, with the news for each of them. So a
tick redraws no layout, and costs the news and about 1.4 KB of Streamlit's own.
"""

from collections.abc import Mapping
from typing import Final, TypeVar

import streamlit as st

from core.figures.binary_message import pack
from core.figures.run_curves import Chart
from core.figures.weight_images import WeightImages
from core.live.messages import ChartStream, HtmlPatch, PartsStream, TileStream
from pages.components.assets import loader

TICK_BYTES: Final = 5_900  # that a tick may put on the wire, once the page has been drawn
TICK_OWN_BYTES: Final = 1_980  # of them what Streamlit sends for any tick, the news' wrapping, a header
LEAST_TILE_BYTES: Final = 800
IDLE_TOLD: Final = 2  # ticks in which a component with no news is told so, should it have missed some

Stream = TypeVar("Stream", ChartStream, TileStream, PartsStream)

_feed: Final = st.components.v2.component("inkling_feed", js=loader("feed.js"), isolate_styles=False)


def live_update(key: str, news: Mapping[str, Chart | WeightImages | HtmlPatch]) -> None:
    """Send the news, {component key: what it shows now}, to components that stand elsewhere on the page.

    A `key` that begins with "feed" takes no room (theme.css).
    """
    messages = _messages(news)
    header = {"parts": [[name, len(message)] for name, message in messages.items()]}
    names = list(news)
    _feed(
        key=key,
        data=pack(header, b"".join(messages.values())),
        height=1,
        on_resync_change=lambda: _reset(names),
    )


def viewer_stream(key: str, kind: type[Stream]) -> Stream:
    """Return this viewer's stream to component `key`, made on first use."""
    stream: Stream = st.session_state.setdefault(f"_stream_{key}", kind(key))
    return stream


def drawn_stream(key: str, kind: type[Stream]) -> Stream:
    """Return the stream of a component that is being drawn, reset when the whole page is drawn anew.

    A page switch or a reconnect mounts the component anew, and both run the whole script; a tick runs a
    fragment only and finds the component where it was.
    """
    stream = viewer_stream(key, kind)
    context = st.runtime.scriptrunner.get_script_run_ctx()
    if context is None or not context.fragment_ids_this_run:
        stream.reset()
    return stream


def _messages(news: Mapping[str, Chart | WeightImages | HtmlPatch]) -> dict[str, bytes]:
    """Return the message of each component that has one; weight images take the room that the others leave."""
    messages: dict[str, bytes] = {}
    room = TICK_BYTES - TICK_OWN_BYTES
    for name, shown in sorted(news.items(), key=lambda item: isinstance(item[1], WeightImages)):
        stream: ChartStream | TileStream | PartsStream
        if isinstance(shown, WeightImages):
            stream = viewer_stream(name, TileStream)
            message = stream.message(shown, max(room, LEAST_TILE_BYTES))
        elif isinstance(shown, Chart):
            stream = viewer_stream(name, ChartStream)
            message = stream.message(shown)
        else:
            stream = viewer_stream(name, PartsStream)
            message = stream.message(shown)
        if stream.idle <= IDLE_TOLD:
            messages[name] = message
            room -= len(message)
    return messages


def _reset(names: list[str]) -> None:
    for name in names:
        stream = st.session_state.get(f"_stream_{name}")
        if stream is not None:
            stream.reset()
