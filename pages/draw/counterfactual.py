"""The few pixels that would flip the answer: shown, and put on the visitor's own canvas."""

from typing import Final

import numpy as np
import streamlit as st

from core.datasets.pixel_values import as_uint8
from core.figures.image_panels import Panel
from core.i18n.marked_sentences import nmarkdown_
from core.i18n.translation import _, ngettext
from core.insight.counterfactual import Counterfactual
from core.prediction.answer_sentences import article
from core.prediction.counterfactual_strokes import (
    CanvasCounterfactual,
    draw_counterfactual,
    find_counterfactual,
)
from core.prediction.predict import Prediction
from pages.components.image_panels import pixel_panels
from pages.draw.answered import draw_whole
from pages.draw.canvas import drawn_ink, put_dabs, undo
from pages.draw.model_choice import LoadedModel
from pages.server.script_turns import reasons_turn

_TOLD: Final = (
    "flip_told"  # the last press of the button: (what it drew, pixels that would do, names of classes)
)


def show_counterfactual(model: LoadedModel, answer: Prediction, *, on_canvas: bool) -> None:
    """Show the pixels whose ink would change the answer, say how many, and offer to draw them on the canvas."""
    with reasons_turn():
        flip, exactly = find_counterfactual(model.predictor, np.ascontiguousarray(answer.pixels, np.float32))
    if flip is None:
        st.caption(_("No small change of pixels flips this prediction."))
        return
    count, name = len(flip.pixels), model.spec.class_names[flip.after]
    fewest = _("No fewer would do.") if exactly else _("Found by a quick search; fewer might do.")
    with st.container(key="flip_line", horizontal=True, vertical_alignment="center"):
        st.markdown(f"{_flip_in_markdown(count, name)} {fewest}", width="content")
        if on_canvas and st.button(
            _("Draw them"),
            key="flip_draw",
            help=_(
                "Adds this ink to your canvas and erases what has to go. The changed drawing is then prepared and "
                "answered like any other. Undo restores your drawing."
            ),
        ):
            _draw_them(model, flip)
    if on_canvas:
        _told()
    pixel_panels(
        "flip",
        _panels(model, answer, flip),
        alt=ngettext(
            "{n} pixel whose ink changes the prediction to {name}: where it is added or erased, and the image "
            "with it.",
            "{n} pixels whose ink changes the prediction to {name}: where it is added or erased, and the image "
            "with it.",
            count,
            name=name,
        ),
        px=168,
        linked=True,
    )


def _flip_in_markdown(pixels: int, name: str) -> str:
    """Say how many pixels make the picture one of the class `name`."""
    match article(name):
        case "a":
            return nmarkdown_(
                "**{n} pixel makes it a {name}.**", "**{n} pixels make it a {name}.**", pixels, name=name
            )
        case "an":
            return nmarkdown_(
                "**{n} pixel makes it an {name}.**", "**{n} pixels make it an {name}.**", pixels, name=name
            )
    return nmarkdown_("**{n} pixel makes it {name}.**", "**{n} pixels make it {name}.**", pixels, name=name)


def _panels(model: LoadedModel, answer: Prediction, flip: Counterfactual) -> list[Panel]:
    shape = model.spec.image_shape
    shown = np.clip(answer.pixels, 0, 1).reshape(-1)
    change = np.zeros(len(shown))
    change[flip.pixels] = flip.values - shown[flip.pixels]
    after = as_uint8(flip.image.reshape(shape))
    signed = change.reshape(shape).sum(axis=0)[None]
    return [
        Panel(signed, _("ink to add or erase"), _("red: add, blue: erase"), quantity=_("change"), limit=1.0),
        Panel(after, _("then it says {name}", name=model.spec.class_names[flip.after])),
    ]


def _draw_them(model: LoadedModel, flip: Counterfactual) -> None:
    """Put the ink on the canvas, keep what came of it, and draw the page anew."""
    with st.spinner(_("Drawing them")), reasons_turn():
        drawn = draw_counterfactual(model.predictor, drawn_ink(), flip)
    put_dabs(drawn.dabs, drawn.ink)
    st.session_state[_TOLD] = (drawn, len(flip.pixels), model.spec.class_names)
    st.rerun()


def outcome_in_markdown(drawn: CanvasCounterfactual, pixels: int, names: tuple[str, ...]) -> str:
    """Say what the dabs on the canvas did, against the count of pixels that would do in the picture."""
    dabs = len(drawn.dabs)
    if not drawn.is_flipped:
        return f"{_still_in_markdown(drawn, names)} {_moved(pixels, is_flipped=False)}"
    now = nmarkdown_(
        "**{n} dab drawn: now it says {name} ({share:percent}).**",
        "**{n} dabs drawn: now it says {name} ({share:percent}).**",
        dabs,
        **_said(drawn, names),
    )
    return now if dabs == pixels else f"{now} {_moved(pixels, is_flipped=True)}"


def _still_in_markdown(drawn: CanvasCounterfactual, names: tuple[str, ...]) -> str:
    if not drawn.answer.is_asked:
        return nmarkdown_(
            "**{n} dab drawn, and now it says nothing.**",
            "**{n} dabs drawn, and now it says nothing.**",
            len(drawn.dabs),
        )
    return nmarkdown_(
        "**{n} dab drawn, and it still says {name} ({share:percent}).**",
        "**{n} dabs drawn, and it still says {name} ({share:percent}).**",
        len(drawn.dabs),
        **_said(drawn, names),
    )


def _said(drawn: CanvasCounterfactual, names: tuple[str, ...]) -> dict[str, str | float]:
    answer = drawn.answer
    return {"name": names[answer.best], "share": float(answer.probabilities[answer.best])}


def _moved(pixels: int, *, is_flipped: bool) -> str:
    """Say what new ink does to a drawing that it does not do to the prepared picture, where few pixels are enough."""
    why = _(
        "On the canvas, new ink also changes how the drawing is cropped and centred, and with that every pixel."
    )
    if not is_flipped:
        return " ".join((why, _("These dabs could not make up for that.")))
    enough = ngettext(
        "In the image that the model saw, {n} pixel would have been enough.",
        "In the image that the model saw, {n} pixels would have been enough.",
        pixels,
    )
    return f"{enough} {why}"


def _told() -> None:
    """Say what the last press of the button did, for as long as its ink is what the canvas shows."""
    drawn, pixels, names = st.session_state.get(_TOLD, (None, 0, ()))
    if drawn is None or drawn.ink is not drawn_ink():
        return
    with st.container(key="flip_told", horizontal=True, vertical_alignment="center"):
        st.markdown(outcome_in_markdown(drawn, pixels, names), width="content")
        st.button(_("Remove them"), key="flip_undo", on_click=_take_off)


def _take_off() -> None:
    undo()
    draw_whole()
