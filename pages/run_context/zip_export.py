"""A dataset of somebody's own to take away, as a ZIP that the import takes back."""

import re
from functools import partial

import streamlit as st

from core.datasets import DatasetError, DatasetSpec
from core.i18n.translation import _
from core.runs import StoreError
from core.runs.own_datasets import OwnDatasets
from pages.server.turns import costly_file
from pages.server.visitor import datasets


def download_own_zip(spec: DatasetSpec, *, disabled: bool = False) -> None:
    """Draw the button that takes the dataset away; the file is made when it is asked for."""
    slug = re.sub(r"[^a-z0-9]+", "-", spec.title.lower()).strip("-")[:40]
    st.download_button(
        _("Download as a ZIP"),
        data=costly_file(partial(_made, datasets(), spec.name)),
        file_name=f"inkling-{slug or 'images'}.zip",  # not said: a file's name
        mime="application/zip",
        on_click="ignore",
        icon=":material/download:",
        key=f"zip_{spec.name}",
        disabled=disabled,
    )


def _made(own: OwnDatasets, name: str) -> bytes:
    """Return the file; where it cannot be had, why."""
    try:
        return own.export_zip(name)
    except (StoreError, DatasetError) as error:
        return str(error).encode()
