"""The head of every page: the picker of the selected run, its status, which it follows, and its settings."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import streamlit as st

from core.config.run_config import RunConfig, differing_fields
from core.config.setting_labels import LABELS
from core.i18n.literal_text import html_text, markdown_text
from core.i18n.number_format import percent, rough_duration
from core.i18n.translation import _
from core.live.run_news import page_mark
from core.pretrained.registry import SHIPPED
from core.runs import RunRow, StoreError
from core.runs.run_labels import settings_text, title, unambiguous
from pages.components.live_channel import follow
from pages.components.selectbox import selectbox
from pages.run_context.selected_run import select_run, selected_run, status_chip
from pages.server.errors import NOTICE
from pages.server.visitor import store, visitor

FRESH_S: Final = 90.0  # the age of a younger run would be told in seconds, in other words each time
PICKER_PX: Final = 460


def run_header(
    beside: Callable[[], None],
    form: RunConfig | None = None,
    use: Callable[[RunConfig], None] | None = None,
) -> None:
    """Draw the picker of the selected run, and what the run is.

    beside: draws what else stands in its line. form: the settings in the form, where the page has one: how the run's
    differ is said. use: puts others into it.
    """
    try:
        runs = _choices()
    except StoreError as error:
        st.error(markdown_text(str(error)), icon=":material/database_off:")
        return
    for notice in store().notices:
        st.warning(markdown_text(notice))
    by_id = {row.id: row for row in runs}
    current = st.session_state.get("run")
    if current and current not in by_id:
        gone = _("The selected run no longer exists. Press Train to start another.")
        st.session_state.setdefault(NOTICE, gone)  # a class that is over has told why already
        if selected_run() is not None:  # it is there, but out of sight
            select_run(None)
        current = None
    with st.container(key="run_header", horizontal=True, vertical_alignment="center"):
        beside()
        if not runs:
            st.caption(_("No runs yet. Press **Train** to start the first."))
            return
        selectbox(
            _("Selected run"),
            unambiguous({row.id: _label(row) for row in runs}),
            current,
            select_run,
            key="run_choice",
            placeholder=_("Choose a run"),
            help=_("All pages show this run. To share it, copy the address of the page."),
            width=PICKER_PX,
        )
        if current:
            _about(by_id[current], form, use)
        elif form is not None:  # room for what the run will be, on a line of its own where there is little
            st.html('<div class="ink-run"></div>', width="stretch")  # not said: HTML
    if form is None:  # Train draws and follows what its run does
        live = [row for row in runs if row.id == current and row.is_live]
        follow("status", {("state", row.id): {"page": page_mark(row)} for row in live})
    if current and st.query_params.get("run") != current:
        st.query_params["run"] = current


def _about(row: RunRow, form: RunConfig | None, use: Callable[[RunConfig], None] | None) -> None:
    """Say what the run is: its settings where the page has a form, and how they differ; else its status too."""
    settings = html_text(settings_text(row))
    settings = f'<span title="{settings}">{settings}</span>'  # not said: HTML
    if form is None or use is None:
        status = status_chip(row)
        about = f'<div class="ink-run ink-with-status">{status}{settings}</div>'  # not said: HTML
        st.html(about, width="stretch")
        return
    config = replace(row.config, start_from="", learning_rate_changes=())
    changed = [LABELS[name] for name in differing_fields(config, form) if name in LABELS]
    if changed:
        told = html_text(_("Changed in the form: {settings:list}", settings=changed))
        st.html(
            f'<div class="ink-run">{settings}<span title="{told}">{told}</span></div>',
            width="stretch",
        )  # not said: HTML
        st.button(
            _("Use these settings"),
            type="tertiary",
            on_click=use,
            args=(config,),
            help=_("Fill in the form with the settings of this run."),
        )
        return
    st.html(f'<div class="ink-run">{settings}</div>', width="stretch")  # not said: HTML


def _choices(limit: int = 60) -> list[RunRow]:
    """Return the visitor's runs, newest first, then others', the ready models, and the selected run wherever it is."""
    mine = store().list(owner=visitor(), limit=limit)
    known = {row.id for row in mine}
    others = [row for row in store().list(limit=limit) if row.id not in known]
    runs = [*mine, *others][:limit]
    shown = {row.id for row in runs}
    runs += [row for row in store().list(ids=[*SHIPPED], limit=len(SHIPPED)) if row.id not in shown]
    current = st.session_state.get("run")
    if current and current not in {row.id for row in runs}:
        runs = [*store().list(ids=[current], limit=1), *runs]
    return runs


def _label(row: RunRow) -> str:
    """Return a run's text in the list; the accuracy of one that goes on would be old a moment later."""
    told = [title(row)]
    if row.has_ended and row.latest_accuracy is not None:
        told.append(percent(row.latest_accuracy))
    if row.id in SHIPPED:
        return " · ".join(told)
    age_s = time.time() - row.created_at
    age: str = _("just now") if age_s < FRESH_S else _("{time} ago", time=rough_duration(age_s))
    return " · ".join([*told, age])
