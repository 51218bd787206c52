"""Why this and not that: evidence, the sum beneath it, and the few pixels that would flip the answer."""

import numpy as np
import streamlit as st

from core.datasets.pixel_values import as_uint8
from core.figures.image_panels import Panel
from core.i18n.literal_text import html_text, markdown_text
from core.i18n.number_format import percent
from core.insight.attribution import Attribution, input_gradient, integrated_gradients
from core.insight.evidence import Arithmetic, arithmetic
from core.prediction.predict import Prediction
from pages.components.image_panels import pixel_panels
from pages.draw.counterfactual import show_counterfactual
from pages.draw.model_choice import LoadedModel

METHODS = ("Integrated gradients", "Input gradient")


def show_explanation(model: LoadedModel, answer: Prediction, *, on_canvas: bool) -> None:
    """Draw why the model answers as it does: exactly for a softmax regression, by attribution for others.

    on_canvas: the question was drawn, so that the pixels that flip the answer can be drawn as well.
    """
    if not answer.is_asked:
        st.caption(
            "Once there is something to answer, here is why: red pixels speak for it, blue ones against."
        )
        return
    if model.predictor.is_linear:
        _linear(model, answer, on_canvas=on_canvas)
    else:
        _network(model, answer, on_canvas=on_canvas)


def _linear(model: LoadedModel, answer: Prediction, *, on_canvas: bool) -> None:
    names, shape = model.spec.class_names, model.spec.image_shape
    sums = arithmetic(*model.predictor.unit_weights, answer.pixels)
    a, b = sums.answer, sums.runner_up
    limit = float(np.abs(sums.products[[a, b]]).max()) or 1.0
    maps = [sums.products[a], sums.products[b], sums.products[a] - sums.products[b]]
    labels = [f"for {names[a]}", f"for {names[b]}", f"{names[a]} rather than {names[b]}"]
    details = ["weight × ink", "weight × ink", "the difference"]
    panels = [_seen(answer), *_maps(maps, labels, details, shape, limit)]
    alt = f"Evidence for {names[a]} and for {names[b]}, pixel by pixel, and their difference: red for, blue against."
    pixel_panels("evidence", panels, alt=alt, px=168, linked=True, scale=True)
    st.html(_sums(model, sums))
    show_counterfactual(model, answer, on_canvas=on_canvas)


def _seen(answer: Prediction) -> Panel:
    pixels = as_uint8(answer.pixels)
    return Panel(pixels, "what it sees", "28 × 28 pixels" if pixels.shape[-1] == 28 else "")


def _maps(
    maps: list[np.ndarray], labels: list[str], details: list[str], shape: tuple[int, int, int], limit: float
) -> list[Panel]:
    """Return signed panels; of colour images the channels are added up, as the logit adds them."""
    return [
        Panel(values.reshape(shape).sum(axis=0)[None], label, detail, quantity="evidence", limit=limit)
        for values, label, detail in zip(maps, labels, details, strict=True)
    ]


def _sums(model: LoadedModel, sums: Arithmetic) -> str:
    """Return the sums beneath the evidence: pixels + bias = logit, for the answer and the runner-up."""
    rows = [
        f'<tr><th scope="row">{html_text(model.spec.class_names[k])}</th><td>{sums.sums[k]:+.2f}</td>'
        f"<td>{sums.bias[k]:+.2f}</td><td><b>{sums.logits[k]:+.2f}</b></td>"
        f"<td>{percent(sums.probabilities[k])}</td></tr>"
        for k in (sums.answer, sums.runner_up)
    ]
    head = "<th></th><th>sum of all pixels</th><th>+ bias</th><th>= logit</th><th>probability</th>"
    note = "The logit is the score before it becomes a probability; one more logit is 2.7 times the odds."
    return (
        f'<div class="ink-sums"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
        f'<p class="ink-caption">{note}</p></div>'
    )


def _network(model: LoadedModel, answer: Prediction, *, on_canvas: bool) -> None:
    names = model.spec.class_names
    a, b = answer.best, answer.second
    method = st.segmented_control(
        "Method",
        METHODS,
        default=METHODS[0],
        required=True,
        key="attribution_method",
        persist_state="session",
        help="Integrated gradients: what each pixel added on the way from blank paper (Sundararajan, Taly, Yan 2017). "
        "Input gradient: which pixel would move the score most (Simonyan, Vedaldi, Zisserman 2013). "
        "Default: integrated gradients.",
    )
    explain = integrated_gradients if method == METHODS[0] else input_gradient
    pixels = np.ascontiguousarray(answer.pixels, np.float32)
    told = [
        explain(model.predictor.model, pixels, a),
        explain(model.predictor.model, pixels, b),
        explain(model.predictor.model, pixels, a, b),
    ]
    limit = max(float(np.abs(one.values).max()) for one in told) or 1.0
    labels = [f"for {names[a]}", f"for {names[b]}", f"{names[a]} rather than {names[b]}"]
    maps = _maps([one.values for one in told], labels, [""] * 3, model.spec.image_shape, limit)
    alt = f"{method} for {names[a]} and {names[b]}: red pixels speak for, blue ones against."
    pixel_panels("evidence", [_seen(answer), *maps], alt=alt, px=168, linked=True, scale=True)
    st.caption(markdown_text(_attribution_sentence(told[0], names[a])))
    if st.toggle(
        "Find the few pixels that would flip the answer", key="flip_search", persist_state="session"
    ):
        show_counterfactual(model, answer, on_canvas=on_canvas)


def _attribution_sentence(told: Attribution, name: str) -> str:
    if told.method == "input gradient":
        return f"Slopes, not shares: they do not add up to the logit of {name}, {told.logit:+.2f}."
    return (
        f"The pixels for {name} add up to {told.values.sum():+.2f}; blank paper has {told.baseline_logit:+.2f}; "
        f"together that is the logit, {told.logit:+.2f} (the integral's steps leave {told.gap:+.3f})."
    )
