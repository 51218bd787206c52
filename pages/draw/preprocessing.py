"""The preparation on screen: every stage from what was drawn to what the model sees, each with a switch."""

import numpy as np
import streamlit as st
from PIL import Image

from core.datasets.pixel_values import as_uint8
from core.figures.image_panels import Panel
from core.i18n.marked_sentences import markdown_
from core.i18n.translation import _
from core.images import STAGE_LABELS, PreprocessingOptions, prepare
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
    """Draw the stages, and beside the full preparation one with the stages that the visitor leaves on."""
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
    st.caption(_("Switch steps on one by one to see what each does."))
    options = _switches(model)
    other = predict_prepared(model.predictor, prepare(subject.ink, options), detector(model.predictor))
    left, right = st.columns(2, gap="large")
    with left:
        said = headline(answer, model.spec)[0]
        st.markdown(markdown_("**All steps on:** {answer}", answer=said))
        _version("full", model, answer)
    with right:
        said = headline(other, model.spec)[0]
        st.markdown(
            markdown_("**Your steps:** {answer}", answer=said)
            if _is_any_on(options)
            else markdown_("**All steps off:** {answer}", answer=said)
        )
        _version("yours", model, other)
    st.caption(_verdict_in_markdown(model, answer, other, options))


def _switches(model: LoadedModel) -> PreprocessingOptions:
    with st.container(key="stage_switches", horizontal=True):
        crop = st.toggle(
            _("Crop and scale"),
            key="stage_crop",
            persist_state="session",
            help=_("Cuts out the ink and scales it to fit. Off: the whole canvas is shrunk. Default: off."),
        )
        pen = st.toggle(
            _("Stroke width"),
            key="stage_pen",
            persist_state="session",
            help=_("Makes thin strokes thicker and thick ones thinner. Default: off."),
        )
        centre = st.toggle(
            _("Centre by mass"),
            key="stage_centre",
            persist_state="session",
            help=_(
                "Puts the balance point of the ink in the middle. Off: the middle of the ink's outer edges. "
                "Default: off."
            ),
        )
        deskew = model.predictor.config.deskew and st.toggle(
            _("Deskew"),
            key="stage_deskew",
            persist_state="session",
            help=_(
                "Straightens slanted digits and gives them one size, like the images that this run was trained on. "
                "Default: off."
            ),
        )
    return PreprocessingOptions(crop=crop, pen_width=pen, centre=centre, deskew=deskew)


def _is_any_on(options: PreprocessingOptions) -> bool:
    return options.crop or options.pen_width or options.centre or options.deskew


def _version(key: str, model: LoadedModel, answer: Prediction) -> None:
    show_stages(f"stages_{key}", answer)
    probability_bars(f"bars_{key}", answer, model.spec)


def _verdict_in_markdown(
    model: LoadedModel, full: Prediction, other: Prediction, options: PreprocessingOptions
) -> str:
    """Say whether the two versions agree."""
    if not full.is_asked:
        return _("Once there is an image, both versions answer.")
    names = model.spec.class_names
    if full.best == other.best:
        return markdown_(
            "Both say {name}. Draw it small, in a corner, with a thin pen, and they will probably differ.",
            name=names[full.best],
        )
    values = {"name": names[full.best], "other": names[other.best]}
    if _is_any_on(options):
        return markdown_("With all steps on it says {name}, with your steps {other}.", **values)
    return markdown_("With all steps on it says {name}, with all steps off {other}.", **values)
