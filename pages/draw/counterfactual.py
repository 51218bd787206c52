"""The few pixels that would flip the answer: shown, and put on the visitor's own canvas."""

from typing import Final

import numpy as np
import streamlit as st

from core.datasets.pixel_values import as_uint8
from core.figures.image_panels import Panel
from core.i18n.literal_text import markdown_text
from core.i18n.number_format import percent
from core.insight.counterfactual import Counterfactual
from core.prediction.counterfactual_strokes import (
    CanvasCounterfactual,
    draw_counterfactual,
    find_counterfactual,
)
from core.prediction.predict import Prediction
from pages.components.image_panels import pixel_panels
from pages.draw.canvas import drawn_ink, put_dabs, undo
from pages.draw.model_choice import LoadedModel
from pages.draw.prediction import with_article

_TOLD: Final = "flip_told"  # what the last press of the button did: (the ink it left, the sentence)


def show_counterfactual(model: LoadedModel, answer: Prediction, *, on_canvas: bool) -> None:
    """Show the pixels whose ink would change the answer, say how many, and offer to draw them on the canvas."""
    flip, exactly = find_counterfactual(model.predictor, np.ascontiguousarray(answer.pixels, np.float32))
    if flip is None:
        st.caption("No few pixels flip this answer.")
        return
    count, name = len(flip.pixels), with_article(model.spec.class_names[flip.after])
    pixels = "pixel makes" if count == 1 else "pixels make"
    fewest = "No fewer would do." if exactly else "Found step by step; fewer may do."
    with st.container(key="flip_line", horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{count} {pixels} it {markdown_text(name)}.** {fewest}", width="content")
        if on_canvas and st.button("Draw them", key="flip_draw", help=_HELP):
            _draw_them(model, flip)
    if on_canvas:
        _told()
    pixel_panels(
        "flip",
        _panels(model, answer, flip),
        alt=f"{count} {pixels} it {name}: where ink is added and taken away, and the picture after it.",
        px=168,
        linked=True,
    )


_HELP: Final = (
    "Puts this ink on your canvas, and takes away what is to go. Undo takes it back. The changed drawing is prepared "
    "and answered like any other."
)


def _panels(model: LoadedModel, answer: Prediction, flip: Counterfactual) -> list[Panel]:
    shape = model.spec.image_shape
    shown = np.clip(answer.pixels, 0, 1).reshape(-1)
    change = np.zeros(len(shown))
    change[flip.pixels] = flip.values - shown[flip.pixels]
    after = as_uint8(flip.image.reshape(shape))
    signed = change.reshape(shape).sum(axis=0)[None]
    return [
        Panel(signed, "ink to add or take away", "red: add, blue: take away", quantity="change", limit=1.0),
        Panel(after, f"then it says {model.spec.class_names[flip.after]}"),
    ]


def _draw_them(model: LoadedModel, flip: Counterfactual) -> None:
    """Put the ink on the canvas, keep a sentence on what came of it, and draw the page anew."""
    with st.spinner("Drawing them"):
        drawn = draw_counterfactual(model.predictor, drawn_ink(), flip)
    put_dabs(drawn.dabs, drawn.ink)
    st.session_state[_TOLD] = (drawn.ink, outcome(drawn, len(flip.pixels), model.spec.class_names))
    st.rerun()


def outcome(drawn: CanvasCounterfactual, pixels: int, names: tuple[str, ...]) -> str:
    """Return in Markdown what the dabs on the canvas did, against the count of pixels that would do in the picture."""
    dabs, answer = len(drawn.dabs), drawn.answer
    said = (
        f"{markdown_text(names[answer.best])} ({percent(answer.probabilities[answer.best])})"
        if answer.is_asked
        else "nothing"
    )
    moves = "new ink moves the crop, the centre and the slant, and with them every pixel"
    spots = "1 dab" if dabs == 1 else f"{dabs} dabs"
    if not drawn.is_flipped:
        return (
            f"**Drawn, {spots}, and it still says {said}.** On the canvas {moves}: too much for these dabs."
        )
    if dabs == pixels:
        return f"**Drawn, {spots}: now it says {said}.**"
    more = f"{dabs - pixels} more" if dabs > pixels else f"{pixels - dabs} fewer"
    return (
        f"**Drawn, {spots}: now it says {said}.** That is {more} than pixels in the picture, because {moves}."
    )


def _told() -> None:
    """Say what the last press of the button did, for as long as its ink is what the canvas shows."""
    ink, told_in_markdown = st.session_state.get(_TOLD, (None, ""))
    if ink is None or ink is not drawn_ink():
        return
    with st.container(key="flip_told", horizontal=True, vertical_alignment="center"):
        st.markdown(told_in_markdown, width="content")
        st.button("Take them back", key="flip_undo", on_click=undo)
