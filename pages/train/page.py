"""Train: is it learning? A form, one button, and everything that moves while a run trains."""

import streamlit as st

from core.i18n.translation import _
from pages.components.page_aids import hidden_heading
from pages.run_context.dataset_guard import dataset_is_here
from pages.run_context.selected_run import selected_run
from pages.train.form_state import config_in_address
from pages.train.learning_rate_sweep import show_sweep, sweep_offer
from pages.train.live_run import show_idle, show_run
from pages.train.run_controls import live_rate, run_buttons
from pages.train.settings_code import show_code
from pages.train.settings_form import hyperparameter_form

hidden_heading(_("Train"))
with st.sidebar:
    config = hyperparameter_form()

run = selected_run()
if config is None:
    st.warning(_("One setting is invalid. See the settings."))
    st.stop()
config_in_address(config)
if not dataset_is_here(config.dataset):
    st.stop()

with st.container(horizontal=True, key="run_buttons", vertical_alignment="center"):
    run_buttons(config, run)
    with st.popover(_("More"), icon=":material/more_horiz:"):
        live_rate(config, run)
        sweep_offer(config)
        show_code(config)
if run is None:
    show_idle(config)
else:
    show_sweep(run)
    show_run(run)
