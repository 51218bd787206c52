"""The settings form's config: in the session, in the widgets, in the address."""

from dataclasses import replace
from typing import Any

import streamlit as st

from core.config.dataset_fit import dataset_problem, within_dataset
from core.config.field_errors import ONE_OF
from core.config.presets import DEFAULT, PRESETS
from core.config.query_string import from_query, to_query
from core.config.run_config import FIELD_NAMES, ConfigError, FieldError, Range, RunConfig, rule_of
from core.config.typed_setting import LISTS, parse_typed
from core.datasets import CATALOG
from pages.run_context.form_config import FORM_NUMBER, usual_for
from pages.server.seat import class_rules
from pages.server.services import settings
from pages.server.visitor import datasets, refused_dataset


def config_from_address() -> None:
    """Fill the form's config from the address once a session; refused settings are told, the rest holds."""
    if "config" in st.session_state:
        return
    query = {name: st.query_params[name] for name in st.query_params}
    wanted = query.get("preset", "default")
    errors = []
    if wanted not in PRESETS:
        errors.append(FieldError("preset", wanted[:40], ONE_OF, {"options": tuple(PRESETS)}))
    base = PRESETS[wanted].config if wanted in PRESETS else DEFAULT
    config, wrong = from_query(query, base, settings())
    if "validation_size" not in query and refused_dataset(config) is None:
        config = usual_for(config.dataset, config)
    instead: dict[str, dict[str, Any]] = {  # of what is refused, in the order in which it is looked at
        "dataset": {"dataset": base.dataset, "mix_in": ""},
        "mix_in": {"mix_in": ""},
        "left_out_class": {"left_out_class": -1},
        "train_size": {"train_size": 0},
        "validation_size": {"validation_size": 0, "train_size": 0},
    }
    for name, values in instead.items():
        problem = refused_dataset(config) or dataset_problem(config, settings().data_dir)
        if problem is not None and problem.field == name:
            wrong.append(problem)
            config = replace(config, **values)
            if name == "validation_size":
                config = usual_for(config.dataset, config)
    for name in {config.dataset, config.mix_in} - {"", *CATALOG}:
        datasets().note_opened(name)
    st.session_state.config = config
    st.session_state.address_errors = [*errors, *(within_dataset(error, config.dataset) for error in wrong)]


def config_in_address(config: RunConfig) -> None:
    """Keep every setting that differs from the start in the page's address."""
    wanted = to_query(config, usual_for(config.dataset))
    shown = {name: st.query_params[name] for name in st.query_params if name in (*FIELD_NAMES, "preset")}
    for name in shown.keys() - wanted.keys():
        del st.query_params[name]
    for name, value in wanted.items():
        if shown.get(name) != value:
            st.query_params[name] = value


def config_as_entered() -> RunConfig:
    """Return the form's config as its widgets hold it now; for callbacks, before the form is drawn.

    What was typed just before a button was pressed comes with the press: the form as it was drawn last does not
    have it yet.  Raises: ConfigError.
    """
    config: RunConfig = st.session_state.config
    keys = {name: widget_key(name) for name in FIELD_NAMES}
    held = {name: st.session_state[key] for name, key in keys.items() if key in st.session_state}
    built = with_values(
        config,
        {
            name: parse_typed(name, v, settings()) if is_typed(name) and isinstance(v, str) else v
            for name, v in held.items()
        },
    )
    return class_rules().applied(built)


def config_shown() -> RunConfig:
    """Return the form's config as its widgets hold it now, or as it was before one of them was refused."""
    try:
        return config_as_entered()
    except ConfigError:
        config: RunConfig = st.session_state.config
        return class_rules().applied(config)


def with_values(config: RunConfig, values: dict[str, Any]) -> RunConfig:
    """Return `config` with the values, and without what they rule out.  Raises: ConfigError."""
    if values.get("optimizer", config.optimizer) != "sgd" or values.get("momentum", config.momentum) == 0:
        values = values | {"nesterov": False}
    built = replace(config, **values)
    if problem := dataset_problem(built, settings().data_dir):
        raise ConfigError([problem])
    return built


def widget_key(name: str) -> str:
    return f"set_{name}_{st.session_state.get(FORM_NUMBER, 0)}"


def is_typed(name: str) -> bool:
    """Return whether the setting's widget holds text that we parse: a browser takes "0,001" and "" for a 1."""
    return name in LISTS or isinstance(rule_of(name), Range)
