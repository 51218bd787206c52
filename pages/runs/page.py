"""Runs: which is better? Every run that was made, to compare, repeat, export and import."""

from functools import partial
from typing import Any

import streamlit as st

from core.access.rules import Role
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_
from core.i18n.reader import Reader, read_by, reader
from core.i18n.translation import _, ngettext
from core.insight.run_comparison import MOST_RUNS
from core.runs import RunRow, Store, StoreError
from core.runs.run_labels import title
from pages.components.captioned_figure import captioned
from pages.components.navigation import page
from pages.run_context.erase import erase_button
from pages.run_context.selected_run import select_run, status_chip
from pages.runs.bin import bin_section, kept_until
from pages.runs.comparison import show_comparison
from pages.runs.edit import delete_button, edit_run, offer_undo, tell_unreadable
from pages.runs.export_import import export_section, import_section, links
from pages.runs.handover import handover_section
from pages.runs.rerun import repeat_buttons
from pages.runs.room import room_section
from pages.runs.runs_table import filters, listed, run_columns, runs_table
from pages.server.seat import seated
from pages.server.visitor import actor, store


def selection_tools(rows: list[RunRow]) -> None:
    """Draw what can be done with the selected runs."""
    with st.container(horizontal=True, vertical_alignment="center", key="selection_tools"):
        if st.button(
            markdown_("Compare {n}", n=len(rows)) if len(rows) > 1 else _("Compare"),
            type="primary",
            icon=":material/compare_arrows:",
            disabled=not 2 <= len(rows) <= MOST_RUNS,
            help=markdown_("Select 2 to {most} runs to compare them side by side.", most=MOST_RUNS),
        ):
            st.query_params["compare"] = ",".join(row.id for row in rows)
            st.rerun()
        delete_button(rows)
        if len(rows) == 1 and st.button(
            _("Open"), icon=":material/visibility:", help=_("Selects this run on every page.")
        ):
            select_run(rows[0].id)
            st.switch_page(page("train"))


def one_run(row: RunRow) -> None:
    """Draw everything about one selected run."""
    st.subheader(markdown_text(title(row)), anchor=False)
    st.html(status_chip(row))
    if row.message:
        st.caption(markdown_text(f"{row.message} {row.remedy}"))
    if until := kept_until(row):
        st.caption(markdown_("Kept until {until:date}. A pinned run is kept.", until=until))
    repeat_buttons(row)
    names = [_("Export"), _("Link"), _("Name and note")]
    away, link, edit = st.tabs(names, key="run_section", on_change="rerun")
    with away:
        export_section(row)
    if link.open:
        with link:
            links(row)
    if edit.open:
        with edit:
            edit_run(row)


def _columns_for(viewer: Reader, source: Store, rows: list[RunRow]) -> dict[str, Any]:
    """Return the table as a file for a viewer, whom the server's thread does not know."""
    with read_by(viewer):
        return run_columns(rows, source)


st.title(_("Runs"), anchor=False)
if "compare" in st.query_params:
    show_comparison(st.query_params["compare"])
    st.stop()

if actor().role is Role.OPERATOR:
    st.caption(_("This browser is an operator's: it has everybody's runs, and may change and delete them."))
room_section()
wanted = filters()
offer_undo()
arrived = st.session_state.pop("brought_in_title", None)
if arrived:
    st.success(
        markdown_("“{run}” was imported. It is selected in the list below and on every page.", run=arrived)
    )
try:
    rows, unreadable = listed(**wanted)
except StoreError as error:
    st.error(markdown_text(str(error)), icon=":material/database_off:")
    st.stop()
tell_unreadable(unreadable)
if rows:
    chosen = runs_table(rows)
    by_id = {row.id: row for row in rows}
    selected = [by_id[run_id] for run_id in chosen]
    if not selected:
        captioned(
            "runs",
            ngettext(
                "{n} run. Select it to run it again or to export it.",
                "{n} runs. Select one to run it again or to export it, or 2 to {most} to compare them.",
                len(rows),
                most=MOST_RUNS,
            ),
            partial(_columns_for, reader(), store(), rows),
        )
    else:
        selection_tools(selected)
    if len(selected) == 1:
        one_run(selected[0])
elif any(wanted[name] for name in ("search", "dataset", "model")) or wanted["whose"] in ("mine", "pinned"):
    st.info(_("No runs match these filters. Change or clear one."))
elif not unreadable:
    st.info(_("No runs yet. The first one takes about ten seconds."))
    st.page_link(page("train"), label=_("Train a model"), icon=":material/play_arrow:")
with st.expander(_("Import a run"), icon=":material/upload:", key="bring_in_panel"):
    import_section()
bin_section()
if seated() is None:  # a member comes back by nickname and key; a link would lead to the browser's visitor
    with st.expander(_("Take my things to another browser"), icon=":material/devices:", key="handover_panel"):
        handover_section()
erase_button()
