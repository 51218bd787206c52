"""Runs: which is better? Every run that was made, to compare, repeat, take away and bring in."""

import streamlit as st

from core.i18n.literal_text import markdown_text
from core.insight.run_comparison import MOST_RUNS
from core.runs import RunRow, StoreError
from core.runs.run_labels import title
from pages.components.captioned_figure import captioned
from pages.components.navigation import page
from pages.run_context.selected_run import select_run, status_chip
from pages.runs.comparison import show_comparison
from pages.runs.edit import delete_button, edit_run, offer_undo
from pages.runs.export_import import export_section, import_section, links
from pages.runs.rerun import repeat_buttons
from pages.runs.runs_table import counted, filters, listed, run_columns, runs_table


def selection_tools(rows: list[RunRow]) -> None:
    """Draw what can be done with the selected runs."""
    with st.container(horizontal=True, vertical_alignment="center", key="selection_tools"):
        if st.button(
            f"Compare {len(rows)}" if len(rows) > 1 else "Compare",
            type="primary",
            icon=":material/compare_arrows:",
            disabled=not 2 <= len(rows) <= MOST_RUNS,
            help=f"Select 2 to {MOST_RUNS} rows to lay them side by side.",
        ):
            st.query_params["compare"] = ",".join(row.id for row in rows)
            st.rerun()
        delete_button(rows)
        if len(rows) == 1 and st.button("Open", icon=":material/visibility:", help="Bring it into view."):
            select_run(rows[0].id)
            st.switch_page(page("train"))


def one_run(row: RunRow) -> None:
    """Draw everything about one selected run."""
    st.subheader(markdown_text(title(row)), anchor=False)
    st.html(status_chip(row))
    if row.message:
        st.caption(markdown_text(f"{row.message} {row.remedy}"))
    repeat_buttons(row)
    names = ["Take away", "Link", "Name and note"]
    away, link, edit = st.tabs(names, key="run_section", on_change="rerun")
    with away:
        export_section(row)
    if link.open:
        with link:
            links(row)
    if edit.open:
        with edit:
            edit_run(row)


st.title("Runs", anchor=False)
if "compare" in st.query_params:
    show_comparison(st.query_params["compare"])
    st.stop()

wanted = filters()
offer_undo()
arrived = st.session_state.pop("brought_in_title", None)
if arrived:
    st.success(f"“{markdown_text(arrived)}” is here; it is selected below and in view on every page.")
try:
    rows = listed(**wanted)
except StoreError as error:
    st.error(markdown_text(str(error)), icon=":material/database_off:")
    st.stop()
if rows:
    chosen = runs_table(rows)
    by_id = {row.id: row for row in rows}
    selected = [by_id[run_id] for run_id in chosen]
    if not selected:
        captioned(
            "runs",
            f"{counted(rows)}. Select one to repeat it or take it away, up to six to compare them.",
            lambda: run_columns(rows),
        )
    else:
        selection_tools(selected)
    if len(selected) == 1:
        one_run(selected[0])
elif any(wanted[name] for name in ("search", "dataset", "model")) or wanted["whose"] != "mine first":
    st.info("No run fits these filters.")
else:
    st.info("No run yet: the first one takes ten seconds.")
    st.page_link(page("train"), label="Train one", icon=":material/play_arrow:")
with st.expander("Bring in a run", icon=":material/upload:", key="bring_in_panel"):
    import_section()
