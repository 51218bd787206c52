"""Search: which settings are best? Optuna chooses them, ordinary runs answer."""

import streamlit as st

from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import nmarkdown_
from core.i18n.translation import _
from core.runs import StoreError
from core.search import Searches
from pages.search.form import new_search
from pages.search.results import STATES, show_search
from pages.server.visitor import store

st.title(_("Search"), anchor=False)
if "search" in st.query_params:
    show_search(st.query_params["search"])
    st.stop()
st.markdown(_("Let the computer try settings. Each trial is a run like any other, kept on the Runs page."))
new_search()
try:
    earlier, unreadable = Searches(store()).newest(), Searches(store()).unreadable()
except StoreError as error:
    st.error(markdown_text(str(error)), icon=":material/database_off:")
    st.stop()
for problem in unreadable:
    st.warning(markdown_text(str(problem)), icon=":material/database_off:")
if earlier:
    st.subheader(_("Earlier searches"), anchor=False)
for search in earlier:
    with st.container(horizontal=True, vertical_alignment="center", key=f"search_{search.id}"):
        if st.button(markdown_text(search.name), key=f"open_{search.id}", type="tertiary"):
            st.query_params["search"] = search.id
            st.rerun()
        st.caption(
            nmarkdown_(
                "{n} trial · {state} · {started:date_time}",
                "{n} trials · {state} · {started:date_time}",
                search.plan.planned_trials,
                state=STATES[search.state],
                started=search.created_at,
            )
        )
