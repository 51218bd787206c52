"""The preparation on screen: every stage from what was drawn to what the model sees, each with a switch."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from PIL import Image

from core.datasets.pixel_values import as_uint8
from core.figures.image_panels import Panel
from core.i18n.literal_text import markdown_text
from core.images import PreprocessingOptions, prepare
from core.prediction.predict import Drawing, ModelInput, Prediction, predict_prepared
from pages.components.image_panels import pixel_panels
from pages.draw.model_choice import LoadedModel, detector
from pages.draw.prediction import headline, probability_bars

_SHOWN_PX = 140


def show_stages(key: str, answer: Prediction) -> None:
    """Draw every stage of the answer's preparation side by side, ink bright as the model sees it."""
    stages = [*answer.prepared.stages]
    if not stages:
        return
    panels = [Panel(_picture(image), name, caption) for name, caption, image in stages]
    said = "; ".join(caption for _, caption, _ in stages)
    pixel_panels(key, panels, alt=f"Stages of the preparation: {said}.", px=_SHOWN_PX)


def _picture(image: np.ndarray) -> np.ndarray:
    """Return a stage as uint8 (1, H, W), at most 140 px wide: more pixels than that are only sent, not seen."""
    pixels = as_uint8(image)
    longest = max(pixels.shape)
    if longest > _SHOWN_PX:
        scale = _SHOWN_PX / longest
        size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
        pixels = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX))
    return pixels[None]


def show_preprocessing(model: LoadedModel, subject: ModelInput, answer: Prediction) -> None:
    """Draw the stages, and beside the full preparation one with the stages that the visitor leaves on."""
    st.markdown(
        "**As the training set was made.** MNIST's digits were cut out, made to fit 20 × 20 pixels, and put into "
        "28 × 28 by their centre of mass. Yours goes the same way; its pen is brought to the width that the model "
        "knows."
    )
    if not isinstance(subject, Drawing):
        show_stages("stages_full", answer)
        return
    options = _switches(model)
    other = predict_prepared(model.predictor, prepare(subject.ink, options), detector(model.predictor))
    left, right = st.columns(2, gap="large")
    with left:
        _version("full", "Everything on", model, answer)
    with right:
        _version("yours", "As you switched it", model, other)
    st.caption(markdown_text(_verdict(model, answer, other)))


def _switches(model: LoadedModel) -> PreprocessingOptions:
    with st.container(key="stage_switches", horizontal=True):
        crop = _switch(
            "Crop and scale", "crop", "Cut to the ink and made to fit. Off: the whole canvas is shrunk."
        )
        pen = _switch("Pen width", "pen", "A pen that is too thin or too thick is redrawn.")
        centre = _switch("Centre by mass", "centre", "Off: the middle of the ink's box, not of its mass.")
        deskew = model.predictor.config.deskew and _switch(
            "Deskew", "deskew", "Upright and of one size, as the digits that this run learned from."
        )
    return PreprocessingOptions(crop=crop, pen_width=pen, centre=centre, deskew=deskew)


def _switch(label: str, name: str, says: str) -> bool:
    key = f"stage_{name}"
    help_ = f"{markdown_text(says)} Default: off here."
    return st.toggle(markdown_text(label), value=False, key=key, persist_state="session", help=help_)


def _version(key: str, name: str, model: LoadedModel, answer: Prediction) -> None:
    st.markdown(f"**{markdown_text(name)}:** {markdown_text(headline(answer, model.spec)[0])}")
    show_stages(f"stages_{key}", answer)
    probability_bars(f"bars_{key}", answer, model.spec)


def _verdict(model: LoadedModel, full: Prediction, other: Prediction) -> str:
    if not full.is_asked:
        return "Draw something, and both versions answer."
    names: Sequence[str] = model.spec.class_names
    if full.best == other.best:
        return f"Both say {names[full.best]}. Draw it small, in a corner, with a thin pen, and they part."
    return f"With the preparation it is {names[full.best]}, as you switched it {names[other.best]}."
