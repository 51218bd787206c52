"""The board of a class: a tile for each member, live; what it is made of comes by the live channel alone."""

from typing import Final

import streamlit as st

from core.live.board_feed import Board
from core.live.board_stream import BoardStream
from pages.components.assets import loader
from pages.components.live_channel import follow
from pages.components.live_streams import drawn_stream

_board: Final = st.components.v2.component("inkling_board", js=loader("board.js"), isolate_styles=False)


def class_board(key: str, classroom_id: str) -> None:
    """Show the class's board, under the `key` of the live channel's part; it follows the class by itself."""
    stream = drawn_stream(key, BoardStream)
    _board(key=key, data=stream.message(Board()), on_resync_change=stream.reset)
    follow(f"follow_{key}", {("board", classroom_id): {}})
