"""What moves while a run trains: status, progress, figures, weight images, curves, the strip, the log."""

import html
from dataclasses import replace

import numpy as np
import streamlit as st

from core.config import RunConfig
from core.controls import time_left_s
from core.datasets import DatasetError, spec
from core.events import STRIP_SIZE
from core.figures.curves import Curves
from core.figures.tiles import data_uri, image_strip
from core.insight.first_layer import FirstLayer, first_layer
from core.insight.verdict import verdict
from core.models import build_model, state_arrays
from core.runs import RunRow, StoreError
from pages.components.feed import Feed, current, feed
from pages.components.lab import image_data, store
from pages.components.live_chart import live_chart
from pages.components.run_view import status_chip, title
from pages.components.start import train_with
from pages.components.style import chip
from pages.components.tiles import weight_tiles
from pages.components.visitor import visitor

TICK_S = 1.0
CHART_PX = 250


def show_idle(config: RunConfig) -> None:
    """Show what a run of `config` would start from: real test images and the first weights."""
    _strip_sheet(config.dataset)
    entry = spec(config.dataset)
    state = state_arrays(build_model(replace(config, start_from="", device="cpu"), entry))
    _figures(
        status=chip("ready", "plain"),
        line=f"Press Train: {entry.train_size:,} {entry.plural} to learn from, {entry.test_size:,} to be tested on.",
        share=0.0,
        tiles=[("train loss", "–"), ("train accuracy", "–"), ("test loss", "–"), ("test accuracy", "–")],
    )
    layer = first_layer(state, entry)
    _caption_instead(layer)
    _weights(layer, step=0)
    empty = Curves("none")
    left, right = st.columns(2)
    with left:
        live_chart("loss", empty.loss_chart(), height=CHART_PX)
    with right:
        live_chart("accuracy", empty.accuracy_chart(), height=CHART_PX)
    _strip(config.dataset, np.zeros(0, np.int64))


def show_run(run: RunRow) -> None:
    """Show the run; while it is live, look again once a second. Drawn in the order of `show_idle`."""
    _strip_sheet(run.dataset)
    st.session_state.drawn_status = (run.id, run.status)
    alike = _earlier_runs(run)
    tick = TICK_S if run.is_live else None
    st.fragment(_live, run_every=tick)(run.id, st.session_state[_beneath(run)] if alike else [])
    _choose_earlier(run, alike)
    _log(run)


def _live(run_id: str, earlier: list[str]) -> None:
    """Draw one tick."""
    if st.session_state.get("run") != run_id:
        st.rerun()  # a button in here brought another run into view
    try:
        run, shared = current(run_id)
    except StoreError as error:
        st.error(f"{error}")
        return
    if (run.id, run.status) != st.session_state.drawn_status:
        st.rerun()
    split = run.evaluation_split or ("validation" if run.config.validation_size else "test")
    _figures(
        status=status_chip(run),
        line=_status_line(run),
        share=run.progress,
        tiles=[
            ("train loss", _number(run.train_loss)),
            ("train accuracy", _percent(run.train_accuracy)),
            (f"{split} loss", _number(run.evaluation_loss)),
            (f"{split} accuracy", _percent(run.evaluation_accuracy)),
        ],
    )
    layer, step = _live_layer(run)
    if run.is_live:
        _caption_instead(layer)
    else:
        _outcome(run)
    _weights(layer, step)
    others = [feed(other) for other in earlier]
    names = [title(other.refresh(store())) for other in others]
    left, right = st.columns(2)
    with left:
        live_chart("loss", shared.curves.loss_chart([o.curves for o in others], names), height=CHART_PX)
    with right:
        live_chart(
            "accuracy", shared.curves.accuracy_chart([o.curves for o in others], names), height=CHART_PX
        )
    _strip(run.dataset, shared.strip)


def _live_layer(run: RunRow) -> tuple[FirstLayer, int]:
    """Return the newest weights as images, with their step; before the first ones, those it will start from."""
    entry = spec(run.dataset)
    found = store().live(run.id)
    if found is None:
        config = replace(run.config, start_from="", device="cpu")
        found = 0, state_arrays(build_model(config, entry))
    return first_layer(found[1], entry), found[0]


def _weights(layer: FirstLayer, step: int) -> None:
    weight_tiles("weights", layer.weights, layer.shape, layer.labels, step=step)


