"""The smallest change, along the gradient, that turns one answer into another.

Fast gradient sign method: Goodfellow, Shlens, Szegedy 2015, arXiv:1412.6572.
"""

import numpy as np
import streamlit as st

from core.datasets import dataset_spec
from core.datasets.pixel_values import as_uint8, as_unit
from core.figures.image_panels import Panel
from core.figures.palette import class_colour
from core.i18n.literal_text import markdown_text
from core.i18n.number_format import percent
from core.i18n.translation import _
from core.insight.adversarial import Adversary, linear_loss_gradient, mildest
from core.insight.attribution import loss_gradient
from core.insight.captions.evaluate import adversary as adversary_caption
from core.models.softmax_regression import softmax
from core.runs import RunRow, UnknownRun
from pages.components.captioned_figure import captioned
from pages.components.image_panels import pixel_panels
from pages.run_context.dataset_guard import content_of
from pages.run_context.trained_model import (
    Scores,
    logits_of,
    model_for_unit_pixels_at,
    state_at,
    test_images,
    unit_linear,
)
from pages.server.visitor import store


@st.cache_data(show_spinner=False, max_entries=256)
def _found(  # content: see content_of
    run_id: str,
    step: int,
    index: int,
    label: int,
    content: str,  # noqa: ARG001
) -> Adversary | None:
    """Return the mildest image along the gradient of the loss that is answered otherwise."""
    run = store().get(run_id)
    image = as_unit(test_images(run)[index][None])[0]
    if run.model == "softmax":
        weight, bias = unit_linear(run.config, dataset_spec(run.dataset), state_at(run_id, step))
        slope = linear_loss_gradient(weight, bias, image.reshape(-1), label)
    else:
        slope = loss_gradient(model_for_unit_pixels_at(run_id, step), image, label)

    def answers(rows: np.ndarray) -> np.ndarray:
        return logits_of(run, step, rows.reshape(-1, *image.shape).astype(np.float32))

    return mildest(answers, image, slope)


def show_adversarial_change(run: RunRow, found: Scores) -> None:
    """Show one rightly answered image, the change, and the changed image with its answer."""
    spec = dataset_spec(run.dataset)
    right = np.flatnonzero(found.logits.argmax(axis=1) == found.labels)
    if not len(right):
        st.caption(_("The model gets no image right yet, so there is none to fool it on."))
        return
    st.caption(
        _(
            "A change made on purpose to fool the model: each pixel becomes a little lighter or darker, whichever "
            "raises the loss, until the prediction changes (fast gradient sign method)."
        )
    )
    number = st.number_input(
        _("Correctly predicted image"),
        1,
        len(right),
        1,
        key="fooled",
        persist_state="session",
        help=_(
            "Which of the correctly predicted images to change, in the order of the test set. Default: 1."
        ),
        width=260,
    )
    place = int(right[min(int(number), len(right)) - 1])
    index, label = int(found.index[place]), int(found.labels[place])
    try:
        result = _found(run.id, found.step, index, label, content_of(run))
    except UnknownRun:
        return
    sentence = adversary_caption(result, spec.class_names)
    if result is None:
        st.caption(markdown_text(sentence))
        return
    _show(run, found, index, result, sentence)


def _show(run: RunRow, found: Scores, index: int, result: Adversary, sentence: str) -> None:
    spec = dataset_spec(run.dataset)
    image = test_images(run)[index]
    before = softmax(found.logits[int(np.flatnonzero(found.index == index)[0])])
    after = softmax(result.logits)
    names = spec.class_names
    change = (result.image - as_unit(image[None]).reshape(-1)).reshape(image.shape)
    changed = as_uint8(result.image.reshape(image.shape))
    panels = [
        _answered(image, names, result.before, float(before[result.before])),
        Panel(
            change,
            _("the change"),
            _("at most {share:percent} of full brightness", share=result.epsilon),
            quantity=_("change"),
        ),
        _answered(changed, names, result.after, float(after[result.after]), tone="bad"),
    ]
    alt = " ".join([_("A test image, a change, and the sum of both."), sentence])
    pixel_panels("adversary", panels, alt=alt, px=180, columns=3, linked=True)
    captioned(
        "adversary",
        sentence,
        lambda: {
            "pixel": list(range(result.image.size)),
            "before": (image.reshape(-1) / 255).tolist(),
            "after": result.image.tolist(),
        },
    )


def _answered(image: np.ndarray, names: tuple[str, ...], answer: int, share: float, tone: str = "") -> Panel:
    """Return an image with the answer given to it, and how sure that is."""
    return Panel(image, names[answer], percent(share), colour=class_colour(answer), tone=tone)
