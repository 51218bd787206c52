"""What Streamlit runs at each visit: page config, theme, warm-up, navigation, and the selected run in the sidebar."""

import streamlit as st

from pages.components.navigation import all_pages
from pages.components.theme import apply_style
from pages.run_context.selected_run import choose_run
from pages.server.errors import show_errors, show_messages
from pages.server.reader import find_viewer
from pages.server.visitor import set_visitor_cookie
from pages.server.warmup import list_ready_models, preload_libraries, warm_up
from pages.train.form_state import config_from_address


def draw() -> None:
    """Draw the page that the address names, and what surrounds it."""
    st.set_page_config(page_title="Inkling", page_icon="/app/static/favicon.png", layout="wide")
    apply_style()
    find_viewer()
    with show_errors():
        warm_up()
        list_ready_models()
        set_visitor_cookie()
        page = st.navigation(all_pages(), position="top")
        config_from_address()
        with st.sidebar:
            choose_run()
        show_messages()
        try:
            page.run()
        finally:  # a page may stop early
            preload_libraries()


if __name__ == "__main__":
    draw()
