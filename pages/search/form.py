"""The form of a new search: what stays as it is, which settings are searched over which values, and how."""

from dataclasses import replace
from typing import Final

import streamlit as st

from core.config.image_counts import learned_count
from core.config.presets import DEFAULT
from core.config.run_config import ConfigError, RunConfig
from core.config.setting_labels import LABELS, field_label, refusal
from core.config.typed_setting import parse_typed, typed
from core.datasets import DatasetError, dataset_spec
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.translation import N_, Sentences, _, pgettext
from core.runs import StoreError
from core.runs.run_labels import title
from core.search import SEARCHABLE, Dimension, Searches, SearchPlan, SearchRefused, default_dimension
from pages.components.number_field import whole_number
from pages.components.selectbox import field_px
from pages.run_context.selected_run import selected_run
from pages.server.services import settings
from pages.server.visitor import is_private, store

METHODS: Final = Sentences(
    {
        "tpe": N_("Learn from earlier trials (TPE)"),
        "random": N_("Random"),
        "grid": N_("Every combination (grid)"),
    }
)
HELD_OUT: Final = 10_000  # of a large dataset
LEARNED: Final = 10_000


def new_search() -> None:
    """Draw the form and its button."""
    base = _base()
    fields = st.multiselect(
        _("Search over"), list(SEARCHABLE), default=["learning_rate"], key="search_fields", max_selections=5,
        format_func=lambda name: LABELS[name],
    )  # fmt: skip
    drawn = [_dimension(field) for field in fields]
    dimensions = [dimension for dimension in drawn if dimension is not None]
    with st.container(horizontal=True, vertical_alignment="bottom", key="search_how"):
        sampler = st.selectbox(
            _("Method"),
            list(METHODS),
            key="search_sampler",
            format_func=METHODS.__getitem__,
            width=field_px(METHODS.values(), 260),
            help=_("How each trial's values are chosen. Default: learn from earlier trials."),
        )
        trials = whole_number(_("Maximum trials"), 1, 200, 12, key="search_trials", width=140)
        parallel = whole_number(
            _("Trials at once"), 1, max(1, settings().worker_count), min(2, settings().worker_count),
            key="search_parallel", width=140,
        )  # fmt: skip
        prunes = st.toggle(
            _("Prune unpromising trials"), key="search_prunes",
            help=_(
                "Stops a trial early when its accuracy is below the median of the others at the same evaluation. "
                "Default: off."
            ),
        )  # fmt: skip
    if st.button(
        _("Start the search"),
        type="primary",
        icon=":material/travel_explore:",
        disabled=not fields or None in (base, trials, parallel, *drawn),
        key="start_search",
    ) and not (base is None or trials is None or parallel is None):
        _start(base, dimensions, sampler, "median" if prunes else "none", trials, parallel)


def _base() -> RunConfig | None:
    """Draw where the other settings come from; return them, with validation images to judge by, None if refused."""
    run = selected_run()
    sources = {"default": DEFAULT}
    names: dict[str, str] = {"default": _("Defaults")}
    if run is not None:
        sources["run"], names["run"] = run.config, _("“{run}”", run=title(run))
    chosen = st.radio(
        _("Take the other settings from"), list(sources)[::-1], horizontal=True, key="search_base",
        format_func=lambda name: markdown_text(names[name]),
    )  # fmt: skip
    base = replace(sources[chosen or "default"], learning_rate_changes=())
    if any(is_private(name) for name in (base.dataset, base.mix_in) if name):
        st.info(
            _(
                "This run learned from somebody else's own images, which are not shared. Take the other settings from "
                "“Defaults”, or select another run."
            ),
            icon=":material/lock:",
        )
        return None
    held, most, brings = _sizes(base)
    with st.container(horizontal=True, vertical_alignment="bottom", key="search_base_sizes"):
        epochs = whole_number(
            LABELS["epochs"], 1, 200, min(base.epochs, 5), key=f"search_epochs_{chosen}", width=120
        )
        images = whole_number(
            field_label("train_size"), 0, 60_000, base.train_size or most,
            key=f"search_images_{chosen}", width=190,
            help=_("Fewer images make quicker trials. Run the best settings again with all of them."),
        )  # fmt: skip
    st.caption(_compared_in_markdown(held, brings=brings))
    if epochs is None or images is None:
        return None
    return replace(base, epochs=epochs, train_size=images, validation_size=held)


def _compared_in_markdown(held: int, *, brings: bool) -> str:
    if brings:
        return nmarkdown_(
            "Trials are compared on the {n} validation image that the dataset brings, so that the test set stays "
            "unseen while settings are chosen.",
            "Trials are compared on the {n} validation images that the dataset brings, so that the test set stays "
            "unseen while settings are chosen.",
            held,
        )
    return nmarkdown_(
        "Trials are compared on {n} validation image, set aside from the training images, so that the test set "
        "stays unseen while settings are chosen.",
        "Trials are compared on {n} validation images, set aside from the training images, so that the test set "
        "stays unseen while settings are chosen.",
        held,
    )


def _sizes(base: RunConfig) -> tuple[int, int, bool]:
    """Return by how many images a trial is judged, how many it learns from unless the form says otherwise, and whether
    the former are validation images that the dataset brings.
    """
    try:
        spec = dataset_spec(base.dataset, settings().data_dir)
    except DatasetError:  # deleted since: said when the search is to start
        return base.validation_size or 1, 0, False
    held = spec.validation_size or base.validation_size or max(1, min(HELD_OUT, spec.train_size // 5))
    count = learned_count(replace(base, train_size=0, validation_size=held), spec)
    return held, min(LEARNED, count), bool(spec.validation_size)


def _dimension(field: str) -> Dimension | None:
    """Draw the values of one searched setting; return them (checked when the search starts), None for no number."""
    default = default_dimension(field)
    if default.values:
        text = st.text_input(
            markdown_("{setting}: values", setting=LABELS[field]), "; ".join(default.values),
            key=f"search_values_{field}", help=_("Separated by semicolons."),
        )  # fmt: skip
        return Dimension(field, tuple(part.strip() for part in text.split(";") if part.strip()))
    with st.container(horizontal=True, key=f"search_range_{field}"):
        low = st.text_input(
            markdown_("{setting}: from", setting=LABELS[field]), typed(default.low), key=f"search_low_{field}"
        )
        high = st.text_input(
            pgettext("the end of a range", "to"), typed(default.high), key=f"search_high_{field}"
        )
    try:
        return Dimension(field, (), parse_typed(field, low, settings()), parse_typed(field, high, settings()))
    except ConfigError as error:
        st.error(markdown_text(refusal(error)))
        return None


def _start(
    base: RunConfig, dimensions: list[Dimension], sampler: str, pruner: str, trials: int, parallel: int
) -> None:
    name = _(
        "Search over {settings:list}",
        settings=[f"“{LABELS[d.field]}”" for d in dimensions],
    )
    try:
        plan = SearchPlan(base, tuple(dimensions), sampler, pruner, trials, parallel)
        search_id = Searches(store()).create(plan, name=str(name))
    except ConfigError as error:
        st.error(markdown_text(refusal(error)))
        return
    except (SearchRefused, StoreError) as error:
        st.error(markdown_text(str(error)))
        return
    st.query_params["search"] = search_id
    st.rerun()
