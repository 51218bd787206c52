"""The Python of the settings in the form, to read and to copy before anything is trained."""

from typing import Final

import streamlit as st

from core.config.run_config import RunConfig
from core.errors import InklingError
from core.i18n.literal_text import markdown_text
from core.i18n.translation import _
from pages.server.services import settings

CODE_PX: Final = 320


def show_code(config: RunConfig) -> None:
    """Draw the button that shows the script of these settings, and the script once it is pressed."""
    st.markdown(_("**Code for these settings**"))
    st.caption(_("A Python script that trains the same model with PyTorch and torchvision alone."))
    if not st.toggle(_("Show the code"), key="shows_code"):
        return
    from core.export import script_of_settings  # it brings templates that no other part of this page needs

    try:
        script = script_of_settings(config, settings())
    except InklingError as error:  # some settings have no script: it says which
        st.caption(markdown_text(str(error)))
        return
    st.code(script, language="python", height=CODE_PX)
