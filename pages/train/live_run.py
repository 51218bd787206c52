"""Draws a run on the Train page: once for the whole page; what moves while it trains comes by the live channel."""

from dataclasses import replace

import streamlit as st

from core.config.presets import reported_accuracy
from core.config.run_config import RunConfig
from core.datasets import DatasetError, dataset_spec
from core.i18n.literal_text import html_text, markdown_text
from core.i18n.marked_sentences import markdown_
from core.i18n.reader import reader
from core.i18n.translation import _
from core.insight.captions.run_summary import short_verdict, verdict
from core.live.messages import HtmlPatch
from core.live.run_feed import Feed
from core.live.run_head import with_changes
from core.live.run_news import note_viewer, page_mark, state_marks
from core.live.run_snapshot import RunSnapshot, idle_snapshot, run_snapshot
from core.models.initial_weights import first_weights
from core.pretrained.registry import SHIPPED
from core.runs import RunRow, StoreError
from core.runs.run_labels import distinct_titles
from core.runs.run_row import IN_WORK
from pages.components.live_channel import follow
from pages.components.live_chart import live_chart
from pages.components.live_html import live_parts
from pages.components.navigation import page
from pages.components.weight_tiles import weight_tiles
from pages.run_context.dataset_guard import content_of
from pages.server.run_feeds import current, feed
from pages.server.visitor import image_data, images_of, is_private, may_see, store, visitor
from pages.server.warmup import libraries_loaded
from pages.server.workload import workload
from pages.train.run_controls import train_with


def show_idle(config: RunConfig) -> None:
    """Show what a run of `config` would start from."""
    can_draw_all = libraries_loaded()
    _draw(idle_snapshot(config, image_data, has_torch=can_draw_all), None, None)
    waits = not can_draw_all and first_weights(config, dataset_spec(config.dataset)) is None
    follow("train", {("server", "libraries"): {"torch": str(can_draw_all)}} if waits else {})


def show_run(run: RunRow) -> None:
    """Show the run; while it is live, its news come by the live channel."""
    try:
        run, shared = current(run.id, store())
        note_viewer(store(), shared)
    except StoreError as error:
        st.error(markdown_text(str(error)))
        return
    alike = _earlier_runs(run)
    earlier: list[str] = st.session_state[_beneath(run)] if alike else []
    try:
        _draw(_snapshot(run, shared, earlier), run, alike[0] if alike else None)
    except DatasetError as error:  # its images were deleted since
        st.error(markdown_text(str(error)))
        return
    topics: dict[tuple[str, str], dict[str, str]] = {}
    if run.is_live or run.state in IN_WORK:  # lost a moment ago: how will be written down
        topics = {("run" if may_see(run.dataset) else "curves", run.id): {"page": page_mark(run)}}
    elif run.id in SHIPPED and run.status == "finished" and store().logits(run.id) is None:
        topics = {("state", run.id): {"revision": state_marks(run, None)["revision"]}}
    follow("train", topics)
    _choose_earlier(run, alike)
    _log(run)


def _snapshot(run: RunRow, shared: Feed, earlier: list[str]) -> RunSnapshot:
    feeds = [feed(run_id) for run_id in earlier]
    images = images_of(run.dataset) if may_see(run.dataset) else None
    return run_snapshot(
        run, shared, feeds, store(), images, has_torch=libraries_loaded(), workload=workload()
    )


def _draw(snapshot: RunSnapshot, run: RunRow | None, before: RunRow | None) -> None:
    """Draw every component with all that it shows now, in one screen: theme.css lays the named places out.

    before: the visitor's earlier run that the figures of one that is over are compared with.
    """
    images = snapshot.weights
    layout = "classes" if images.classes else "filters"
    with st.container(key="live"), st.container(key=f"live-{layout}"):
        live_parts("head", with_changes(snapshot.head, run, before))
        with st.container(key="outcome"):
            if run is None or run.is_live:
                st.caption(markdown_text(snapshot.caption))
            else:
                _outcome(run)
        with st.container(key="images"):
            weight_tiles(
                "weights",
                images.weights,
                images.shape,
                images.labels,
                step=images.step,
                classes=images.classes,
            )
            if snapshot.strip:
                live_parts("strip", snapshot.strip)
            elif run is not None and is_private(run.dataset):
                st.caption(
                    _("The images it is tested on are somebody else's own and not shared, so none is shown.")
                )
        with st.container(key="curves"):
            live_parts("curve-switch", _curve_switch())
            live_chart("loss", snapshot.loss)
            live_chart("accuracy", snapshot.accuracy)


