"""Draw: does it know mine, and why? A canvas, an answer, and everything behind the answer."""

import streamlit as st

from pages.components.navigation import page
from pages.draw.model_choice import ModelUnavailable, respondent
from pages.draw.question_and_answer import draw_view

st.header("Draw", anchor=False)
who = respondent()
if isinstance(who, ModelUnavailable):
    st.info(who.sentence)
    st.page_link(page("train"), label=who.action, icon=":material/play_arrow:")
    st.stop()
draw_view(who)
