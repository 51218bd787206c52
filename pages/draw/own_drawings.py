"""The visitor's own drawings: a button for each class, beside what was drawn, keeps it under that label."""

from typing import Final

import streamlit as st

from core.datasets import DatasetError, DatasetSpec
from core.datasets.pixel_values import as_uint8
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import nmarkdown_
from core.i18n.translation import _
from core.images import PreprocessedImage
from core.prediction.fine_tuning import plain_pixels
from core.prediction.predict import Drawing, ModelInput
from core.runs import StoreError
from pages.draw.answered import ask_anew
from pages.draw.canvas import clear, seen_ink
from pages.draw.model_choice import LoadedModel
from pages.server.visitor import datasets

ADDED: Final = "lesson_added"  # dataset -> the side each drawing of this visit was kept on, the newest last
_TROUBLE: Final = "label_trouble"


def my_dataset(spec: DatasetSpec) -> DatasetSpec | None:
    """Return this visitor's own drawings of these classes, None before the first."""
    mine = datasets().drawings(spec)
    return mine.spec if mine is not None else None


def label_buttons(model: LoadedModel, subject: ModelInput, prepared: PreprocessedImage) -> None:
    """Draw one button for each class; pressing it, or its digit's key, keeps the drawing under that label."""
    names = model.spec.class_names
    with st.container(key="lesson_labels", horizontal=True):
        for label, name in enumerate(names):
            st.button(
                markdown_text(name),
                key=f"label_{label}",
                disabled=prepared.empty,
                on_click=_keep,
                args=(model, subject, label),
                shortcut=name if name in set("0123456789") else None,
            )
    trouble = st.session_state.pop(_TROUBLE, None)
    if trouble:
        st.error(markdown_text(trouble))
    else:
        st.caption(_next_in_markdown(model.spec, is_empty=prepared.empty))


def _next_in_markdown(spec: DatasetSpec, *, is_empty: bool) -> str:
    """Say what to do next, and how many are kept."""
    if not is_empty:
        todo = _("Say what it is: press a button.")
    elif spec.takes_ink:
        todo = _("Draw something to enable the buttons.")
    else:
        todo = _("Choose an image to enable the buttons.")
    mine = my_dataset(spec)
    count = mine.n_images if mine is not None else 0
    kept = nmarkdown_("{n} image is kept so far.", "{n} images are kept so far.", count)
    return f"{todo} {kept}"


def _keep(model: LoadedModel, subject: ModelInput, label: int) -> None:
    if isinstance(subject, Drawing):  # the page may not have been drawn since the last stroke
        subject = Drawing(seen_ink())
        if not subject.ink.any():  # pressed twice: the first time has kept and cleared it
            return
    try:
        own, of = datasets(), model.spec
        before = (
            my_dataset(of)
            or own.create(_("My drawings ({dataset})", dataset=of.title), of.class_names, of.image_shape).spec
        )
        pixels = as_uint8(plain_pixels(subject, model.predictor))
        grown = own.add_images(before.name, pixels[None], [label])
    except (DatasetError, StoreError) as error:
        st.session_state[_TROUBLE] = f"{error}"
        return
    ask_anew()
    side = "test" if grown.test_size > before.test_size else "train"
    st.session_state.setdefault(ADDED, {}).setdefault(grown.name, []).append(side)
    if isinstance(subject, Drawing):
        clear()
