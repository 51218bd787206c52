"""Why this and not that: evidence, the sum beneath it, and the few pixels that would flip the answer."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.datasets.pixel_values import as_uint8
from core.figures.image_panels import Panel
from core.i18n.literal_text import html_text
from core.i18n.marked_sentences import html_, markdown_
from core.i18n.number_format import percent, rest_of, signed
from core.i18n.translation import N_, Sentences, _
from core.insight.attribution import Attribution, against, input_gradients_of, integrated_gradients_of
from core.insight.evidence import Arithmetic, arithmetic
from core.prediction.predict import Prediction
from pages.components.image_panels import pixel_panels
from pages.draw.counterfactual import show_counterfactual
from pages.draw.model_choice import LoadedModel
from pages.server.script_turns import reasons_turn

METHODS = Sentences({"integrated": N_("Integrated gradients"), "input": N_("Input gradient")})


def show_explanation(model: LoadedModel, answer: Prediction, *, on_canvas: bool) -> None:
    """Draw why the model answers as it does: exactly for a softmax regression, by attribution for others.

    on_canvas: the question was drawn, so that the pixels that flip the answer can be drawn as well.
    """
    if not answer.is_asked:
        st.caption(
            _("Once there is an answer, you see here why: red pixels speak for it, blue ones against it.")
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
    counted = _("ink × weight")
    details = [counted, counted, _("the difference")]
    panels = [_seen(answer), *_maps(maps, _labels(names[a], names[b]), details, shape, limit)]
    alt = _alt(names[a], names[b])
    pixel_panels("evidence", panels, alt=alt, px=168, linked=True, scale=True)
    st.html(_sums(model, sums))
    show_counterfactual(model, answer, on_canvas=on_canvas)


def _seen(answer: Prediction) -> Panel:
    pixels = as_uint8(answer.pixels)
    size = _("{width} × {height} pixels", width=pixels.shape[2], height=pixels.shape[1])
    return Panel(pixels, _("what the model sees"), size)


def _labels(name: str, other: str) -> list[str]:
    return [
        _("for {name}", name=name),
        _("for {name}", name=other),
        _("{name} rather than {other}", name=name, other=other),
    ]


def _alt(name: str, other: str) -> str:
    return _(
        "Evidence for {name} and for {other}, pixel by pixel, and their difference: red speaks for it, blue against "
        "it.",
        name=name,
        other=other,
    )


def _maps(
    maps: list[np.ndarray],
    labels: Sequence[str],
    details: Sequence[str],
    shape: tuple[int, int, int],
    limit: float,
) -> list[Panel]:
    """Return signed panels; of colour images the channels are added up, as the logit adds them."""
    return [
        Panel(values.reshape(shape).sum(axis=0)[None], label, detail, quantity=_("evidence"), limit=limit)
        for values, label, detail in zip(maps, labels, details, strict=True)
    ]


def _sums(model: LoadedModel, sums: Arithmetic) -> str:
    """Return the sums beneath the evidence: pixels + bias = logit, for the answer and the runner-up."""
    rows = [
        f'<tr><th scope="row">{html_text(model.spec.class_names[k])}</th>'
        f"<td>{signed(rest_of(sums.logits[k], sums.bias[k]))}</td><td>{signed(sums.bias[k])}</td>"
        f"<td><b>{signed(sums.logits[k])}</b></td>"
        f"<td>{percent(sums.probabilities[k])}</td></tr>"
        for k in (sums.answer, sums.runner_up)
    ]  # not said: HTML
    heads = ("", html_("all pixels"), html_("+ bias"), html_("= logit"), html_("probability"))
    head = "".join(f"<th>{said}</th>" for said in heads)
    note = html_(
        "Each pixel adds its ink times the weight learned for it: red speaks for the class, blue against it. All "
        "pixels together, plus the bias (the head start that a class has before any ink), make the class's score, the "
        "logit. The further it is above the other logits, the higher the probability."
    )
    name = html_(
        "The sums of {name} and {other}",
        name=model.spec.class_names[sums.answer],
        other=model.spec.class_names[sums.runner_up],
    )
    return (
        f'<div class="ink-sums" role="group" tabindex="0" aria-label="{name}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        f'<p class="ink-caption">{note}</p></div>'
    )  # not said: HTML


def _network(model: LoadedModel, answer: Prediction, *, on_canvas: bool) -> None:
    names = model.spec.class_names
    a, b = answer.best, answer.second
    method = st.segmented_control(
        _("Method"),
        [*METHODS],
        format_func=METHODS.__getitem__,
        default="integrated",
        required=True,
        key="attribution_method",
        persist_state="session",
        help=_(
            "Integrated gradients: what each pixel adds to the score on the way from a blank image to this one "
            "(Sundararajan, Taly, Yan 2017). Input gradient: which pixel would change the score most (Simonyan, "
            "Vedaldi, Zisserman 2013). Default: integrated gradients."
        ),
    )
    pixels = np.ascontiguousarray(answer.pixels, np.float32)
    explain = integrated_gradients_of if method == "integrated" else input_gradients_of
    with reasons_turn():
        one, other = explain(model.predictor.model, pixels, (a, b))
    told = [one, other, against(one, other)]
    limit = max(float(np.abs(one.values).max()) for one in told) or 1.0
    labels, alt = _labels(names[a], names[b]), _alt(names[a], names[b])
    maps = _maps([one.values for one in told], labels, [""] * 3, model.spec.image_shape, limit)
    pixel_panels("evidence", [_seen(answer), *maps], alt=alt, px=168, linked=True, scale=True)
    st.caption(_attribution_in_markdown(told[0], names[a]))
    if st.toggle(
        _("Find the few pixels that would change the prediction"), key="flip_search", persist_state="session"
    ):
        show_counterfactual(model, answer, on_canvas=on_canvas)


def _attribution_in_markdown(told: Attribution, name: str) -> str:
    """Say what the map of one class means, and what its values add up to."""
    if told.method == "input gradient":  # not said: a code
        return markdown_(
            "More ink on a red pixel would raise the score of {name}, now {logit:signed} (the logit, from which the "
            "probability comes); on a blue one it would lower it. These are slopes: they do not add up to the score.",
            name=name,
            logit=told.logit,
        )
    return markdown_(
        "Red pixels raise the score of {name}, blue ones lower it: all together by {pixels:signed}. A blank image "
        "scores {baseline:signed}, so this one scores about {logit:signed} (the logit, from which the probability "
        "comes).",
        name=name,
        pixels=float(told.values.sum()),
        baseline=told.baseline_logit,
        logit=told.logit,
    )
