"""The config in the settings form of Train, for pages that put another one there."""

from dataclasses import replace
from typing import Final

import streamlit as st

from core.config.dataset_fit import dataset_problem
from core.config.presets import DEFAULT
from core.config.run_config import RunConfig
from pages.server.services import settings
from pages.server.visitor import refused_dataset

FORM_NUMBER: Final = "form_number"  # how many configs have been put into the form since the start


def put_config(config: RunConfig) -> None:
    """Show `config` in the form, by new widgets; for callbacks, before they are drawn.

    What a browser still says of the old ones, with any request, is of no account.
    """
    st.session_state.config = config
    st.session_state[FORM_NUMBER] = st.session_state.get(FORM_NUMBER, 0) + 1


def put_dataset(name: str) -> None:
    """Have the form train on the dataset, with its other settings as far as they fit."""
    config = replace(st.session_state.config, dataset=name)
    if dataset_problem(config, settings().data_dir):
        config = replace(config, mix_in="", train_size=0, validation_size=0)
    put_config(config)


def leave_missing_dataset() -> None:
    """Have the form be without datasets that are gone or not this visitor's to use."""
    config: RunConfig = st.session_state.config
    if refused_dataset(config) or dataset_problem(config, settings().data_dir):
        put_config(replace(config, dataset=DEFAULT.dataset, mix_in="", train_size=0, validation_size=0))
