"""The table of runs: search, filters, one row a run with a small curve, rows to select."""

import datetime
import functools
from typing import Any, Final

import pandas as pd
import streamlit as st

from core.config.presets import DEFAULT
from core.config.run_config import MODELS, differing_fields, from_json
from core.config.setting_labels import OPTION_NAMES, dataset_title, label_of, value_in_words
from core.datasets import CATALOG
from core.i18n.number_format import NONE, duration
from core.i18n.reader import reader
from core.i18n.translation import N_, Sentences, _, ngettext, pgettext
from core.runs import RunRow, Store, UnreadableRun
from core.runs.loss_history import loss_histories
from core.runs.run_labels import STATUSES, title
from pages.components.number_columns import said_per_cent, with_numbers
from pages.components.selectbox import field_px
from pages.server.services import settings
from pages.server.visitor import datasets, is_mine, store, visitor

LIMIT: Final = 2000
HEIGHT_PX: Final = 400
_SELECTED: Final = "selected_runs"  # in a table that is made anew
_VERSION: Final = "runs_table_version"
_DRAWN: Final = "runs_table_drawn"  # the table drawn last here: (its key, the ids of its rows)
_OWN_COLUMNS: Final = ("dataset", "model", "learning_rate_changes")
_MODELS: Final = Sentences({"softmax": N_("Softmax regression"), "mlp": "MLP", "cnn": N_("Small CNN")})
_ORDER: Final = (  # the results first: on a phone there is room for the name and two more
    *(
        "name",
        "test",
        "best",
        "pinned",
        "images",
        "model",
        "differs",
        "loss",
        "seconds",
        "status",
        "made",
        "tags",
    ),
    "mine",
)
_OWNERS: Final = Sentences({"mine_first": N_("Mine first"), "mine": N_("Only mine"), "pinned": N_("Pinned")})