def _curve_switch() -> HtmlPatch:
    """Return the choice between the two curves on a phone, where only one has room: theme.css shows the chosen one."""
    names = {"loss": _("Loss"), "accuracy": _("Accuracy")}
    options = [
        f'<label><input type="radio" name="curve" value="{value}"{" checked" if value == "loss" else ""}>'
        f"<span>{html_text(name)}</span></label>"
        for value, name in names.items()
    ]  # not said: HTML
    label = html_text(_("Curve"))
    return HtmlPatch(
        f'<div class="ink-switch" role="radiogroup" aria-label="{label}">{"".join(options)}</div>', {}
    )  # not said: HTML


def _outcome(run: RunRow) -> None:
    """Say what happened when the run is over, and offer the next step."""
    if run.status in ("finished", "stopped"):
        try:
            content = content_of(run) if may_see(run.dataset) else ""
            words = _verdict(run.id, run.status, run.revision, reader().language, content)
        except (DatasetError, StoreError) as error:
            st.caption(markdown_text(str(error)))
            return
        with st.container(horizontal=True, vertical_alignment="center"):
            article_in_markdown = _article_in_markdown(run.config)
            st.markdown(f"**{markdown_text(words)}**{article_in_markdown}", width="stretch")
            by_hand = dataset_spec(run.dataset).takes_ink
            label = _("Draw one yourself") if by_hand else _("Try it on an image")
            st.page_link(page("draw"), label=label, icon=":material/draw:", width="content")
        return
    with st.container(horizontal=True):
        st.markdown(f"**{markdown_text(run.message)}** {markdown_text(run.remedy)}", width="stretch")
        if run.status == "diverged":
            smaller = replace(run.config, learning_rate=max(run.config.learning_rate / 10, 1e-6))
            label_in_markdown = markdown_("Train with learning rate {rate:plain}", rate=smaller.learning_rate)
            st.button(label_in_markdown, on_click=train_with, args=(smaller,))


def _article_in_markdown(config: RunConfig) -> str:
    """Return, as Markdown, what an article reports for these settings; "" where none has them."""
    reported = reported_accuracy(config)
    if reported is None:
        return ""
    told = _(
        "The article “{article}” reports {share:percent.0}.",
        article=reported.article,
        share=reported.accuracy,
    )
    return f" {markdown_text(told)}"


@st.cache_data(show_spinner=False, max_entries=256)
def _verdict(run_id: str, status: str, revision: int, language: str, content: str) -> str:  # noqa: ARG001 - of the key
    """Return the finished run's result in words, in this language; scores may follow with another revision.

    content: of its images, "" for who may not see them.
    """
    run, logits = store().get(run_id), store().logits(run_id)
    if logits is None and status == "finished" and run_id in SHIPPED:
        return _("The run is being evaluated on the test set.")
    if logits is None and status == "finished":
        return _("This run was imported without its final scores. Evaluate computes them again.")
    if logits is None:
        return _("The run was stopped before its last evaluation on the test set.")
    if content:
        return verdict(logits, image_data(run.dataset), run.test_accuracy, run.config.left_out_class)
    return short_verdict(len(logits), run.test_accuracy)


def _beneath(run: RunRow) -> str:
    return f"beneath_{run.id}"


def _earlier_runs(run: RunRow) -> list[RunRow]:
    """Return the visitor's earlier runs on the same images; the last one lies under the curves by itself."""
    mine = store().list(owner=visitor(), dataset=run.dataset, limit=30)
    alike = [r for r in mine if r.number < run.number and r.step > 0]
    if alike:
        st.session_state.setdefault(_beneath(run), [alike[0].id])
    return alike


def _choose_earlier(run: RunRow, alike: list[RunRow]) -> None:
    """Let the visitor choose which earlier runs lie pale under the curves."""
    if not alike:
        return
    names = distinct_titles(alike)
    with st.expander(_("Earlier runs in the charts")):
        st.multiselect(
            _("Runs"),
            list(names),
            format_func=names.__getitem__,
            key=_beneath(run),
            max_selections=6,
            label_visibility="collapsed",
        )


def _log(run: RunRow) -> None:
    """Show the log in article 1's words, and offer it as a file."""
    shared: Feed = feed(run.id)
    with st.expander(_("Log")):
        lines = html_text("\n".join(shared.log[-400:]) or _("No entries yet."))
        st.html(f'<pre class="ink-log" tabindex="0"><code>{lines}</code></pre>')  # not said: HTML
        st.download_button(
            _("Download the log"),
            data=lambda: "\n".join(shared.log) + "\n",  # the file of an earlier drawing may be gone
            file_name=f"inkling-{run.id}.log",
            mime="text/plain",
            on_click="ignore",
            icon=":material/download:",
        )
