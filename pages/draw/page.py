"""Draw: does it know mine, and why? A canvas, an answer, and everything behind the answer."""

import streamlit as st

from core.i18n.literal_text import markdown_text
from core.i18n.translation import _
from pages.components.navigation import page
from pages.draw.model_choice import ModelUnavailable, chosen_model
from pages.draw.question_and_answer import draw_view
from pages.run_context.guards import follow_first_weights
from pages.run_context.selected_run import selected_run

st.title(_("Draw"), anchor=False)
model = chosen_model()
if isinstance(model, ModelUnavailable):
    st.info(markdown_text(model.sentence))
    st.page_link(page("train"), label=markdown_text(model.action), icon=":material/play_arrow:")
    run = selected_run()
    if run is not None and run.is_live:
        follow_first_weights(run)
    st.stop()
draw_view(model)
