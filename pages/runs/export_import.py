"""Export a run as a file or a link, and import one."""

from typing import Final

import streamlit as st

from core.config.query_string import to_query
from core.datasets import CATALOG, DatasetError
from core.export import FORMATS, ExportRefused, check_export, export_file_name, export_run
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_
from core.i18n.translation import N_, Sentences, _
from core.imports.linear_layer import import_weights
from core.imports.run_bundle import import_bundle
from core.runs import RunRow, StoreError
from core.runs.run_labels import title
from pages.components.image_panels import picture
from pages.components.selectbox import field_px
from pages.run_context.form_config import usual_for
from pages.run_context.selected_run import select_run
from pages.runs.rerun import repeated_config
from pages.runs.runs_table import select_rows
from pages.server.share_link import address_of, qr_code, say_reach
from pages.server.turns import at_ones_turn, costly_file
from pages.server.visitor import store

_QR_CODES: Final = Sentences({"run": N_("This run"), "settings": N_("Its settings")})


def export_section(row: RunRow) -> None:
    """Draw the choice of a format and its download; the file is made when it is asked for."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="takeaway"):
        form = st.selectbox(
            _("Export as"), list(FORMATS), key="takeaway_format",
            width=field_px((form.title for form in FORMATS.values()), 260),
            format_func=lambda name: FORMATS[name].title,
        )  # fmt: skip
        problem, mine = _problem(row, form), store()
        st.download_button(
            _("Download"),
            disabled=bool(problem),
            data=costly_file(lambda: export_run(mine, row.id, form).data),
            file_name=export_file_name(row, form),
            mime=FORMATS[form].mime,
            on_click="ignore",
            icon=":material/download:",
            key=f"download_{form}_{row.id}",
        )
    if problem:
        st.info(markdown_text(problem))
    on_the_command_line = markdown_(
        "On the command line: `python -m core export {run} --format {form}`.", run=row.id, form=form
    )
    st.caption(f"{markdown_text(FORMATS[form].says)} {on_the_command_line}")


def _problem(row: RunRow, form: str) -> str:
    """Return why the run cannot be had in this form, an empty text if it can."""
    try:
        check_export(row, form)
    except ExportRefused as error:
        return str(error)
    return ""


def links(row: RunRow) -> None:
    """Draw the link to the run and the one to its settings, each to copy, the chosen one as a QR code."""
    to_run = address_of("", {"run": row.id})
    settings = to_query(repeated_config(row), usual_for(row.dataset))
    to_settings = address_of("", settings)
    st.caption(_("Link to this run:"))
    st.code(to_run, language=None, wrap_lines=True)
    st.caption(_("Link to its settings. Training with them gives the same numbers:"))
    st.code(to_settings, language=None, wrap_lines=True)
    say_reach(to_run)
    which = st.segmented_control(
        _("QR code"), list(_QR_CODES), default="run", key=f"qr_{row.id}", format_func=_QR_CODES.__getitem__
    )
    target = to_run if which == "run" else to_settings
    picture(qr_code(target), alt=_("QR code: {address}", address=target))


def import_section() -> None:
    """Draw the uploader for bundles and weights."""
    file = st.file_uploader(
        _("Run bundle (.inkling.zip) or weights of a linear layer (.safetensors)"),
        type=["zip", "safetensors"],
        key=f"bring_in_{st.session_state.get('brought_in', 0)}",
    )
    is_weights = file is not None and file.name.endswith(".safetensors")
    dataset = "mnist"
    if is_weights:
        dataset = st.selectbox(
            _("Dataset that the weights were trained on"),
            list(CATALOG),
            format_func=lambda name: CATALOG[name].title,
        )
    if not st.button(_("Import"), disabled=file is None, icon=":material/upload:") or file is None:
        return
    try:
        if is_weights:
            name = file.name.removesuffix(".safetensors")
            run_id = import_weights(store(), file.getvalue(), dataset=dataset, name=name)
        else:
            with at_ones_turn():  # half a megabyte may unpack to hundreds
                run_id = import_bundle(store(), file.getvalue())
    except (StoreError, DatasetError) as error:
        st.error(markdown_text(str(error)))
        return
    st.session_state.brought_in = st.session_state.get("brought_in", 0) + 1
    select_run(run_id)
    select_rows([run_id])
    st.session_state.brought_in_title = title(store().get(run_id))
    st.rerun()
