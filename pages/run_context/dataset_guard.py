"""Whether a dataset's images are there, and the offer to get them."""

import streamlit as st

from core.datasets import CATALOG, DatasetError, dataset_spec, ensure, is_ready
from core.i18n.literal_text import markdown_text
from pages.server.services import image_data


def dataset_is_here(name: str) -> bool:
    """Return whether the images can be used, unpacking what ships with the project and offering the rest.

    What had to be mended on the way is told once a session.
    """
    spec = dataset_spec(name)
    if spec.source != "bundled" and not is_ready(name):
        return _offer_download(name)
    try:
        notes = image_data(name).notes
    except DatasetError as error:
        st.error(markdown_text(f"{error}"))
        return False
    for note in notes:
        if note not in st.session_state.setdefault("data_notes", []):
            st.session_state.data_notes.append(note)
            st.info(markdown_text(note))
    return True


def _offer_download(name: str) -> bool:
    spec = dataset_spec(name)
    size = f"{spec.download_bytes / 1e6:.0f} MB" if spec.download_bytes else "a few MB"
    st.info(
        f"{markdown_text(spec.title)} is not on this computer yet: it is downloaded once, {size}, from its authors."
    )
    if not st.button(f"Download {CATALOG[name].title}", type="primary", icon=":material/download:"):
        return False
    bar = st.progress(0.0, "Starting …")

    def progress(done: int, total: int, what: str) -> None:
        share = min(done / total, 1.0) if total else 0.0
        bar.progress(share, f"{markdown_text(what)}: {done / 1e6:.1f} of {total / 1e6:.1f} MB")

    try:
        ensure(name, progress=progress)
    except DatasetError as error:
        bar.empty()
        st.error(f"{markdown_text(str(error))} Press Download again to go on from where it stopped.")
        return False
    bar.empty()
    return True
