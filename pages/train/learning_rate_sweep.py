"""Eight learning rates at once: eight ordinary runs of one group, trained side by side by one worker."""

from dataclasses import replace
from typing import Final

import streamlit as st

from core.access.rules import Action
from core.config.run_config import ConfigError, RunConfig
from core.config.setting_labels import refusal
from core.datasets import DatasetError, dataset_spec
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_
from core.i18n.number_format import percent, plain
from core.i18n.translation import _
from core.live.sweep_news import STANDINGS, members, sweep_chart, sweep_marks
from core.models.parameter_shapes import count_parameters
from core.runs import RunRow, StoreError
from core.runs.run_groups import is_joint, new_group_id
from core.runs.run_labels import STATUSES
from core.search.learning_rate_sweep import sweep_rates
from core.training.path_selection import may_join
from pages.components.live_channel import follow
from pages.components.live_chart import live_chart
from pages.run_context.selected_run import select_run
from pages.server.run_feeds import feed
from pages.server.visitor import command, may, store, submit
from pages.train.run_controls import chosen_pace

CHART_PX: Final = 300


def sweep_offer(config: RunConfig) -> None:
    """Offer to try eight learning rates at once, with what that needs where it cannot be done."""
    rates = sweep_rates(config.learning_rate)
    heading_in_markdown = markdown_("Try {count} learning rates at once", count=len(rates))
    st.markdown(f"**{heading_in_markdown}**")
    if not may_join(config, config):
        st.caption(
            _(
                "This trains eight models side by side. It works for softmax regression with SGD on the CPU, "
                "without data augmentation and without an L1 penalty. Choose those settings first."
            )
        )
        return
    told_in_markdown = markdown_(
        "Eight models see the same images in the same order; only their learning rates differ: {rates:list}. "
        "Together they take about as long as four one after another. Each becomes a separate run.",
        rates=[plain(rate) for rate in rates],
    )
    st.caption(told_in_markdown)
    st.button(_("Train all eight"), on_click=_begin, args=(config, rates))


def show_sweep(run: RunRow) -> None:
    """Show the curves of the run's group, if it is one of such eight, live while any of them trains."""
    if not is_joint(run.group_id):
        return
    runs = members(store(), run.group_id)
    if len(runs) < 2:
        return
    with st.container(key="sweep-box"):
        live_chart("sweep", sweep_chart(run.group_id, runs, store(), feed), height=CHART_PX)
        is_live = any(member.is_live for member in runs)
        follow("sweep", {("sweep", run.group_id): sweep_marks(runs)} if is_live else {})
        _open_buttons(run, runs)


def _label(member: RunRow) -> str:
    """Return the text of the button that opens the run: its learning rate and, at its end, what came of it."""
    rate, accuracy = plain(member.config.learning_rate), member.latest_accuracy
    if not member.has_ended:
        return rate
    if member.status in STANDINGS:
        return f"{rate} · {STATUSES[member.status]}"
    return rate if accuracy is None else f"{rate} · {percent(accuracy)}"


def _open_buttons(run: RunRow, runs: list[RunRow]) -> None:
    """Draw one button per run that selects it, and one that stops them all."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_("Select a run:"), width="content")
        for member in runs:
            is_open = member.id == run.id
            st.button(
                markdown_text(_label(member)),
                key=f"open_{member.id}",
                type="primary" if is_open else "secondary",
                disabled=is_open,
                on_click=select_run,
                args=(member.id,),
                help=_("Show the run with this learning rate."),
            )
        if may(Action.ORDER_RUN, run) and any(not member.has_ended for member in runs):
            st.button(_("Stop all"), on_click=_stop_all, args=([member.id for member in runs],))


def _begin(config: RunConfig, rates: list[float]) -> None:
    """Create the eight runs, hand the one with the form's own rate to the engine, and select it."""
    group_id, first = new_group_id(), max(0, len(rates) - 3)
    try:
        ids = [_create(replace(config, learning_rate=rate), group_id) for rate in rates]
        submit(ids[first])
        select_run(ids[first])
    except (StoreError, DatasetError, ConfigError) as error:
        st.session_state.trouble = refusal(error)


def _create(config: RunConfig, group_id: str) -> str:
    return store().create(
        config,
        name=str(_("Learning rate {rate:plain}, one of eight", rate=config.learning_rate)),
        pace=chosen_pace(),
        group_id=group_id,
        parameter_count=count_parameters(config, dataset_spec(config.dataset)),
        queue=False,
    )


def _stop_all(run_ids: list[str]) -> None:
    try:
        for run_id in run_ids:
            command(run_id, command="stop")
    except StoreError as error:
        st.session_state.trouble = str(error)
