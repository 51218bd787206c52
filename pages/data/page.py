"""Data: what did it see? The images one by one, in figures, as a map, and what stands out among them."""

import streamlit as st

from core.config.run_config import RunConfig
from core.datasets import dataset_spec
from core.i18n.literal_text import markdown_text
from pages.data.data_quality import show_doubtful, show_typical
from pages.data.embedding_map import show_map
from pages.data.gallery import show_gallery
from pages.data.statistics import show_classes, show_pixels
from pages.run_context.guards import heading, images_or_stop
from pages.run_context.selected_run import selected_run

SECTIONS = ["Gallery", "Classes", "Pixels", "Map", "Typical and unusual", "Duplicates and doubts"]

run = selected_run()
heading("What did it see?", run)
config: RunConfig = run.config if run else st.session_state.config
images_or_stop(config.dataset)
spec = dataset_spec(config.dataset)
if run is None:
    st.caption(f"There is no run in view: these are all images of {markdown_text(spec.title)}.")
gallery, classes, pixels, map_, typical, doubtful = st.tabs(
    SECTIONS, key="data_section", on_change="rerun", bind="query-params"
)
if gallery.open:
    with gallery:
        st.fragment(show_gallery)(config, spec, run)
if classes.open:
    with classes:
        show_classes(config, spec)
if pixels.open:
    with pixels:
        show_pixels(config, spec)
if map_.open:
    with map_:
        show_map(spec)
if typical.open:
    with typical:
        st.fragment(show_typical)(spec)
if doubtful.open:
    with doubtful:
        show_doubtful(spec, run)
