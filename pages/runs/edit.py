"""One run's name, note, tags and pin, and deleting with undo; only who made a run may change it."""

from typing import Final

import streamlit as st

from core.access.rules import Action
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.translation import _
from core.runs import RunRow, StoreError, UnreadableRun
from core.runs.run_labels import title
from pages.runs.runs_table import pin_help_in_markdown, select_rows
from pages.server.services import settings
from pages.server.visitor import may, store

MOST_TOLD: Final = 5  # runs that cannot be read


def edit_run(row: RunRow) -> None:
    """Draw the form; for others' runs say why there is none."""
    if not may(Action.EDIT_RUN, row):
        st.caption(
            _(
                "This run was not made in this browser, so you cannot change its name, note and tags. "
                "You can run it again."
            )
        )
        return
    with st.form(f"edit_{row.id}", border=False):
        st.text_input(_("Name"), row.name, key=f"name_{row.id}", max_chars=120, placeholder=title(row))
        st.text_area(_("Note"), row.note, key=f"note_{row.id}", max_chars=4000, height=80)
        st.text_input(
            _("Tags"),
            ", ".join(row.tags),
            key=f"tags_{row.id}",
            help=_("Up to twelve tags, separated by commas."),
        )
        st.toggle(_("Pin"), row.pinned, key=f"pin_{row.id}", help=pin_help_in_markdown())
        st.form_submit_button(_("Save"), on_click=_save, args=(row.id,), icon=":material/save:")


def _save(run_id: str) -> None:
    state = st.session_state
    try:
        store().rename(run_id, state[f"name_{run_id}"])
        store().note(run_id, state[f"note_{run_id}"])
        store().tag(run_id, state[f"tags_{run_id}"].split(","))
        store().pin(run_id, state[f"pin_{run_id}"])
    except StoreError as error:
        state.trouble = str(error)


def delete_button(rows: list[RunRow]) -> None:
    """Draw the button that deletes those of the selected runs that are this visitor's."""
    own = [row for row in rows if may(Action.DELETE_RUN, row)]
    count = len(own)
    st.button(
        markdown_("Delete mine ({n})", n=count) if 0 < count < len(rows) else _("Delete"),
        key="delete_runs",
        icon=":material/delete:",
        disabled=not own,
        on_click=_delete,
        args=([row.id for row in own],),
        help=nmarkdown_(
            "You can take it out of the bin, at the end of this page, for {n} day.",
            "You can take it out of the bin, at the end of this page, for {n} days.",
            settings().bin_days,
        )
        if own
        else _("A run can be deleted only in the browser that made it."),
    )


def _delete(run_ids: list[str]) -> None:
    deleted = []
    try:
        for run_id in run_ids:
            store().delete(run_id)
            deleted.append(run_id)
    except StoreError as error:
        st.session_state.trouble = str(error)
    st.session_state.deleted_runs = deleted
    select_rows([])
    if st.session_state.get("run") in deleted:
        st.session_state.run = None


def tell_unreadable(problems: list[UnreadableRun]) -> None:
    """Say of each run that cannot be read why, with a button for who made it."""
    for problem in problems[:MOST_TOLD]:
        with st.container(horizontal=True, vertical_alignment="center", key=f"unreadable_{problem.run_id}"):
            st.warning(markdown_text(str(problem)), icon=":material/broken_image:")
            if may(Action.DELETE_RUN, problem):
                st.button(
                    _("Delete"),
                    key=f"delete_{problem.run_id}",
                    icon=":material/delete:",
                    on_click=_delete,
                    args=([problem.run_id],),
                )
    if more := len(problems[MOST_TOLD:]):
        st.caption(
            nmarkdown_("{n} more run cannot be read, either.", "{n} more runs cannot be read, either.", more)
        )


def offer_undo() -> None:
    """Offer to bring back what was deleted last."""
    deleted = st.session_state.get("deleted_runs", [])
    if not deleted:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="undo_delete"):
        st.markdown(nmarkdown_("{n} run deleted.", "{n} runs deleted.", len(deleted)))
        st.button(_("Undo"), on_click=_undo, args=(deleted,), icon=":material/undo:", key="undo_button")


def _undo(run_ids: list[str]) -> None:
    st.session_state.deleted_runs = []
    select_rows([])
    try:
        for run_id in run_ids:
            store().restore(run_id)
    except StoreError as error:
        st.session_state.trouble = str(error)
