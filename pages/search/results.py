"""One search: how far it is, what it has found, Optuna's figures, and its trials, which are ordinary runs."""

from typing import Any, Final

import pandas as pd
import streamlit as st

from core.access.rules import Action
from core.config.setting_labels import LABELS, value_in_words
from core.figures.charts import apply_look
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.number_format import NONE, plain
from core.i18n.translation import N_, Sentences, _, ngettext
from core.live.search_news import state_mark, trials, trials_mark
from core.runs import RunRow, StoreError, UnknownRun
from core.runs.run_labels import STATUSES
from core.search import Searches, SearchRow, UnreadableSearch
from pages.components.live_channel import FIGURES_MS, follow
from pages.components.navigation import page
from pages.components.number_columns import said_per_cent, with_numbers
from pages.components.still_figure import still_figure
from pages.components.theme import chip, current_theme
from pages.run_context.selected_run import select_run
from pages.search.optuna_figures import optuna_figure
from pages.server.errors import fragment
from pages.server.visitor import store

_FIGURES: Final = Sentences(
    {
        "plot_optimization_history": N_("History"),
        "plot_parallel_coordinate": N_("All values"),
        "plot_param_importances": N_("Importance"),
        "plot_contour": N_("Contour map"),
    }
)
STATES: Final = Sentences(
    {
        "running": N_("Running"),
        "stopping": N_("Stopping"),
        "stopped": N_("Stopped"),
        "finished": N_("Finished"),
    }
)
_TONES: Final = {"running": "live", "stopping": "waiting", "stopped": "plain", "finished": "good"}


def show_search(search_id: str) -> None:
    """Draw the search; while it goes on, its trials follow."""
    if st.button(_("All searches"), icon=":material/arrow_back:", key="leave_search"):
        del st.query_params["search"]
        st.rerun()
    try:
        search = Searches(store()).get(search_id)
    except UnreadableSearch as error:
        st.warning(markdown_text(str(error)), icon=":material/database_off:")
        return
    except UnknownRun:
        st.warning(
            markdown_(
                "There is no search “{search}” here. The link may be incomplete.", search=search_id[:24]
            )
        )
        return
    st.subheader(markdown_text(search.name), anchor=False)
    st.html(chip(STATES[search.state], _TONES[search.state]))
    with st.container():  # not in the fragment: a click must not meet a button that is just being drawn anew
        _orders(search)
    follow("search", {("search", search_id): {"page": state_mark(search)}} if search.is_active else {})
    fragment(_view)(search_id)


def _view(search_id: str) -> None:
    try:
        search = Searches(store()).get(search_id)
        runs = trials(store(), search_id)
    except StoreError as error:
        st.error(markdown_text(str(error)))
        return
    marks = {"trials": trials_mark(runs)}
    follow("trials", {("search", search_id): marks} if search.is_active else {}, FIGURES_MS)
    if search.message:
        st.warning(markdown_text(search.message))
    judged = [row for row in runs if row.status == "finished" and row.evaluation_accuracy is not None]
    planned = search.plan.planned_trials
    st.progress(
        min(1.0, len(judged) / planned),
        nmarkdown_(
            "{done} of {n} trial completed", "{done} of {n} trials completed", planned, done=len(judged)
        ),
    )
    if judged:
        _best(search, max(judged, key=lambda row: row.evaluation_accuracy or 0.0))
    elif search.is_active and not runs:
        st.caption(_("The first trial starts in a second or two."))
    else:
        st.caption(_("No trials completed yet."))
    _trials(search, runs)
    if len(judged) > 1:
        _figures(search, len(judged))


def _orders(search: SearchRow) -> None:
    """Draw Stop or Resume, for who began the search."""
    searches = Searches(store())
    if not searches.may(Action.ORDER_SEARCH, search):
        return
    if search.state == "running":
        st.button(
            _("Stop the search"),
            icon=":material/stop:",
            on_click=searches.stop,
            args=(search.id,),
            key="stop_search",
        )
    elif search.state == "stopped":
        st.button(
            _("Resume"), type="primary", icon=":material/play_arrow:", on_click=_resume, args=(searches, search.id),
            key="resume_search", help=_("Continues where it stopped. Trials that were cut off are run again."),
        )  # fmt: skip


