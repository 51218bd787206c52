"""Draw: does it know mine, and why? A canvas, an answer, and everything behind the answer."""

import streamlit as st

from pages.components.draw_view import draw_view
from pages.components.entry import enter_by_app
from pages.components.respondents import ModelUnavailable, respondent

enter_by_app()  # before anything of the page is drawn

st.header("Draw", anchor=False)
who = respondent()
if isinstance(who, ModelUnavailable):
    st.info(who.sentence)
    st.page_link("pages/train.py", label=who.action, icon=":material/play_arrow:")
    st.stop()
draw_view(who)