def filters() -> dict[str, Any]:
    """Draw search and filters; return what to list."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="run_filters"):
        search = st.text_input(
            _("Search"),
            key="runs_search",
            placeholder=_("name, note, tag or id"),
            icon=":material/search:",
            width=240,
        )
        titles = {"": _("All datasets"), **{name: spec.title for name, spec in CATALOG.items()}}
        dataset = st.selectbox(
            _("Dataset"),
            list(titles),
            key="runs_dataset",
            width=field_px(titles.values(), 170),
            format_func=titles.__getitem__,
        )
        models = {"": _("All models"), **{name: OPTION_NAMES["model", name] for name in MODELS}}
        model = st.selectbox(
            _("Model"),
            list(models),
            key="runs_model",
            width=field_px(models.values(), 190),
            format_func=models.__getitem__,
        )
        whose = st.segmented_control(
            _("Owner"),
            list(_OWNERS),
            key="runs_whose",
            default="mine_first",
            format_func=_OWNERS.__getitem__,
        )
    return {"search": search.strip(), "dataset": dataset, "model": model, "whose": whose}


def listed(
    search: str, dataset: str, model: str, whose: str | None
) -> tuple[list[RunRow], list[UnreadableRun]]:
    """Return (the runs to show, this visitor's first, pinned ones before others, newest first; what cannot be read).

    Raises: StoreError.
    """
    rows, unreadable = store().listing(
        search=search,
        dataset=dataset,
        model=model,
        owner=visitor() if whose == "mine" else "",
        pinned=True if whose == "pinned" else None,
        limit=LIMIT,
    )
    return sorted(rows, key=lambda row: (not is_mine(row), not row.pinned)), unreadable


def runs_table(rows: list[RunRow]) -> list[str]:
    """Draw the table; return the ids of the selected rows."""
    frame = _frame(rows, store())
    _keep_selection([row.id for row in rows])
    selected = st.session_state.get(_SELECTED, [])
    places = [place for place, row in enumerate(rows) if row.id in selected]
    per_cent = said_per_cent()
    state = st.dataframe(
        with_numbers(frame, {"best": per_cent, "test": per_cent, "seconds": duration}),
        key=_table_key(),
        height=min(HEIGHT_PX, 38 + 35 * max(len(rows), 2)),
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": places}},
        placeholder=NONE,
        column_order=_ORDER,
        column_config=_columns(),
        alt=ngettext(
            "{n} run with its settings and results. Select rows to compare runs.",
            "{n} runs with their settings and results. Select rows to compare runs.",
            len(rows),
        ),
    )
    chosen = state["selection"]["rows"]
    return [rows[place].id for place in chosen if place < len(rows)]


def run_columns(rows: list[RunRow], source: Store) -> dict[str, Any]:
    """Return the table's columns for a file: its small curves left out, tags in one text."""
    frame = _frame(rows, source).drop(columns="loss")
    return dict(frame.assign(tags=[", ".join(row.tags) for row in rows], status=[row.status for row in rows]))


def select_rows(ids: list[str]) -> None:
    """Have the table made anew, with these runs selected."""
    st.session_state[_SELECTED] = ids
    st.session_state[_VERSION] = st.session_state.get(_VERSION, 0) + 1


def _table_key() -> str:
    return f"runs_table_{st.session_state.get(_VERSION, 0)}"


def _keep_selection(ids: list[str]) -> None:
    """Keep the same runs selected, whatever rows they have come to stand in.

    A table knows its selection by places: when others' runs have come in above, or a filter was set, it is
    made anew.
    """
    known_key, known_ids = st.session_state.get(_DRAWN, ("", []))
    if known_key == _table_key() and known_ids != ids and known_key in st.session_state:
        places = st.session_state[known_key]["selection"]["rows"]
        select_rows([known_ids[place] for place in places if place < len(known_ids)])
    st.session_state[_DRAWN] = (_table_key(), ids)


def pin_help_in_markdown() -> str:
    """Return what pinning does here: it keeps a run where others go in time."""
    if settings().kept_days or settings().kept_runs:
        return _("Pinned runs are kept however old they are.")
    return _("Pinned runs stand before the others.")


def _columns() -> dict[str, Any]:
    column, zone = st.column_config, reader().time_zone
    return {
        "pinned": column.TextColumn("", width=32, help=pin_help_in_markdown()),
        "name": column.TextColumn(_("Run"), width=180),
        "images": column.TextColumn(_("Dataset"), width=105),
        "model": column.TextColumn(_("Model"), width=125),
        "differs": column.TextColumn(_("Changed settings"), width=230),
        "loss": column.LineChartColumn(
            _("Validation loss"),
            width=110,
            help=_("Measured on the test images if a run has no validation images."),
        ),
        "best": column.NumberColumn(
            _("Best"),
            width=70,
            help=_(
                "Best accuracy during training, on the validation images (the test images if there are none)."
            ),
        ),
        "test": column.NumberColumn(_("Test"), width=70, help=_("Final accuracy on the test set.")),
        "seconds": column.NumberColumn(_("Time"), width=85, help=_("Time spent training.")),
        "status": column.TextColumn(_("Status"), width=90),
        "made": column.DatetimeColumn(
            _("Created") if zone else _("Created (UTC)"),
            format=pgettext("a date in Moment.js tokens", "D MMM, HH:mm"),
            width=110,
            timezone=zone or "UTC",
        ),
        "tags": column.ListColumn(_("Tags"), width=110),
        "mine": column.CheckboxColumn(_("Mine"), width=55),
    }


def _frame(rows: list[RunRow], source: Store) -> pd.DataFrame:
    """Return a row for each run, as the one for whom this is the store may see it."""
    curves = _curves(rows, source)
    titles = {name: dataset_title(name) for name in {row.dataset for row in rows}}
    if any(told == name for name, told in titles.items()):  # gone, or in a bin: one's own is called as it was
        binned = (own for own in datasets().binned() if own.owner == source.actor.id)
        titles |= {own.name: own.spec.title for own in binned}
    return pd.DataFrame(
        {
            "pinned": ["★" if row.pinned else "" for row in rows],
            "name": [title(row) for row in rows],
            "images": [titles[row.dataset] for row in rows],
            "model": [_MODELS[row.model] for row in rows],
            "loss": [curves[row.id] for row in rows],
            "best": [_percent(row.best_accuracy) for row in rows],
            "test": [_percent(row.test_accuracy) for row in rows],
            "differs": [_differing(row.config_json, reader().language) for row in rows],
            "seconds": [row.elapsed_s for row in rows],
            "status": [STATUSES[row.status] for row in rows],
            "made": [datetime.datetime.fromtimestamp(row.created_at, datetime.UTC) for row in rows],
            "tags": [list(row.tags) for row in rows],
            "mine": [bool(row.owner) and row.owner == source.actor.id for row in rows],
        }
    )


def _percent(accuracy: float | None) -> float | None:
    return None if accuracy is None else 100 * accuracy


@functools.lru_cache(maxsize=8192)
def _differing(config_json: str, language: str) -> str:  # noqa: ARG001 - it is what the words are in
    """Return the settings that are not the defaults', in words; images and model have columns of their own."""
    config = from_json(config_json)
    names = [name for name in differing_fields(config, DEFAULT) if name not in _OWN_COLUMNS]
    return " · ".join(
        _("{setting}: {value}", setting=label_of(name), value=value_in_words(name, config)) for name in names
    )


@st.cache_resource(show_spinner=False)
def _known_curves() -> dict[str, tuple[int, list[float]]]:
    return {}


def _curves(rows: list[RunRow], source: Store) -> dict[str, list[float]]:
    """Return each run's validation losses; what has not changed since is not read again."""
    known = _known_curves()
    changed = [row for row in rows if known.get(row.id, (-1, []))[0] != row.revision]
    if changed:
        for run_id, losses in loss_histories(source, changed).items():
            known[run_id] = (-1, losses)
        for row in changed:
            known[row.id] = (row.revision, known[row.id][1])
    return {row.id: known[row.id][1] for row in rows}
