"""One search: how far it is, what it has found, Optuna's figures, and its trials, which are ordinary runs."""

from collections.abc import Callable
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.config.setting_labels import LABELS
from core.figures.charts import CONFIG, apply_look
from core.i18n.literal_text import markdown_text
from core.i18n.number_format import percent
from core.runs import RunRow, StoreError, UnknownRun
from core.search import Searches, SearchRow
from pages.components.navigation import page
from pages.components.theme import chip, current_theme
from pages.run_context.selected_run import select_run
from pages.server.services import store
from pages.server.visitor import visitor

TICK_S: Final = 2.0
_TONES: Final = {"running": "live", "stopping": "waiting", "stopped": "plain", "finished": "good"}


def show_search(search_id: str) -> None:
    """Draw the search; while it goes on, again every two seconds."""
    if st.button("All searches", icon=":material/arrow_back:", key="leave_search"):
        del st.query_params["search"]
        st.rerun()
    try:
        search = Searches(store()).get(search_id)
    except UnknownRun:
        st.warning(
            f"There is no search “{markdown_text(search_id[:24])}” here. Its link may have been cut short."
        )
        return
    st.subheader(markdown_text(search.name), anchor=False)
    st.html(chip(search.state, _TONES[search.state]))
    _orders(search)  # not in what ticks: a click must not meet a button that is just being drawn anew
    st.fragment(_view, run_every=TICK_S if search.is_active else None)(search_id, search.state)


def _view(search_id: str, drawn_state: str) -> None:
    try:
        search = Searches(store()).get(search_id)
        runs = store().list(group_id=search_id, limit=400)
    except StoreError as error:
        st.error(markdown_text(str(error)))
        return
    if search.state != drawn_state:
        st.rerun()
    if search.message:
        st.warning(markdown_text(search.message))
    judged = [row for row in runs if row.status == "finished" and row.evaluation_accuracy is not None]
    planned = search.plan.planned_trials
    st.progress(min(1.0, len(judged) / planned), f"{len(judged)} of {planned:d} trials trained to their end")
    if judged:
        _best(search, max(judged, key=lambda row: row.evaluation_accuracy or 0.0))
    else:
        st.caption("The first trial begins within a second or two.")
    _trials(search, runs)
    if len(judged) > 1:
        _figures(search, len(judged))


def _orders(search: SearchRow) -> None:
    """Draw Stop or Resume, for who began the search."""
    if search.owner != visitor():
        return
    searches = Searches(store())
    if search.state == "running":
        st.button(
            "Stop the search",
            icon=":material/stop:",
            on_click=searches.stop,
            args=(search.id,),
            key="stop_search",
        )
    elif search.state == "stopped":
        st.button(
            "Resume", type="primary", icon=":material/play_arrow:", on_click=searches.resume, args=(search.id,),
            key="resume_search", help="Goes on where it was; trials that were cut off are done anew.",
        )  # fmt: skip


def _best(search: SearchRow, best: RunRow) -> None:
    values = ", ".join(f"{LABELS[d.field].lower()} {_value(best, d.field)}" for d in search.plan.dimensions)
    st.markdown(f"Best so far: **{percent(best.evaluation_accuracy or 0, 2)}** with {markdown_text(values)}.")
    if st.button("Open the best run", icon=":material/visibility:", key="open_best"):
        select_run(best.id)
        st.switch_page(page("train"))


def _value(row: RunRow, field: str) -> str:
    value = getattr(row.config, field)
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _trials(search: SearchRow, runs: list[RunRow]) -> None:
    columns: dict[str, list[Any]] = {
        "trial": [row.name.partition(" · ")[0].removeprefix("Trial ") for row in runs]
    }
    for dimension in search.plan.dimensions:
        columns[LABELS[dimension.field]] = [_value(row, dimension.field) for row in runs]
    columns["accuracy, %"] = [
        None if row.evaluation_accuracy is None else round(100 * row.evaluation_accuracy, 2) for row in runs
    ]
    columns["status"] = [row.status for row in runs]
    columns["progress"] = [row.progress for row in runs]
    st.dataframe(
        pd.DataFrame(columns),
        hide_index=True,
        height=min(320, 40 + 35 * max(len(runs), 1)),
        column_config={"progress": st.column_config.ProgressColumn("progress", min_value=0.0, max_value=1.0)},
        key="search_trials_table",
        alt=f"{len(runs)} trials with their values and accuracy.",
    )


def _figures(search: SearchRow, count: int) -> None:
    shown = {"History": "plot_optimization_history", "All values": "plot_parallel_coordinate"}
    if len(search.plan.dimensions) > 1 and count > 3:
        shown |= {"What matters": "plot_param_importances", "Map of two": "plot_contour"}
    chosen = st.segmented_control("Figure", list(shown), default="History", key="search_figure") or "History"
    figure = _figure(search, shown[chosen], count)
    if figure is None:
        st.caption("This figure needs trials that differ more.")
        return
    apply_look(figure, current_theme(), height=380)
    figure.update_layout(title_text="", margin={"t": 36, "l": 60, "r": 30, "b": 40})
    alt = f"{chosen} of the search, by Optuna, over {count} trials."
    st.plotly_chart(figure, theme=None, config=CONFIG, key=f"search_{shown[chosen]}", alt=alt)


def _figure(search: SearchRow, name: str, count: int) -> go.Figure | None:
    """Return one of Optuna's figures, made anew only when another trial has ended."""
    made = st.session_state.setdefault("search_figures", {})
    if made.get((search.id, name), (0, None))[0] != count:
        from optuna import visualization  # here: it takes a second to import

        from core.search.optuna_study import study_of

        draw: Callable[..., go.Figure] = getattr(visualization, name)
        try:
            made[(search.id, name)] = (count, draw(study_of(search, store().url), target_name="Accuracy"))
        except (ValueError, RuntimeError):  # too few or too equal trials for this figure
            made[(search.id, name)] = (count, None)
    figure = made[(search.id, name)][1]
    return None if figure is None else go.Figure(figure)