def _status_line(run: RunRow) -> str:
    """Return where the run stands, in words."""
    if run.status == "queued":
        return (
            "It starts as soon as a worker is free." if run.queue_position < 2 else "It waits for its turn."
        )
    if run.status == "interrupted":
        return f"It was interrupted at step {run.step:,}. {run.remedy}"
    parts = []
    if run.total_steps and run.steps_per_epoch:
        epoch = min(run.step // run.steps_per_epoch + 1, run.config.epochs)
        parts.append(f"step {run.step:,} of {run.total_steps:,}")
        parts.append(f"epoch {epoch} of {run.config.epochs}")
    if run.images_per_s and run.status == "running":
        parts.append(f"{run.images_per_s:,.0f} images a second")
        steps_per_s = run.images_per_s / run.config.batch_size
        parts.append(f"{time_left_s(run.pace, run.step, run.total_steps or 0, steps_per_s):.0f} s left")
    if run.has_ended:
        parts.append(f"{run.elapsed_s:.1f} s of training")
    return " · ".join(parts) or "It is about to begin."


def _outcome(run: RunRow) -> None:
    """Say what happened when the run is over, and offer the next step; in the place where the caption stood."""
    with st.container(key="outcome"):
        if run.status in ("finished", "stopped"):
            logits = store().logits(run.id)
            if logits is not None:
                try:
                    with st.container(horizontal=True, vertical_alignment="center"):
                        st.markdown(f"**{_verdict(run.id, run.dataset)}**", width="content")
                        st.page_link("pages/draw.py", label="Draw one yourself", icon=":material/draw:")
                except DatasetError as error:
                    st.caption(f"{error}")
                return
        if run.status == "diverged":
            st.markdown(f"**{run.message}** {run.remedy}")
            smaller = replace(run.config, learning_rate=max(run.config.learning_rate / 10, 1e-6))
            st.button(
                f"Train with learning rate {smaller.learning_rate:g}", on_click=train_with, args=(smaller,)
            )
        elif run.status in ("failed", "interrupted"):
            st.markdown(f"**{run.message}** {run.remedy}")


def _caption_instead(layer: FirstLayer) -> None:
    """Say what the weight images are, in the place where the outcome will stand."""
    with st.container(key="outcome"):
        st.caption(layer.caption)


@st.cache_data(show_spinner=False, max_entries=256)
def _verdict(run_id: str, dataset: str) -> str:
    logits = store().logits(run_id)
    assert logits is not None
    return verdict(logits, image_data(dataset).test_labels, spec(dataset))


def _figures(status: str, line: str, share: float, tiles: list[tuple[str, str]]) -> None:
    """Draw status, progress bar and the four figures as one block of fixed height."""
    cells = "".join(f"<div><dt>{html.escape(name)}</dt><dd>{value}</dd></div>" for name, value in tiles)
    st.html(
        f'<div class="ink-head"><div class="ink-state"><div class="ink-status">{status}'
        f"<span>{html.escape(line)}</span></div>"
        f'<div class="ink-progress" role="progressbar" aria-valuenow="{100 * share:.0f}" aria-valuemin="0" '
        f'aria-valuemax="100" aria-label="progress"><i style="width:{100 * share:.2f}%"></i></div></div>'
        f'<dl class="ink-figures">{cells}</dl></div>'
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}" if value < 1000 else f"{value:.1e}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _strip_sheet(dataset: str) -> None:
    """Lay the strip's images down once, as one picture that the labels' cells show pieces of."""
    try:
        images = image_data(dataset).test_images[:STRIP_SIZE]
    except DatasetError as error:
        st.warning(f"{error}")
        return
    uri = data_uri(image_strip(images, gutter=0))
    st.html(
        f"<style>.ink-strip i{{background-image:url({uri});background-size:{len(images)}00% 100%}}</style>"
    )


def _strip(dataset: str, predicted: np.ndarray) -> None:
    """Draw the first test images, each with what the model takes it for and what it is."""
    try:
        data, entry = image_data(dataset), spec(dataset)
    except DatasetError:
        return  # said above, in the sheet's place
    labels = data.test_labels[:STRIP_SIZE]
    cells = []
    for i, label in enumerate(labels):
        true = html.escape(entry.class_names[label])
        if i >= len(predicted):
            said, tone = "&nbsp;", ""
        else:
            said, tone = html.escape(entry.class_names[predicted[i]]), "y" if predicted[i] == label else "n"
        cells.append(
            f'<figure class="{tone}"><i style="background-position-x:{100 * i / max(len(labels) - 1, 1):.3f}%">'
            f"</i><figcaption><b>{said}</b><small>{true}</small></figcaption></figure>"
        )
    right = int((predicted == labels[: len(predicted)]).sum())
    alt = f"The first {len(labels)} test images: {right} of {len(predicted)} answered rightly."
    st.html(
        f'<p class="ink-caption">Twenty {entry.plural} from the test set: what it says (bold), what it is.</p>'
        f'<div class="ink-strip" role="img" aria-label="{alt}">{"".join(cells)}</div>'
    )


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
    names = {r.id: title(r) for r in alike}
    with st.expander("Earlier runs beneath the curves"):
        st.multiselect(
            "Runs",
            list(names),
            format_func=lambda run_id: names[run_id],
            key=_beneath(run),
            max_selections=6,
            label_visibility="collapsed",
        )


def _log(run: RunRow) -> None:
    """Show the log in article 1's words, and offer it as a file."""
    shared: Feed = feed(run.id)
    with st.expander("Log"):
        st.code("\n".join(shared.log[-400:]) or "Nothing yet.", language=None, height=240)
        st.download_button(
            "Download the log",
            data="\n".join(shared.log) + "\n",
            file_name=f"inkling-{run.id}.log",
            mime="text/plain",
            on_click="ignore",
            icon=":material/download:",
        )
