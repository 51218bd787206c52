"""Data: what did it see? The images one by one, in figures, as a map, and what stands out among them."""

from typing import Final

import streamlit as st

from core.config.run_config import RunConfig
from core.datasets import dataset_spec
from core.i18n.marked_sentences import markdown_
from core.i18n.translation import N_, Sentences, _
from core.runs import RunRow
from pages.components.sections import open_section
from pages.data.data_quality import show_doubtful, show_typical
from pages.data.embedding_map import show_map
from pages.data.gallery import show_gallery
from pages.data.own_datasets import OPEN_IMPORT, show_mine
from pages.data.statistics import show_classes, show_pixels
from pages.run_context.guards import heading, images_or_stop
from pages.run_context.selected_run import selected_run
from pages.server.errors import fragment

SECTIONS: Final = Sentences(
    {
        "Gallery": N_("Gallery"),
        "Classes": N_("Classes"),
        "Pixels": N_("Pixels"),
        "Map": N_("Map"),
        "Typical and unusual": N_("Typical and unusual"),
        "Duplicates and doubts": N_("Duplicates and label issues"),
        "Mine": N_("Mine"),
    }
)  # not said: names in addresses, which stay


def show_images(section: str, config: RunConfig, run: RunRow | None) -> None:
    """Draw a section about the images that the page is about, or say what is missing and stop."""
    images_or_stop(config.dataset)
    spec = dataset_spec(config.dataset)
    if run is None:
        st.caption(markdown_("No run is selected. These are all images of {dataset}.", dataset=spec.title))
    match section:
        case "Gallery":
            fragment(show_gallery)(config, spec, run)
        case "Classes":
            show_classes(config, spec)
        case "Pixels":
            show_pixels(config, spec)
        case "Map":
            show_map(spec)
        case "Typical and unusual":  # not said: a name in addresses
            fragment(show_typical)(spec)
        case "Duplicates and doubts":  # not said: a name in addresses
            show_doubtful(spec, run)


def bring_images() -> None:
    """Open the import under Mine."""
    st.session_state["data_section"] = "Mine"
    st.session_state[OPEN_IMPORT] = True


selected = selected_run()
top = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute")
with top:
    heading(_("What did it see?"))
shown, place = open_section("data_section", SECTIONS, in_address=True)
if shown != "Mine":
    top.button(_("Import images"), icon=":material/upload:", key="bring_images", on_click=bring_images)
with place:
    if shown == "Mine":
        show_mine()
    else:
        show_images(shown, selected.config if selected else st.session_state.config, selected)
