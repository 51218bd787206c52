"""One image and what the model makes of it: probabilities, and the evidence for two classes."""

import numpy as np
import streamlit as st

from core.datasets import dataset_spec
from core.datasets.pixel_values import as_unit
from core.figures.charts import CONFIG, class_bars
from core.figures.image_panels import Panel
from core.figures.palette import class_colour
from core.i18n.literal_text import markdown_text
from core.i18n.number_format import percent, signed
from core.insight.attribution import integrated_gradients
from core.insight.captions.weights import difference as difference_caption
from core.insight.evidence import arithmetic, difference
from core.models.softmax_regression import softmax
from core.runs import RunRow
from pages.components.image_panels import pixel_panels
from pages.components.theme import current_theme
from pages.run_context.trained_model import (
    logits_of,
    model_for_unit_pixels_at,
    state_at,
    test_images,
    unit_linear,
)


def show_case(key: str, run: RunRow, step: int, index: int, label: int, a: int, b: int) -> None:
    """Show test image `index`, labelled `label`: its probabilities, and what speaks for class `a` and `b`."""
    spec = dataset_spec(run.dataset)
    image = test_images(run)[index]
    probabilities = softmax(logits_of(run, step, image[None])[0])
    names = spec.class_names
    left, right = st.columns([3, 2])
    with left:
        _evidence(key, run, step, image, a, b)
    with right:
        bars = class_bars(list(probabilities), names, current_theme(), x_title="probability", height=300)
        order = np.argsort(-probabilities)[:2]
        said = " and ".join(f"{names[k]} {percent(float(probabilities[k]))}" for k in order)
        st.plotly_chart(
            bars, theme=None, config=CONFIG, key=f"{key}_bars", alt=f"Probabilities: {said} lead."
        )
        st.caption(f"Test image {index:,}, labelled {markdown_text(names[label])}: {markdown_text(said)}.")


def _evidence(key: str, run: RunRow, step: int, image: np.ndarray, a: int, b: int) -> None:
    """Show the image and the evidence for two classes, to be read pixel by pixel."""
    spec = dataset_spec(run.dataset)
    names = spec.class_names
    if run.model == "softmax":
        weight, bias = unit_linear(run.config, spec, state_at(run.id, step))
        stages = arithmetic(weight, bias, as_unit(image[None])[0])
        maps = [stages.products[k].reshape(image.shape) for k in (a, b)]
        scores = [float(stages.logits[k]) for k in (a, b)]
        gap = difference(stages, *sorted((a, b), key=lambda k: -float(stages.logits[k])))
        sentence, quantity = difference_caption(gap, names), "evidence"
    else:
        model = model_for_unit_pixels_at(run.id, step)
        found = [integrated_gradients(model, as_unit(image[None])[0], k) for k in (a, b)]
        maps, scores = [f.values for f in found], [f.logit for f in found]
        sentence = (
            f"{names[a]} scores {signed(scores[0])}, {names[b]} {signed(scores[1])}; the pixels share out the way "
            f"there from a black image (integrated gradients)."
        )
        quantity = "share"
    limit = max(float(np.abs(m).max()) for m in maps) or 1.0
    panels = [
        Panel(image, "image", quantity="pixel"),
        *(
            Panel(
                m,
                f"for {names[k]}",
                f"logit {signed(s)}",
                quantity=f"for {names[k]}",
                colour=class_colour(k),
                limit=limit,
            )
            for m, k, s in zip(maps, (a, b), scores, strict=True)
        ),
    ]
    alt = f"The image, and the {quantity} for {names[a]} and for {names[b]}. {sentence}"
    pixel_panels(f"{key}_evidence", panels, alt=alt, px=190, columns=3, linked=True, scale=True)
    st.caption(f"Red speaks for the class, blue against it. {markdown_text(sentence)}")
