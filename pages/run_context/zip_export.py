"""A dataset of somebody's own to take away, as a ZIP that the import takes back."""

import re

import streamlit as st

from core.datasets import DatasetError, DatasetSpec
from core.i18n.reader import Reader, read_by, reader
from core.i18n.translation import _
from core.runs import StoreError
from core.runs.own_datasets import OwnDatasets
from pages.server.visitor import datasets


def download_own_zip(spec: DatasetSpec, *, disabled: bool = False) -> None:
    """Draw the button that takes the dataset away; the file is made when it is asked for."""
    own, viewer = datasets(), reader()
    slug = re.sub(r"[^a-z0-9]+", "-", spec.title.lower()).strip("-")[:40]
    st.download_button(
        _("Download as a ZIP"),
        data=lambda: _made(own, spec.name, viewer),
        file_name=f"inkling-{slug or 'images'}.zip",  # not said: a file's name
        mime="application/zip",
        on_click="ignore",
        icon=":material/download:",
        key=f"zip_{spec.name}",
        disabled=disabled,
    )


def _made(own: OwnDatasets, name: str, viewer: Reader) -> bytes:
    """Return the file for a viewer, whom the server's thread does not know; where it cannot be had, why."""
    with read_by(viewer):
        try:
            return own.export_zip(name)
        except (StoreError, DatasetError) as error:
            return str(error).encode()
