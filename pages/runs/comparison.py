"""Up to six runs side by side. Which ones is in the page's address, so that a comparison can be sent."""

from typing import Final

import pandas as pd
import streamlit as st

from core.config.run_config import applies
from core.config.setting_labels import label_of, value_in_words
from core.figures.comparison_chart import compared_curves, run_colour
from core.i18n.literal_text import html_text, markdown_text
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.number_format import NONE, duration, loss, number, percent
from core.i18n.translation import N_, Sentences, _, ngettext
from core.insight.run_comparison import (
    AXES,
    MOST_RUNS,
    Axis,
    Band,
    Curve,
    Quantity,
    band,
    batch_curve,
    differ_only_in_seed,
    differing_settings,
    held_out_curve,
    seed_groups,
)
from core.insight.significance import spread
from core.live.run_news import page_mark, state_marks
from core.protocol.events import Recorded
from core.runs import DamagedArtifact, RunRow, StoreError
from core.runs.run_labels import distinct_titles, status_text, title
from pages.components.live_channel import FIGURES_MS, follow
from pages.components.markdown_table import markdown_table
from pages.components.selectbox import field_px
from pages.components.still_figure import still_figure
from pages.components.theme import current_theme
from pages.runs.model_comparison import behind_the_best, show_models
from pages.runs.seed_names import without_seed
from pages.server.errors import fragment
from pages.server.visitor import store

_AXES: Final = Sentences({"steps": N_("Steps"), "epochs": N_("Epochs"), "seconds": N_("Seconds")})
_X_TITLES: Final = Sentences(
    {"steps": N_("Training step"), "epochs": N_("Epoch"), "seconds": N_("Seconds of training")}
)
_SHOWN: Final = Sentences(
    {
        "validation_accuracy": N_("Validation accuracy"),
        "validation_loss": N_("Validation loss"),
        "training_loss": N_("Training loss"),
        "training_accuracy": N_("Training accuracy"),
    }
)


def show_comparison(address: str) -> None:
    """Draw the comparison that the address asks for: run ids, separated by commas."""
    if st.button(_("All runs"), icon=":material/arrow_back:", key="leave_comparison"):
        del st.query_params["compare"]
        st.rerun()
    rows = _asked_for(address)
    if not rows:
        st.warning(_("None of the runs in this link was found. Go to “All runs” and select two or more."))
        return
    follow("compared", {("state", row.id): {"page": page_mark(row)} for row in rows if row.is_live})
    fragment(_comparison)([row.id for row in rows])


def _asked_for(address: str) -> list[RunRow]:
    """Return the runs named, in their order; say what could not be had."""
    wanted = list(dict.fromkeys(part.strip() for part in address[:400].split(",") if part.strip()))
    if len(wanted) > MOST_RUNS:
        st.warning(
            markdown_(
                "This link names {n} runs. Only the first {most} are compared.", n=len(wanted), most=MOST_RUNS
            )
        )
        wanted = wanted[:MOST_RUNS]
    try:
        rows, unreadable = store().listing(ids=wanted, limit=MOST_RUNS) if wanted else ([], [])
    except StoreError as error:
        st.error(markdown_text(str(error)))
        return []
    for problem in unreadable:
        st.warning(markdown_text(str(problem)))
    found = {row.id: row for row in rows}
    known = {*found, *(problem.run_id for problem in unreadable)}
    missing = [run_id[:16] for run_id in wanted if run_id not in known]
    if missing:
        st.warning(
            nmarkdown_(
                "Not found: {runs:list}. It may have been deleted, or the link is incomplete.",
                "Not found: {runs:list}. They may have been deleted, or the link is incomplete.",
                len(missing),
                runs=missing,
            )
        )
    return [found[run_id] for run_id in wanted if run_id in found]


def _comparison(run_ids: list[str]) -> None:
    """Draw everything; the curves of live runs follow."""
    found = {row.id: row for row in store().list(ids=run_ids, limit=MOST_RUNS)}
    rows = [found[run_id] for run_id in run_ids if run_id in found and _is_whole(found[run_id])]
    names = [*distinct_titles(rows).values()]
    _heads(rows, names)
    _settings(rows, names)
    _curves(rows, names)
    _final_figures(rows, names)
    if len(rows) > 1 and not any(row.is_live for row in rows):
        show_models(rows, names)


def _is_whole(row: RunRow) -> bool:
    """Return whether what the run has said can be read; say so if not."""
    try:
        _events(row.id, f"{row.attempt}.{row.revision}")
    except DamagedArtifact as error:
        st.warning(markdown_("{run} cannot be compared. {error}", run=title(row), error=str(error)))
        return False
    return True


def _heads(rows: list[RunRow], names: list[str]) -> None:
    theme = current_theme()
    chips = []
    for index, (row, name) in enumerate(zip(rows, names, strict=True)):
        safe = html_text(name)
        dot = f"<span style='color:{run_colour(index, theme)};font-size:1.2em'>●</span>"  # not said: HTML
        chips.append(f"<span>{dot} {safe} ({html_text(status_text(row)[0])})</span>")
    style = "display:flex;flex-wrap:wrap;gap:0 1.4em;line-height:1.7"
    st.html(f"<div style='{style}'>{''.join(chips)}</div>")  # not said: HTML


def _settings(rows: list[RunRow], names: list[str]) -> None:
    configs = [row.config for row in rows]
    fields = differing_settings(configs)
    if not fields:
        if len(rows) > 1:
            st.caption(_("All settings and seeds are the same, so the numbers should be the same, too."))
        return
    table = pd.DataFrame(
        {
            name: [value_in_words(field, config) if applies(field, config) else NONE for field in fields]
            for name, config in zip(names, configs, strict=True)
        },
        index=[label_of(field) for field in fields],
    )
    st.subheader(_("Settings that differ"), anchor=False)
    st.table(markdown_table(table))


