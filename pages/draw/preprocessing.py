"""The preparation on screen: every stage from what was drawn to what the model sees, each with a switch."""

from typing import Final

import numpy as np
import streamlit as st
from PIL import Image

from core.datasets.pixel_values import as_uint8
from core.figures.image_panels import Panel
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_
from core.i18n.translation import _
from core.images import STAGE_LABELS, PreprocessingOptions, prepare
from core.images.centering import crop_box
from core.prediction.answer_sentences import headline
from core.prediction.predict import Drawing, ModelInput, Prediction, predict_prepared
from pages.components.image_panels import pixel_panels
from pages.draw.model_choice import LoadedModel, detector
from pages.draw.prediction import probability_bars

FAT_PX: Final = 5.0  # a pen this wide in a box of 20 loses corners when it is thinned: MNIST's are 1.8 to 3.5
LARGE: Final = 0.5  # of the canvas's side
CENTRAL: Final = 0.12  # of the canvas's side, from the middle
_SHOWN_PX: Final = 140
_NOTHING_DONE: Final = PreprocessingOptions(crop=False, pen_width=False, centre=False)


def show_stages(key: str, answer: Prediction) -> None:
    """Draw every stage of the answer's preparation side by side, ink bright as the model sees it."""
    stages = [*answer.prepared.stages]
    if not stages:
        return
    panels = [
        Panel(_picture(image), STAGE_LABELS.get(name, name), caption) for name, caption, image in stages
    ]
    alt = _(
        "Stages of the preparation: {stages:list}.", stages=[caption for _name, caption, _image in stages]
    )
    pixel_panels(key, panels, alt=alt, px=_SHOWN_PX)


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
    """Draw the stages, and beside the bare drawing the one prepared by the steps that are switched on."""
    if not isinstance(subject, Drawing):
        st.markdown(_("**What was done to the picture** before the model saw it, step by step."))
        show_stages("stages_full", answer)
        return
    st.markdown(
        _(
            "**Prepared like the training images.** MNIST's digits were cut out, scaled to fit 20 × 20 pixels and "
            "placed in 28 × 28 with the balance point of their ink (its centre of mass) in the middle. Your drawing "
            "is prepared the same way, and its strokes are made about as thick as those the model knows."
        )
    )
    known = detector(model.predictor)
    plain = predict_prepared(model.predictor, prepare(subject.ink, _NOTHING_DONE), known)
    left, right = st.columns(2, gap="large")
    with left:
        said = headline(plain, model.spec)[0]
        st.markdown(markdown_("**Without preparation:** {answer}", answer=said))
        _version("plain", model, plain)
    with right:
        steps = _switches(model)
        is_whole = steps == model.predictor.preparation(None)
        other = answer if is_whole else predict_prepared(model.predictor, prepare(subject.ink, steps), known)
        said = headline(other, model.spec)[0]
        st.markdown(
            markdown_("**With all steps:** {answer}", answer=said)
            if is_whole
            else markdown_("**With the steps switched on:** {answer}", answer=said)
        )
        _version("yours", model, other)
        if steps.pen_width and other.prepared.pen_px > FAT_PX:
            st.caption(markdown_text(_fat_pen(other.prepared.pen_px)))
    st.caption(_verdict_in_markdown(model, plain, other, subject))


def _fat_pen(pen_px: float) -> str:
    """Say why a small digit of a wide pen does not get better by thinning."""
    return _(
        "The pen was wide for a digit of this size: {pen:number.0} of its 20 pixels. Thinned, such strokes lose "
        "corners and small loops. Draw larger, or with a thinner pen, and more of the shape is kept.",
        pen=pen_px,
    )


def _switches(model: LoadedModel) -> PreprocessingOptions:
    with st.container(key="stage_switches", horizontal=True):
        crop = st.toggle(
            _("Crop and scale"),
            value=True,
            key="stage_crop",
            persist_state="session",
            help=_("Cuts out the ink and scales it to fit. Off: the whole canvas is shrunk. Default: on."),
        )
        pen = st.toggle(
            _("Stroke width"),
            value=True,
            key="stage_pen",
            persist_state="session",
            disabled=not crop,
            help=_("Makes thin strokes thicker and thick ones thinner. Needs the crop. Default: on."),
        )
        centre = st.toggle(
            _("Centre by mass"),
            value=True,
            key="stage_centre",
            persist_state="session",
            help=_(
                "Puts the balance point of the ink in the middle. Off: the middle of the ink's outer edges. "
                "Default: on."
            ),
        )
        deskew = model.predictor.config.deskew and st.toggle(
            _("Deskew"),
            value=True,
            key="stage_deskew",
            persist_state="session",
            help=_(
                "Straightens slanted digits and gives them one size, like the images that this run was trained on. "
                "Default: on."
            ),
        )
    return PreprocessingOptions(crop=crop, pen_width=pen, centre=centre, deskew=deskew)


def _version(key: str, model: LoadedModel, answer: Prediction) -> None:
    show_stages(f"stages_{key}", answer)
    probability_bars(f"bars_{key}", answer, model.spec)


def _verdict_in_markdown(model: LoadedModel, plain: Prediction, other: Prediction, subject: Drawing) -> str:
    """Say whether the two versions agree, in the words of their headings."""
    if not other.is_asked:
        return _("Once there is an image, both versions answer.")
    names = model.spec.class_names
    values = {"name": names[other.best], "plain": names[plain.best]}
    if "unlike" in (plain.kind, other.kind):  # not said: a code
        return _unlike_in_markdown(plain, other, values)
    if plain.best != other.best:
        return markdown_("The preparation changes the answer: {plain} without it, {name} with it.", **values)
    if is_large_and_central(subject.ink):
        return markdown_(
            "Both say {name}. Draw it small, in a corner, with a thin pen, and they will probably differ.",
            **values,
        )
    return markdown_("Both say {name}, though it is not drawn as the training images are.", **values)


def _unlike_in_markdown(plain: Prediction, other: Prediction, values: dict[str, str]) -> str:
    if plain.kind == other.kind:
        return _("With and without preparation, it looks like nothing that the model has seen.")
    if other.kind == "unlike":
        return _("Prepared, it looks like nothing that the model has seen.")
    if plain.best == other.best:
        return markdown_(
            "Without preparation it looks like nothing that the model has seen, though the best guess would be {plain} "
            "as well.",
            **values,
        )
    return markdown_(
        "Without preparation it looks like nothing that the model has seen, and the best guess would be {plain} rather "
        "than {name}.",
        **values,
    )


def is_large_and_central(ink: np.ndarray) -> bool:
    """Return whether ink (H, W) in [0, 1] covers most of the canvas's height or width, near its middle."""
    top, left, bottom, right = crop_box(ink)
    height, width = ink.shape
    is_large = bottom - top > LARGE * height or right - left > LARGE * width
    middle = (top + bottom) / 2 / height, (left + right) / 2 / width
    return is_large and all(abs(place - 0.5) < CENTRAL for place in middle)
