"""A dataset of somebody's own to take away, as a ZIP that the import takes back."""

import re
from functools import partial

import streamlit as st

from core.datasets import DatasetSpec
from core.i18n.translation import _
from pages.server.turns import costly_file
from pages.server.visitor import datasets


def download_own_zip(spec: DatasetSpec) -> None:
    """Draw the button that takes the dataset away; the file is made when it is asked for."""
    slug = re.sub(r"[^a-z0-9]+", "-", spec.title.lower()).strip("-")[:40]
    st.download_button(
        _("Download as a ZIP"),
        data=costly_file(partial(datasets().export_zip, spec.name)),
        file_name=f"inkling-{slug or 'images'}.zip",  # not said: a file's name
        mime="application/zip",
        on_click="ignore",
        icon=":material/download:",
        key=f"zip_{spec.name}",
    )
