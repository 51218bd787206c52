"""Up to six runs side by side. Which ones is in the page's address, so that a comparison can be sent."""

from typing import Final

import pandas as pd
import streamlit as st

from core.config.setting_labels import LABELS, value_in_words
from core.figures.charts import CONFIG
from core.figures.comparison_chart import compared_curves, run_colour
from core.i18n.literal_text import html_text, markdown_text
from core.i18n.number_format import percent
from core.insight.run_comparison import (
    AXES,
    MOST_RUNS,
    Axis,
    Band,
    Curve,
    Quantity,
    applies,
    band,
    batch_curve,
    differ_only_in_seed,
    differing_settings,
    held_out_curve,
    seed_groups,
)
from core.insight.significance import spread
from core.protocol.events import Recorded
from core.runs import RunRow, StoreError
from core.runs.run_labels import distinct_titles
from pages.components.markdown_table import markdown_table
from pages.components.theme import current_theme
from pages.runs.model_comparison import show_disagreements, show_noise, show_weights
from pages.server.services import store

TICK_S: Final = 2.0
_X_TITLES: Final = {"steps": "Training step", "epochs": "Epoch", "seconds": "Seconds of training"}
_SHOWN: Final = ("held-out accuracy", "held-out loss", "training loss", "training accuracy")


def show_comparison(address: str) -> None:
    """Draw the comparison that the address asks for: run ids, separated by commas."""
    if st.button("All runs", icon=":material/arrow_back:", key="leave_comparison"):
        del st.query_params["compare"]
        st.rerun()
    rows = _asked_for(address)
    if not rows:
        st.warning("The address names no run that is here. Choose two or more from the list.")
        return
    is_live = any(row.is_live for row in rows)
    drawn = [(row.id, row.status) for row in rows]
    st.fragment(_comparison, run_every=TICK_S if is_live else None)([row.id for row in rows], drawn)


def _asked_for(address: str) -> list[RunRow]:
    """Return the runs named, in their order; say what could not be had."""
    wanted = list(dict.fromkeys(part.strip() for part in address[:400].split(",") if part.strip()))
    if len(wanted) > MOST_RUNS:
        st.warning(f"The address names {len(wanted)} runs; the first {MOST_RUNS} are compared.")
        wanted = wanted[:MOST_RUNS]
    try:
        found = {row.id: row for row in store().list(ids=wanted, limit=MOST_RUNS)} if wanted else {}
    except StoreError as error:
        st.error(markdown_text(str(error)))
        return []
    missing = [run_id[:16] for run_id in wanted if run_id not in found]
    if missing:
        st.warning(f"Not here, deleted or cut short in the address: {markdown_text(', '.join(missing))}.")
    return [found[run_id] for run_id in wanted if run_id in found]


def _comparison(run_ids: list[str], drawn: list[tuple[str, str]]) -> None:
    """Draw everything; while a run is live, again every two seconds."""
    found = {row.id: row for row in store().list(ids=run_ids, limit=MOST_RUNS)}
    rows = [found[run_id] for run_id in run_ids if run_id in found]
    if [(row.id, row.status) for row in rows] != drawn:
        st.rerun()
    names = [*distinct_titles(rows).values()]
    _heads(rows, names)
    _settings(rows, names)
    _curves(rows, names)
    _final_figures(rows, names)
    if len(rows) > 1 and not any(row.is_live for row in rows):
        show_noise(rows, names)
        show_weights(rows, names)
        show_disagreements(rows, names)


def _heads(rows: list[RunRow], names: list[str]) -> None:
    theme = current_theme()
    chips = []
    for index, (row, name) in enumerate(zip(rows, names, strict=True)):
        safe = html_text(name)
        dot = f"<span style='color:{run_colour(index, theme)};font-size:1.2em'>●</span>"
        chips.append(f"<span>{dot} {safe} ({row.status})</span>")
    st.html(f"<div style='display:flex;flex-wrap:wrap;gap:0 1.4em;line-height:1.7'>{''.join(chips)}</div>")


def _settings(rows: list[RunRow], names: list[str]) -> None:
    configs = [row.config for row in rows]
    fields = differing_settings(configs)
    if not fields:
        if len(rows) > 1:
            st.caption("Every setting is the same: with the same seed, so are the numbers.")
        return
    table = pd.DataFrame(
        {
            name: [value_in_words(field, config) if applies(field, config) else "–" for field in fields]
            for name, config in zip(names, configs, strict=True)
        },
        index=[LABELS.get(field, field.replace("_", " ")) for field in fields],
    )
    st.subheader("What differs", anchor=False)
    st.table(markdown_table(table))