def _resume(searches: Searches, search_id: str) -> None:
    try:
        searches.resume(search_id)
    except StoreError as error:
        st.session_state.trouble = str(error)


def _best(search: SearchRow, best: RunRow) -> None:
    settings = " · ".join(
        _("{setting}: {value}", setting=LABELS[d.field], value=_value(best, d.field))
        for d in search.plan.dimensions
    )
    values = {"accuracy": best.evaluation_accuracy or 0.0, "settings": settings}
    st.markdown(
        markdown_("Best so far: **{accuracy:percent.2}** ({settings})", **values)
        if search.is_active
        else markdown_("Best: **{accuracy:percent.2}** ({settings})", **values)
    )
    if st.button(_("Open the best run"), icon=":material/visibility:", key="open_best"):
        select_run(best.id)
        st.switch_page(page("train"))


def _value(row: RunRow, field: str) -> str:
    value = getattr(row.config, field)
    return plain(value, 4) if isinstance(value, float) else value_in_words(field, row.config)


def _trials(search: SearchRow, runs: list[RunRow]) -> None:
    columns: dict[str, list[Any]] = {
        "trial": [row.name.partition(" · ")[0].removeprefix("Trial ").removeprefix("#") for row in runs]
    }
    for dimension in search.plan.dimensions:
        columns[dimension.field] = [_value(row, dimension.field) for row in runs]
    columns["accuracy"] = [
        None if row.evaluation_accuracy is None else 100 * row.evaluation_accuracy for row in runs
    ]
    columns["status"] = [STATUSES[row.status] for row in runs]
    columns["progress"] = [row.progress for row in runs]
    st.dataframe(
        with_numbers(pd.DataFrame(columns), {"accuracy": said_per_cent(2)}),
        hide_index=True,
        height=min(320, 40 + 35 * max(len(runs), 1)),
        column_config=_columns([d.field for d in search.plan.dimensions]),
        key="search_trials_table",
        placeholder=NONE,
        alt=ngettext(
            "{n} trial with its values and accuracy.", "{n} trials with their values and accuracy.", len(runs)
        ),
    )


def _columns(fields: list[str]) -> dict[str, Any]:
    column = st.column_config
    return {
        "trial": column.TextColumn(_("Trial")),
        **{field: column.TextColumn(LABELS[field]) for field in fields},
        "accuracy": column.NumberColumn(_("Accuracy")),
        "status": column.TextColumn(_("Status")),
        "progress": column.ProgressColumn(_("Progress"), min_value=0.0, max_value=1.0),
    }


def _figures(search: SearchRow, count: int) -> None:
    shown = list(_FIGURES)[: 4 if len(search.plan.dimensions) > 1 and count > 3 else 2]
    chosen = (
        st.segmented_control(
            _("Figure"),
            shown,
            default=shown[0],
            key="search_figure",
            format_func=_FIGURES.__getitem__,
            help=_(
                "History: each trial's accuracy, and the best so far. All values: one line per trial, through its "
                "values (parallel coordinates). Importance: how much each setting matters. Contour map: accuracy by "
                "two settings at once. Default: history."
            ),
        )
        or shown[0]
    )
    figure = optuna_figure(search, chosen, count)
    if figure is None:
        st.caption(_("This figure needs more trials with different values."))
        return
    apply_look(figure, current_theme(), height=380)
    figure.update_layout(title_text="", margin={"t": 36, "l": 60, "r": 30, "b": 40})
    alt = ngettext(
        "{figure}: {n} trial of the search, as a figure by Optuna.",
        "{figure}: {n} trials of the search, as a figure by Optuna.",
        count,
        figure=_FIGURES[chosen],
    )
    still_figure(f"search_{chosen}", figure, alt=alt)
