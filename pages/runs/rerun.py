"""Run again: the same, under five seeds, or with one thing changed."""

import secrets
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from core.config.run_config import ConfigError, Range, RunConfig, rule_of
from core.config.setting_labels import LABELS, OPTION_NAMES, value_in_words
from core.config.typed_setting import parse_typed, typed
from core.datasets import dataset_spec
from core.i18n.literal_text import markdown_text
from core.models.parameter_shapes import count_parameters
from core.runs import RunRow, StoreError
from core.runs.run_labels import title
from pages.components.navigation import page
from pages.run_context.selected_run import select_run
from pages.runs.runs_table import select_rows
from pages.server.services import engine, store
from pages.server.visitor import visitor

SEEDS: Final = 5


def repeated_config(row: RunRow) -> RunConfig:
    """Return the settings that give the run's numbers again, live changes of the learning rate included."""
    changes = {**dict(row.config.learning_rate_changes), **dict(row.learning_rate_changes)}
    return replace(row.config, learning_rate_changes=tuple(sorted(changes.items())))


def repeat_buttons(row: RunRow) -> None:
    """Draw the three ways to run it again."""
    config = repeated_config(row)
    with st.container(horizontal=True, vertical_alignment="bottom", key="repeat_buttons"):
        if st.button(
            "Run again", icon=":material/replay:", help="The same settings and seed: the same numbers."
        ):
            started = start_runs([config], row)
            if started:
                select_run(started[0])
                st.switch_page(page("train"))
        if st.button(
            f"With {SEEDS} seeds",
            icon=":material/casino:",
            help="Five runs that differ in the seed alone show how much is luck: their mean and spread.",
        ):
            seeds = [replace(config, seed=(config.seed + place) % 2**31) for place in range(SEEDS)]
            started = start_runs(seeds, row, secrets.token_hex(6))
            if started:
                select_rows(started)
                st.query_params["compare"] = ",".join(started)
                st.rerun()
        with st.popover("Change one thing", icon=":material/tune:"):
            _change_one(row, config)


def _change_one(row: RunRow, config: RunConfig) -> None:
    names = [name for name in LABELS if rule_of(name) not in ("dataset", "dataset or nothing")]
    name = st.selectbox(
        "Setting", names, index=names.index("learning_rate"), key=f"one_name_{row.id}",
        format_func=lambda field: LABELS[field],
    )  # fmt: skip
    st.caption(f"It was {markdown_text(value_in_words(name, config))}.")
    value = _value_input(name, config, f"one_{name}_{row.id}")
    if st.button("Train with it", type="primary", key=f"one_train_{row.id}", icon=":material/play_arrow:"):
        try:
            changed = replace(config, **{name: parse_typed(name, value) if isinstance(value, str) else value})
        except ConfigError as error:
            st.error(markdown_text(str(error)))
            return
        started = start_runs([changed], row)
        if started:
            select_run(started[0])
            st.switch_page(page("train"))


def _value_input(name: str, config: RunConfig, key: str) -> Any:
    """Draw the widget for one setting's new value; return it, or its text as an address writes it."""
    rule, value = rule_of(name), getattr(config, name)
    if rule is bool:
        return st.toggle(LABELS[name], not value, key=key)
    if isinstance(rule, tuple):
        others = [option for option in rule if option != value]
        return st.selectbox(
            "New value", others, key=key, format_func=lambda o: OPTION_NAMES.get((name, o), str(o))
        )
    allowed = f" ({markdown_text(str(rule))})" if isinstance(rule, Range) else ""
    return st.text_input(f"New value{allowed}", typed(value), key=key)


def start_runs(configs: list[RunConfig], parent: RunRow, group_id: str = "") -> list[str]:
    """Queue a run for each config; return their ids, fewer (with the reason shown) where one is refused."""
    started = []
    try:
        for config in configs:
            name = f"{title(parent)[:90]}, seed {config.seed}" if group_id else ""
            run_id = store().create(
                config,
                owner=visitor(),
                name=name,
                parent_id=parent.id,
                group_id=group_id,
                parameter_count=count_parameters(config, dataset_spec(config.dataset)),
            )
            engine().submit(run_id)
            started.append(run_id)
    except (ConfigError, StoreError) as error:
        st.error(markdown_text(str(error)))
    return started
