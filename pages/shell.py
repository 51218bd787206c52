"""What Streamlit runs at each visit: page config, theme, warm-up, navigation, and the selected run in the header."""

from contextlib import suppress

import streamlit as st
from streamlit.runtime.scriptrunner import StopException

from core.i18n.translation import _
from pages.classroom.lead_line import lead_line, leader_to_place
from pages.classroom.led_screen import (
    is_shown,
    led_screen,
    noter_of_place,
    pages_shown,
    place_of,
    say_not_shown,
)
from pages.classroom.seat_line import ask_who_is_there, seat_line
from pages.components.address import keep_one_entry_a_page
from pages.components.assets import version
from pages.components.navigation import all_pages, is_first, name_of
from pages.components.page_aids import page_aids
from pages.components.theme import apply_style
from pages.run_context.form_config import put_settings
from pages.run_context.run_header import run_header
from pages.run_context.selected_run import follow_address
from pages.server.errors import show_errors, show_messages
from pages.server.page_visit import note_page
from pages.server.reader import find_viewer
from pages.server.script_turns import in_turn
from pages.server.seat import is_somebody_else
from pages.server.visitor import tell_how_long_known
from pages.server.warmup import list_ready_models, preload_libraries, warm_up
from pages.train.form_state import config_from_address, config_shown
from pages.train.run_controls import TRAIN_KEY


@in_turn
def draw() -> None:
    """Draw the page that the address names, and what surrounds it."""
    find_viewer()
    # Before the navigation, which would have the browser fetch a page's icon from another host as the tab's.
    st.set_page_config(page_icon=f"/app/static/favicon.png?v={version()}", layout="wide")
    page = st.navigation(all_pages(pages_shown()), position="top")
    st.set_page_config(page_title=_("{page} · Inkling", page=page.title))
    note_page(page.url_path)
    apply_style()
    keep_one_entry_a_page()
    page_aids(skip_to=TRAIN_KEY if is_first(page) else "")
    with show_errors():
        warm_up()
        list_ready_models()
        tell_how_long_known()
        if is_somebody_else():
            ask_who_is_there()
            return
        config_from_address()
        follow_address()
        name = name_of(page)

        def beside() -> None:
            seat_line()
            lead_line(name)

        if is_first(page):
            st.sidebar.subheader(_("Settings"), anchor=False)
            run_header(beside, config_shown(), put_settings)
        else:
            run_header(beside)
        led_screen()
        st.html('<i class="ink-ready"></i>')  # not said: HTML
        show_messages()
        # Of a script that stops early Streamlit keeps the fragments that an earlier drawing had. A browser that still
        # asks for one is answered at a place that is gone, which leaves it an empty page.
        # After it the session says nothing any more, so that where it is, is asked before.
        place, note, take_along = place_of(name), noter_of_place(), leader_to_place(name)
        with suppress(StopException):
            if is_shown(name):
                page.run()
            else:
                say_not_shown()
            place = place_of(name)  # as the page has written it
        note(place)
        take_along(place)
        preload_libraries()


if __name__ == "__main__":
    draw()
