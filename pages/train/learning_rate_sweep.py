"""Eight learning rates at once: eight ordinary runs of one group, trained side by side by one worker."""

from dataclasses import replace
from typing import Final

import streamlit as st

from core.config.run_config import RunConfig
from core.datasets import dataset_spec
from core.figures.palette import PALETTES, Theme, series_colour
from core.figures.run_curves import Chart, Series
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_
from core.i18n.number_format import percent, plain
from core.i18n.translation import N_, _, ngettext
from core.live.run_feed import Feed
from core.models.parameter_shapes import count_parameters
from core.runs import RunRow, StoreError
from core.runs.run_groups import is_joint, new_group_id
from core.runs.run_labels import STATUSES
from core.search.learning_rate_sweep import sweep_rates
from core.training.path_selection import may_join
from pages.components.live_chart import live_chart
from pages.components.live_updates import live_update
from pages.run_context.selected_run import select_run
from pages.server.run_feeds import feed
from pages.server.services import engine, store
from pages.server.visitor import visitor
from pages.train.run_controls import chosen_pace

TICK_S: Final = 1.0
CHART_PX: Final = 300
_STANDS: Final = {  # how a run of the group stands that has no accuracy to tell
    "created": N_("Learning rate {rate:plain}: not started."),
    "queued": N_("Learning rate {rate:plain}: queued."),
    "interrupted": N_("Learning rate {rate:plain}: interrupted."),
    "diverged": N_("Learning rate {rate:plain}: diverged."),
    "failed": N_("Learning rate {rate:plain}: failed."),
}


def sweep_button(config: RunConfig) -> None:
    """Offer to try eight learning rates at once, with what that needs where it cannot be done."""
    rates = sweep_rates(config.learning_rate)
    label_in_markdown = markdown_("Try {count} learning rates at once", count=len(rates))
    with st.popover(label_in_markdown, icon=":material/line_axis:"):
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
        st.button(_("Train all eight"), type="primary", on_click=_begin, args=(config, rates))


def show_sweep(run: RunRow) -> None:
    """Show the curves of the run's group, if it is one of such eight, live while any of them trains."""
    if not is_joint(run.group_id):
        return
    runs = _members(run.group_id)
    if len(runs) < 2:
        return
    with st.container(key="sweep-box"):
        live_chart("sweep", _chart(run.group_id, runs), height=CHART_PX)
        with st.container(key="ticking-sweep"):
            if any(member.is_live for member in runs):
                st.fragment(_tick, run_every=TICK_S)(run.group_id)
        _open_buttons(run, runs)


def _members(group_id: str) -> list[RunRow]:
    """Return the group's runs, the smallest learning rate first."""
    return sorted(store().list(group_id=group_id), key=lambda member: member.config.learning_rate)


def _tick(group_id: str) -> None:
    """Send what is new; draw the page anew when the last of them has ended."""
    runs = _members(group_id)
    live_update("feed-sweep", {"sweep": _chart(group_id, runs)})
    if not any(member.is_live for member in runs):
        st.rerun()


def _chart(group_id: str, runs: list[RunRow]) -> Chart:
    """Return the smoothed training accuracy of every run of the group in one chart."""
    feeds = [(member, feed(member.id)) for member in runs]
    for _member, shared in feeds:
        shared.refresh(store())
    series = tuple(_series(i, member, shared) for i, (member, shared) in enumerate(feeds))
    ends = [shared.curves.total_steps for _member, shared in feeds]
    told = [sentence for sentence in map(_standing, runs) if sentence] or [_("No results yet.")]
    return Chart(
        run=group_id,
        title=ngettext(
            "Training accuracy at {n} learning rate (smoothed, %)",
            "Training accuracy at {n} learning rates (smoothed, %)",
            len(runs),
        ),
        x_title=_("Training step"),
        x_end=float(max([*ends, 1])),
        percent=True,
        series=series,
        alt=" ".join([_("Training accuracy by learning rate."), *told]),
        revision=(0, sum(shared.curves.smooth["accuracy"].thinned for _member, shared in feeds)),
    )


def _series(i: int, member: RunRow, shared: Feed) -> Series:
    x, y = shared.curves.smooth["accuracy"].points
    colours = _colour(i, "light"), _colour(i, "dark")
    return Series(member.id, plain(member.config.learning_rate), "line", colours, x, y * 100)


def _colour(i: int, theme: Theme) -> str:
    """Return one of eight colours that differ: the two of train and test, then the further series'."""
    named = (PALETTES[theme].train, PALETTES[theme].held_out)
    return named[i] if i < len(named) else series_colour(i - len(named), theme)


def _accuracy(member: RunRow) -> float | None:
    return member.test_accuracy if member.test_accuracy is not None else member.evaluation_accuracy


def _standing(member: RunRow) -> str:
    """Return how the run stands in a sentence, "" while there is nothing to tell."""
    rate, accuracy = member.config.learning_rate, _accuracy(member)
    if member.status in _STANDS:
        return _(_STANDS[member.status], rate=rate)
    if accuracy is None:
        return ""
    return _("Learning rate {rate:plain}: {accuracy:percent}.", rate=rate, accuracy=accuracy)


def _label(member: RunRow) -> str:
    """Return the text of the button that opens the run: its learning rate and, at its end, what came of it."""
    rate, accuracy = plain(member.config.learning_rate), _accuracy(member)
    if not member.has_ended:
        return rate
    if member.status in _STANDS:
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
        if any(not member.has_ended for member in runs):
            st.button(_("Stop all"), on_click=_stop_all, args=([member.id for member in runs],))


def _begin(config: RunConfig, rates: list[float]) -> None:
    """Create the eight runs, hand the one with the form's own rate to the engine, and select it."""
    group_id, first = new_group_id(), max(0, len(rates) - 3)
    try:
        ids = [_create(replace(config, learning_rate=rate), group_id) for rate in rates]
        engine().submit(ids[first])
        select_run(ids[first])
    except StoreError as error:
        st.session_state.trouble = str(error)


def _create(config: RunConfig, group_id: str) -> str:
    return store().create(
        config,
        owner=visitor(),
        name=str(_("Learning rate {rate:plain}, one of eight", rate=config.learning_rate)),
        pace=chosen_pace(),
        group_id=group_id,
        parameter_count=count_parameters(config, dataset_spec(config.dataset)),
        queue=False,
    )


def _stop_all(run_ids: list[str]) -> None:
    try:
        for run_id in run_ids:
            engine().command(run_id, command="stop")
    except StoreError as error:
        st.session_state.trouble = str(error)
