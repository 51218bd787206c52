"""One image and what the model makes of it: probabilities, and the evidence for two classes."""

from typing import Final

import numpy as np
import streamlit as st

from core.datasets import dataset_spec
from core.datasets.pixel_values import as_unit
from core.figures.charts import class_bars
from core.figures.image_panels import Panel
from core.figures.palette import class_colour
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_
from core.i18n.translation import N_, _
from core.insight.attribution import integrated_gradients_of
from core.insight.captions.weights import difference as difference_caption
from core.insight.evidence import arithmetic, difference
from core.models.softmax_regression import softmax
from core.runs import RunRow
from pages.components.image_panels import pixel_panels
from pages.components.still_figure import still_figure
from pages.components.theme import current_theme
from pages.run_context.trained_model import (
    logits_of,
    model_for_unit_pixels_at,
    state_at,
    test_images,
    unit_linear,
)

_EVIDENCE: Final = N_("The image, and the evidence for {a} and for {b}.")
_SHARES: Final = N_("The image, and what each pixel adds for {a} and for {b}.")


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
        bars = class_bars(list(probabilities), names, current_theme(), x_title=_("probability"), height=300)
        first, second = (int(k) for k in np.argsort(-probabilities)[:2])
        most = {
            "first": names[first],
            "first_share": float(probabilities[first]),
            "second": names[second],
            "second_share": float(probabilities[second]),
        }
        alt = _(
            "Most probable: {first} ({first_share:percent}), then {second} ({second_share:percent}).", **most
        )
        still_figure(f"{key}_bars", bars, alt=alt)
        told_in_markdown = markdown_(
            "Test image {index}, labelled {label}. Most probable: {first} ({first_share:percent}), then {second} "
            "({second_share:percent}).",
            index=index,
            label=names[label],
            **most,
        )
        st.caption(told_in_markdown)


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
        sentence, template = difference_caption(gap, names), _EVIDENCE
    else:
        model = model_for_unit_pixels_at(run.id, step)
        found = integrated_gradients_of(model, as_unit(image[None])[0], (a, b))
        maps, scores = [f.values for f in found], [f.logit for f in found]
        sentence = _(
            "The logit of {a} is {a_score:signed}, that of {b} is {b_score:signed}. Each pixel shows what it adds to "
            "the logit, compared with a black image (integrated gradients).",
            a=names[a],
            a_score=scores[0],
            b=names[b],
            b_score=scores[1],
        )
        template = _SHARES
    limit = max(float(np.abs(m).max()) for m in maps) or 1.0
    panels = [
        Panel(image, _("image")),
        *(
            Panel(
                m,
                _("for {name}", name=names[k]),
                _("logit {score:signed}", score=s),
                quantity=_("for {name}", name=names[k]),
                colour=class_colour(k),
                limit=limit,
            )
            for m, k, s in zip(maps, (a, b), scores, strict=True)
        ),
    ]
    alt = " ".join((_(template, a=names[a], b=names[b]), sentence))
    pixel_panels(f"{key}_evidence", panels, alt=alt, px=190, columns=3, linked=True, scale=True)
    colours = _(
        "Red pixels speak for the class, blue ones against it. A class's logit is its score before the scores become "
        "probabilities."
    )
    st.caption(f"{markdown_text(colours)} {markdown_text(sentence)}")
