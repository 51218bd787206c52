"""The import of a ZIP as a dataset of the visitor's own."""

import streamlit as st

from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.translation import _
from pages.server.visitor import datasets


def import_own_zip(shape: tuple[int, int, int]) -> None:
    """Draw the uploader of a ZIP of images of this shape, (C, H, W), and what came of it.

    Raises: DatasetError, StoreError.
    """
    file = st.file_uploader(
        _("ZIP with one folder for each class"),
        type=["zip"],
        key="lesson_zip",
        help=_("Becomes a new dataset, which you can choose on the Train page."),
    )
    if file is not None and st.button(markdown_("Import {file}", file=file.name)):
        title = file.name.removesuffix(".zip")[:60]
        found = datasets().import_zip(file.getvalue(), title, shape)
        total = found.spec.train_size + found.spec.test_size
        imported = nmarkdown_("{n} image was imported.", "{n} images were imported.", total)
        classes = nmarkdown_(
            "The new dataset has {n} class; you can choose it on the Train page.",
            "The new dataset has {n} classes; you can choose it on the Train page.",
            found.spec.n_classes,
        )
        st.success(f"{imported} {classes}")
        for note in found.notes:
            st.caption(markdown_text(note))
