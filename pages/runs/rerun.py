"""Run again: the same, under five seeds, or with one thing changed."""

import secrets
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from core.config.run_config import ConfigError, Range, RunConfig
from core.config.setting_labels import LABELS, OPTION_NAMES, field_label, refusal, value_in_words
from core.config.typed_setting import parse_typed, typed
from core.datasets import DatasetError, dataset_spec
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.translation import _
from core.models.parameter_shapes import count_parameters
from core.runs import RunRow, StoreError
from core.runs.run_labels import title
from pages.components.navigation import page
from pages.run_context.selected_run import select_run
from pages.runs.runs_table import select_rows
from pages.runs.seed_names import named_by_seed, without_seed
from pages.server.services import settings
from pages.server.visitor import is_private, store, submit, with_its_place

SEEDS: Final = 5


def repeated_config(row: RunRow) -> RunConfig:
    """Return the settings that give the run's numbers again, live changes of the learning rate included."""
    changes = {**dict(row.config.learning_rate_changes), **dict(row.learning_rate_changes)}
    return replace(row.config, learning_rate_changes=tuple(sorted(changes.items())))


def repeat_buttons(row: RunRow) -> None:
    """Draw the three ways to run it again; none for who may not see the images that it learned from."""
    config = repeated_config(row)
    if any(is_private(name) for name in (config.dataset, config.mix_in) if name):
        st.caption(
            _(
                "It learned from somebody else's own images, which are not shared, so it cannot be run again here."
            )
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="repeat_buttons"):
        if st.button(
            _("Run again"),
            icon=":material/replay:",
            help=_("The same settings and the same seed give the same numbers."),
        ):
            started = start_runs([config], row)
            if started:
                select_run(started[0])
                st.switch_page(page("train"))
        if st.button(
            nmarkdown_("With {n} seed", "With {n} seeds", SEEDS),
            icon=":material/casino:",
            help=nmarkdown_(
                "Trains {n} run with another seed, the number that everything random starts from, to show how much "
                "of the result is luck.",
                "Trains {n} runs that differ only in their seed, the number that everything random starts from. "
                "Their mean and spread show how much of the result is luck.",
                SEEDS,
            ),
        ):
            seeds = [replace(config, seed=(config.seed + place) % 2**31) for place in range(SEEDS)]
            started = start_runs(seeds, row, secrets.token_hex(6))
            if started:
                select_rows(started)
                st.query_params["compare"] = ",".join(started)
                st.rerun()
        with st.popover(_("Change one setting"), icon=":material/tune:"):
            _change_one(row, config)


def _change_one(row: RunRow, config: RunConfig) -> None:
    names = [name for name in LABELS if name not in ("dataset", "mix_in")]
    name = st.selectbox(
        _("Setting"), names, index=names.index("learning_rate"), key=f"one_name_{row.id}",
        format_func=field_label,
    )  # fmt: skip
    st.caption(markdown_("In this run: {value}", value=value_in_words(name, config)))
    value = _value_input(name, config, f"one_{name}_{row.id}")
    if st.button(
        _("Train with this setting"), type="primary", key=f"one_train_{row.id}", icon=":material/play_arrow:"
    ):
        try:
            new = parse_typed(name, value, settings()) if isinstance(value, str) else value
            changed = replace(config, **{name: new})
        except ConfigError as error:
            st.error(markdown_text(refusal(error)))
            return
        started = start_runs([changed], row)
        if started:
            select_run(started[0])
            st.switch_page(page("train"))


def _value_input(name: str, config: RunConfig, key: str) -> Any:
    """Draw the widget for one setting's new value; return it, or its text as an address writes it."""
    rule, value = settings().rule_of(name), getattr(config, name)
    if name == "left_out_class" and (numbers := _classes_left_in(config)):
        return st.selectbox(
            _("New value"), numbers, key=key,
            format_func=lambda number: value_in_words(name, replace(config, left_out_class=number)),
        )  # fmt: skip
    if rule is bool:
        return st.toggle(LABELS[name], not value, key=key)
    if isinstance(rule, tuple):
        others = [option for option in rule if option != value]
        return st.selectbox(
            _("New value"), others, key=key, format_func=lambda o: OPTION_NAMES.get((name, o), str(o))
        )
    if not isinstance(rule, Range):
        label: str = _("New value")
    elif rule.integer:
        label = markdown_("New value (a whole number from {low} to {high})", **rule.limits)
    else:
        label = markdown_("New value (a number from {low} to {high})", **rule.limits)
    return st.text_input(label, typed(value), key=key)


def _classes_left_in(config: RunConfig) -> list[int]:
    """Return the numbers of the classes that a run could leave out instead, -1 for none; nothing of a dataset that is
    gone.
    """
    try:
        count = dataset_spec(config.dataset).n_classes
    except DatasetError:
        return []
    return [number for number in range(-1, count) if number != config.left_out_class]


def start_runs(configs: list[RunConfig], parent: RunRow, group_id: str = "") -> list[str]:
    """Queue a run for each config; return their ids, fewer (with the reason shown) where one is refused."""
    started = []
    try:
        for config in configs:
            plain = without_seed(title(parent), parent.config.seed)[:90]
            name = named_by_seed(plain, config.seed) if group_id else ""
            run_id = store().create(
                config,
                name=name,
                parent_id=parent.id,
                group_id=group_id,
                parameter_count=count_parameters(config, dataset_spec(config.dataset)),
            )
            submit(run_id)
            started.append(run_id)
    except ConfigError as error:
        st.error(markdown_text(refusal(error)))
    except DatasetError as error:
        st.error(markdown_text(str(with_its_place(error, parent.dataset))))
    except StoreError as error:
        st.error(markdown_text(str(error)))
    return started
