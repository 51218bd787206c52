"""Inkling: page config, warm-up, navigation, and the run in view in the sidebar. `streamlit run app.py`."""

import streamlit as st

st.set_page_config(page_title="Inkling", page_icon="/app/static/favicon.png", layout="wide")

from pages.components.form import config_from_address  # noqa: E402
from pages.components.lab import have_ready_models, preload_libraries, warm_up  # noqa: E402
from pages.components.run_view import choose_run  # noqa: E402
from pages.components.style import apply_style  # noqa: E402
from pages.components.trouble import show_errors, show_messages  # noqa: E402
from pages.components.visitor import set_visitor_cookie  # noqa: E402

PAGES = [
    st.Page("pages/train.py", title="Train", icon=":material/play_arrow:", default=True),
    st.Page("pages/weights.py", title="Weights", icon=":material/grid_view:"),
    st.Page("pages/draw.py", title="Draw", icon=":material/draw:"),
    st.Page("pages/evaluate.py", title="Evaluate", icon=":material/fact_check:"),
    st.Page("pages/data.py", title="Data", icon=":material/photo_library:"),
    st.Page("pages/runs.py", title="Runs", icon=":material/stacked_line_chart:"),
    st.Page("pages/search.py", title="Search", icon=":material/travel_explore:"),
]

apply_style()
with show_errors():
    warm_up()
    have_ready_models()
    set_visitor_cookie()
    page = st.navigation(PAGES, position="top")
    config_from_address()
    with st.sidebar:
        choose_run()
    show_messages()
    try:
        page.run()
    finally:  # a page may stop early
        preload_libraries()
