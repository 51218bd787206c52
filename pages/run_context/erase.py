"""Delete everything of mine: asked once more, with what goes, and then done at once."""

from typing import Final

import streamlit as st

from core.datasets import DatasetError
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_
from core.i18n.translation import _
from core.runs import StoreError
from core.search.erasure import count_everything, erase_everything
from pages.run_context.form_config import leave_missing_dataset
from pages.run_context.selected_run import selected_run
from pages.server.errors import MESSAGES
from pages.server.visitor import store

# In the session, of what is gone.
_FORGOTTEN: Final = ("deleted_runs", "deleted_dataset", "selected_runs", "lesson_run", "handover")


def erase_button() -> None:
    """Draw the button that asks whether everything that is this visitor's is to go for good, if there is anything.

    Raises: StoreError.
    """
    if not any(vars(count_everything(store())).values()):
        return
    if st.button(_("Delete everything of mine"), icon=":material/delete_forever:", key="erase_mine"):
        st.dialog(_("Delete everything of mine"))(_ask)()


def _ask() -> None:
    if st.session_state.keys() & MESSAGES:  # the page says what came of it
        st.rerun()
    try:
        counted = count_everything(store())
    except StoreError as error:
        st.error(markdown_text(str(error)), icon=":material/database_off:")
        return
    if not any(vars(counted).values()):
        st.markdown(_("Nothing here is yours, so there is nothing to delete."))
        return
    st.markdown(
        markdown_(
            "This deletes **{what:list}** at once, what lies in the bin included. It cannot be undone.",
            what=counted.in_words(),
        )
    )
    st.markdown(
        _(
            "Runs of yours that are being trained are stopped. Runs of others that have learned from data you shared "
            "keep what they learned."
        )
    )
    st.markdown(_("Every browser that has these things, by a one-time link from Runs, loses them too."))
    with st.container(horizontal=True):
        st.button(
            _("Delete for good"),
            type="primary",
            icon=":material/delete_forever:",
            key="erase_now",
            on_click=_erase,
        )
        if st.button(_("Cancel"), key="erase_not"):
            st.rerun()


def _erase() -> None:
    state = st.session_state
    try:
        state.done = _("Deleted for good: {what:list}.", what=erase_everything(store()).in_words())
    except (DatasetError, StoreError) as error:
        state.trouble = str(error)
    for name in _FORGOTTEN:
        state.pop(name, None)
    selected_run()
    leave_missing_dataset()