@st.cache_resource(show_spinner=False, max_entries=48)
def _events(run_id: str, version: str) -> tuple[Recorded, ...]:  # noqa: ARG001 - the version is the cache's key
    return store().events_since(run_id).events


def _curves(rows: list[RunRow], names: list[str]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="compare_controls"):
        shown = st.selectbox("Show", _SHOWN, key="compare_shown", width=200) or _SHOWN[0]
        axis: Axis = st.segmented_control("Along", AXES, default="steps", key="compare_axis") or "steps"
        smoothing = st.slider(
            "Smoothing", 0.0, 0.99, 0.95, 0.01, key="compare_smoothing", width=220,
            disabled=shown.startswith("held-out"),
            help="How much of the past each point keeps; held-out figures are drawn as they are.",
        )  # fmt: skip
        configs = [row.config for row in rows]
        gather = differ_only_in_seed(configs) or any(len(group) > 1 for group in seed_groups(configs))
        if gather:
            gather = st.toggle(
                "Gather seeds", True, key="compare_gather", help="Mean and span over the seeds."
            )
    quantity: Quantity = "accuracy" if shown.endswith("accuracy") else "loss"
    lines: dict[str, Curve | Band] = {}
    for name, row in zip(names, rows, strict=True):
        events = _events(row.id, f"{row.attempt}.{row.revision}")
        lines[name] = (
            held_out_curve(events, quantity, axis)
            if shown.startswith("held-out")
            else batch_curve(events, quantity, axis, smoothing)
        )
    if gather:
        lines = _gathered(rows, names, lines)
    y_title = "Loss, nats" if quantity == "loss" else "Accuracy"
    figure = compared_curves(
        lines, current_theme(), x_title=_X_TITLES[axis], y_title=y_title, in_percent=quantity == "accuracy"
    )
    alt = f"{shown.capitalize()} of {', '.join(lines)} along {axis}."
    st.plotly_chart(figure, theme=None, config=CONFIG, key="compare_curves", alt=alt)


def _gathered(
    rows: list[RunRow], names: list[str], lines: dict[str, Curve | Band]
) -> dict[str, Curve | Band]:
    """Return the lines with repeats under other seeds drawn as one band."""
    gathered: dict[str, Curve | Band] = {}
    for group in seed_groups([row.config for row in rows]):
        curves = [line for i in group if isinstance(line := lines[names[i]], Curve) and len(line.x)]
        first = names[group[0]]
        if len(group) > 1 and curves:
            gathered[f"{first.partition(', seed')[0]}, {len(curves)} seeds"] = band(curves)
        else:
            gathered[first] = lines[first]
    return gathered


def _final_figures(rows: list[RunRow], names: list[str]) -> None:
    st.subheader("Final figures", anchor=False)
    best = max((row.test_accuracy or 0.0 for row in rows), default=0.0)
    st.table(
        markdown_table(
            pd.DataFrame(
                {
                    "test accuracy": [percent(row.test_accuracy) for row in rows],
                    "behind the best": [_behind(row.test_accuracy, best) for row in rows],
                    "test loss": ["–" if row.test_loss is None else f"{row.test_loss:.3f}" for row in rows],
                    "best while training": [percent(row.best_accuracy) for row in rows],
                    "time": [f"{row.elapsed_s:.1f} s" for row in rows],
                    "parameters": [
                        "–" if row.parameter_count is None else f"{row.parameter_count:,}" for row in rows
                    ],
                },
                index=names,
            )
        )
    )
    for group in seed_groups([row.config for row in rows]):
        ended = [rows[i] for i in group if rows[i].status == "finished"]
        figures = [row.test_accuracy for row in ended if row.test_accuracy is not None]
        if len(figures) > 1:
            over = spread([100 * figure for figure in figures])
            st.markdown(
                f"Over {over.n:d} seeds: test accuracy {over.mean:.2f}% on average, standard deviation "
                f"{over.std:.2f} points, from {over.least:.2f} to {over.most:.2f}%; the mean lies between "
                f"{over.low:.2f} and {over.high:.2f}% with 95% confidence."
            )


def _behind(accuracy: float | None, best: float) -> str:
    if accuracy is None:
        return "–"
    return "best" if accuracy == best else f"{100 * (best - accuracy):.2f} points"
