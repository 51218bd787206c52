"""The config in the settings form of Train, for pages that put another one there."""

from dataclasses import replace
from typing import Final

import streamlit as st

from core.config.dataset_fit import IN_BIN, NOT_SHARED, dataset_problem
from core.config.field_errors import FieldError
from core.config.image_counts import on_dataset, usual_sizes
from core.config.presets import DEFAULT
from core.config.run_config import RunConfig
from core.config.setting_labels import dataset_title
from core.datasets import DatasetError, DatasetSpec, dataset_spec
from core.i18n.translation import _
from pages.server.services import settings
from pages.server.visitor import refused_dataset

FORM_NUMBER: Final = "form_number"  # how many configs have been put into the form since the start


def config_in_form() -> RunConfig:
    """Return the config that the form has, as this session's visitor left it."""
    config: RunConfig = st.session_state.config
    return config


def put_config(config: RunConfig) -> None:
    """Show `config` in the form, by new widgets; for callbacks, before they are drawn.

    What a browser still says of the old ones, with any request, is of no account.
    """
    st.session_state.config = config
    st.session_state[FORM_NUMBER] = st.session_state.get(FORM_NUMBER, 0) + 1


def put_settings(config: RunConfig) -> None:
    """Have the form have a run's settings; where its images are not to be had, it keeps its dataset and says so."""
    problem = _problem(config)
    if problem is None or problem.field not in ("dataset", "mix_in"):
        put_config(config)
        return
    if problem.field == "mix_in":
        put_config(replace(config, mix_in=""))
        told = _(
            "What this run also learned from is not here or not shared with you, so the form leaves it out."
        )
        st.session_state.trouble = told
        return
    kept = st.session_state.config.dataset
    put_config(_fitting(_moved(config, kept)))
    if problem.allowed == NOT_SHARED:
        told = _(
            "The dataset of this run is not shared with you, so the form keeps “{title}”.",
            title=dataset_title(kept),
        )
    elif problem.allowed == IN_BIN:
        told = _(
            "The dataset of this run lies in your bin, so the form keeps “{title}”. Restore it on Data, under “Mine”.",
            title=dataset_title(kept),
        )
    else:
        told = _(
            "The dataset of this run is not here, so the form keeps “{title}”.", title=dataset_title(kept)
        )
    st.session_state.trouble = told


def put_dataset(name: str) -> None:
    """Have the form train on the dataset, with its other settings as far as they fit."""
    put_config(_fitting(_moved(st.session_state.config, name)))


def usual_for(name: str, base: RunConfig = DEFAULT) -> RunConfig:
    """Return what an address with this dataset leaves unsaid: `base`, with the validation images that it brings."""
    spec = _found(name)
    return base if spec is None else usual_sizes(base, spec)


def leave_missing_dataset() -> None:
    """Have the form be without datasets that are gone or not this visitor's to use."""
    config: RunConfig = st.session_state.config
    if _problem(config):
        put_config(
            replace(
                config, dataset=DEFAULT.dataset, mix_in="", left_out_class=-1, train_size=0, validation_size=0
            )
        )


def _problem(config: RunConfig) -> FieldError | None:
    """Return why this visitor cannot train on the config's datasets, None where they can."""
    return refused_dataset(config) or dataset_problem(config, settings().data_dir)


def _fitting(config: RunConfig) -> RunConfig:
    """Return the config, without what its dataset rules out."""
    if _problem(config):
        return usual_for(
            config.dataset, replace(config, mix_in="", left_out_class=-1, train_size=0, validation_size=0)
        )
    return config


def _moved(config: RunConfig, name: str) -> RunConfig:
    """Return the config on another dataset."""
    spec = _found(name)
    return replace(config, dataset=name) if spec is None else on_dataset(config, spec, _found(config.dataset))


def _found(name: str) -> DatasetSpec | None:
    """Return what is known of a dataset, None of one that is not here."""
    try:
        return dataset_spec(name)
    except DatasetError:
        return None
