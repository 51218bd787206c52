"""Whether a dataset's images are there, the offer to get them, and which they are."""

import streamlit as st

from core.datasets import DatasetError, DatasetSpec, PrivateDataset, dataset_spec, ensure, is_ready
from core.i18n.kept_sentences import said_again
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_
from core.i18n.translation import _
from core.runs import RunRow
from pages.server.errors import say_private
from pages.server.visitor import image_data, with_its_place


def content_of(run: RunRow) -> str:
    """Return what changes with the images of the run's dataset: what is kept of them is of these."""
    return image_data(run.dataset).fingerprint


def dataset_is_here(name: str) -> bool:
    """Return whether the images can be used, unpacking what ships with the project and offering the rest.

    What had to be mended on the way is told once a session.
    """
    try:
        spec = dataset_spec(name)
        if spec.source != "bundled" and not is_ready(spec):
            return _offer_download(spec)
        notes = image_data(name).notes
    except PrivateDataset as error:
        say_private(error)
        return False
    except DatasetError as error:
        st.error(markdown_text(str(with_its_place(error, name))))
        return False
    for note in notes:
        if note not in st.session_state.setdefault("data_notes", []):
            st.session_state.data_notes.append(note)
            now = said_again(note)  # it was said when the images were loaded, to whoever waited for them
            st.info(markdown_text(now))
    return True


def _offer_download(spec: DatasetSpec) -> bool:
    if spec.download_bytes:
        told_in_markdown = markdown_(
            "{title} is not on this computer yet. It is downloaded once, from its authors ({size:size}).",
            title=spec.title,
            size=spec.download_bytes,
        )
    else:
        told_in_markdown = markdown_(
            "{title} is not on this computer yet. It is downloaded once, from its authors (a few MB).",
            title=spec.title,
        )
    st.info(told_in_markdown)
    label_in_markdown = markdown_("Download {title}", title=spec.title)
    if not st.button(label_in_markdown, type="primary", icon=":material/download:"):
        return False
    bar = st.progress(0.0, _("Starting …"))

    def progress(done: int, total: int, what: str) -> None:
        if not total:
            bar.progress(0.0, markdown_text(what))
            return
        words_in_markdown = markdown_(
            "{what}: {done:size} of {total:size}", what=what, done=done, total=total
        )
        bar.progress(min(done / total, 1.0), words_in_markdown)

    try:
        ensure(spec, progress=progress)
    except DatasetError as error:
        bar.empty()
        remedy = _("Press Download again to continue where it stopped.")
        st.error(f"{markdown_text(str(error))} {markdown_text(remedy)}")
        return False
    bar.empty()
    return True