@st.cache_resource(show_spinner=False, max_entries=48)
def _events(run_id: str, version: str) -> tuple[Recorded, ...]:  # noqa: ARG001 - the version is the cache's key
    return store().events_since(run_id).events


def _curves(rows: list[RunRow], names: list[str]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="compare_controls"):
        shown = st.selectbox(
            _("Show"), list(_SHOWN), key="compare_shown", format_func=_SHOWN.__getitem__,
            width=field_px(_SHOWN.values(), 200),
            help=_(
                "Validation accuracy and loss are measured on the test images if a run has no validation images."
            ),
        )  # fmt: skip
        axis: Axis = (
            st.segmented_control(
                _("Horizontal axis"),
                AXES,
                default="steps",
                key="compare_axis",
                format_func=_AXES.__getitem__,
            )
            or "steps"
        )
        is_validation = shown.startswith("validation")
        smoothing = st.slider(
            _("Smoothing"), 0.0, 0.99, 0.95, 0.01, key="compare_smoothing", width=220, disabled=is_validation,
            help=_(
                "How much of the earlier points goes into each point. Validation curves are not smoothed. "
                "Default: 0.95."
            ),
        )  # fmt: skip
        configs = [row.config for row in rows]
        gather = differ_only_in_seed(configs) or any(len(group) > 1 for group in seed_groups(configs))
        if gather:
            gather = st.toggle(
                _("Combine seeds"),
                True,
                key="compare_gather",
                help=_(
                    "Runs that differ only in their seed become one curve: their mean, in a band from the lowest "
                    "to the highest of them. Default: on."
                ),
            )
    _follow(rows, "evaluation" if is_validation else "revision")
    quantity: Quantity = "accuracy" if shown.endswith("accuracy") else "loss"
    lines: dict[str, Curve | Band] = {}
    for name, row in zip(names, rows, strict=True):
        events = _events(row.id, f"{row.attempt}.{row.revision}")
        lines[name] = (
            held_out_curve(events, quantity, axis)
            if is_validation
            else batch_curve(events, quantity, axis, smoothing)
        )
    if gather:
        lines = _gathered(rows, names, lines)
    y_title = _("Loss (cross-entropy)") if quantity == "loss" else _("Accuracy")
    figure = compared_curves(
        lines, current_theme(), x_title=_X_TITLES[axis], y_title=y_title, in_percent=quantity == "accuracy"
    )
    alt = _(
        "{figure}: {runs:list}. Horizontal axis: {axis}.",
        figure=_SHOWN[shown],
        runs=list(lines),
        axis=_X_TITLES[axis],
    )
    still_figure("compare_curves", figure, alt=alt)


def _follow(rows: list[RunRow], mark: str) -> None:
    """Have the curves drawn anew when a live run has more of what they show."""
    topics = {("state", row.id): {mark: state_marks(row, None)[mark]} for row in rows if row.is_live}
    follow("curves", topics, FIGURES_MS)


def _gathered(
    rows: list[RunRow], names: list[str], lines: dict[str, Curve | Band]
) -> dict[str, Curve | Band]:
    """Return the lines with repeats under other seeds drawn as one band."""
    gathered: dict[str, Curve | Band] = {}
    for group in seed_groups([row.config for row in rows]):
        curves = [line for i in group if isinstance(line := lines[names[i]], Curve) and len(line.x)]
        first = names[group[0]]
        if len(group) > 1 and curves:
            row = rows[group[0]]
            name = without_seed(title(row), row.config.seed)
            label: str = ngettext("{name}, {n} seed", "{name}, {n} seeds", len(curves), name=name)
            gathered[f"{label} · {row.id[:4]}" if label in gathered else label] = band(curves)
        else:
            gathered[first] = lines[first]
    return gathered


def _final_figures(rows: list[RunRow], names: list[str]) -> None:
    st.subheader(_("Final results"), anchor=False)
    behind = behind_the_best(rows)
    st.table(
        markdown_table(
            pd.DataFrame(
                {
                    _("Test accuracy"): [percent(row.test_accuracy) for row in rows],
                    _("Behind the best"): behind,
                    _("Test loss"): [loss(row.test_loss) for row in rows],
                    _("Best during training"): [percent(row.best_accuracy) for row in rows],
                    _("Training time"): [duration(row.elapsed_s) for row in rows],
                    _("Parameters"): [
                        NONE if row.parameter_count is None else number(row.parameter_count) for row in rows
                    ],
                },
                index=names,
            )
        )
    )
    if len({row.dataset for row in rows}) > 1:
        st.caption(_("Only runs on the same dataset are compared: others were tested on other images."))
    for group in seed_groups([row.config for row in rows]):
        ended = [rows[i] for i in group if rows[i].status == "finished"]
        figures = [row.test_accuracy for row in ended if row.test_accuracy is not None]
        if len(figures) > 1:
            over = spread(figures)
            st.markdown(
                nmarkdown_(
                    "With {n} seed, the test accuracy is {mean:percent.2} on average (standard deviation "
                    "{std:number.2} points), from {least:percent.2} to {most:percent.2}. The 95% confidence interval "
                    "of the mean is {low:percent.2} to {high:percent.2}.",
                    "With {n} seeds, the test accuracy is {mean:percent.2} on average (standard deviation "
                    "{std:number.2} points), from {least:percent.2} to {most:percent.2}. The 95% confidence interval "
                    "of the mean is {low:percent.2} to {high:percent.2}.",
                    over.n,
                    mean=over.mean,
                    std=100 * over.std,
                    least=over.least,
                    most=over.most,
                    low=max(0.0, over.low),
                    high=min(1.0, over.high),
                )
            )
