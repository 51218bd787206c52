"""What the model says: the class in large letters, what speaks against trusting it, and ten moving bars."""

from typing import Final, Literal

import streamlit as st

from core.datasets import DatasetSpec
from core.figures.palette import class_colours
from core.i18n.literal_text import html_text
from core.i18n.marked_sentences import html_
from core.i18n.number_format import percent
from core.i18n.translation import N_, _
from core.prediction.predict import UNSURE_BELOW, Prediction
from core.prediction.thing_sentences import DRAW, NO_SIGN_OF, NOTHING_LIKE, SHOW, TOO_SMALL, about
from pages.components.assets import loader

_bars: Final = st.components.v2.component("inkling_bars", js=loader("bars.js"), isolate_styles=False)

Question = Literal["drawing", "missing", "picture"]
"""What is asked about: the canvas, a picture that is yet to come, or one that is there."""
_DIGITS: Final = frozenset("0123456789")
# By `article`: English has one before a digit, while other names stand alone ("Ankle boot").
_SURE: Final = {"a": N_("It is a {name}"), "an": N_("It is an {name}"), "": "{name}"}
_PERHAPS: Final = {
    "a": N_("Perhaps a {name}"),
    "an": N_("Perhaps an {name}"),
    "": N_("Perhaps {name}"),
}


def show_answer(
    answer: Prediction,
    spec: DatasetSpec,
    question: Question = "drawing",
    second: tuple[str, Prediction] | None = None,
    heard: tuple[int, int] = (0, 0),
) -> None:
    """Draw the answer, what a second model says (its name and its answer), and the bars.

    All keep their places and sizes whatever the answer is. heard: of the canvas, see `canvas.heard_strokes`.
    """
    with st.container(key="answer"):
        st.html(_sentence(answer, spec, question, second))
    probability_bars("answer_bars", answer, spec, heard)


def probability_bars(
    key: str, answer: Prediction, spec: DatasetSpec, heard: tuple[int, int] = (0, 0)
) -> None:
    """Draw one bar for each class, all empty while there is nothing to answer.

    heard: another for each stroke, so that the browser is given an answer that is the same as the one before.
    """
    shares = answer.probabilities if answer.is_asked else 0 * answer.probabilities
    colours = class_colours(spec.n_classes)
    rows = [
        [name, float(share), percent(share) if answer.is_asked else "", colour]
        for name, share, colour in zip(spec.class_names, shares, colours, strict=True)
    ]
    best = answer.best if answer.is_asked else -1
    _bars(key=key, data={"rows": rows, "best": best, "alt": bars_sentence(answer, spec), "heard": heard})


def bars_sentence(answer: Prediction, spec: DatasetSpec) -> str:
    """Return the bars in words."""
    if not answer.is_asked:
        return _("Empty bars, one for each class: there is no answer yet.")
    return _(
        "Probabilities: {name} {share:percent}, {other} {second:percent}, the others less.",
        **_two_likeliest(answer, spec),
    )


def headline(answer: Prediction, spec: DatasetSpec, question: Question = "drawing") -> tuple[str, str]:
    """Return the answer in large letters and the line beneath it."""
    name = spec.class_names[answer.best]
    if answer.kind == "empty":
        return _nothing(spec, question)
    if answer.kind == "tiny":
        remedy = (
            _("This is only a dot. Draw it larger, with the same pen.")
            if question == "drawing"
            else _("This is only a dot. Move closer to it.")
        )
        return about(TOO_SMALL, spec), remedy
    if answer.kind == "unlike":
        return about(NOTHING_LIKE, spec), _("Best guess: {name} (low confidence).", name=name)
    likeliest = _two_likeliest(answer, spec)
    if answer.kind == "unusual":
        small = _("{share:percent} sure, but it is unlike most images that the model has seen.", **likeliest)
        return _(_PERHAPS[article(name)], name=name), small
    if answer.kind == "unsure":
        small = _("Not sure: {name} {share:percent}, {other} {second:percent}.", **likeliest)
        return _(_PERHAPS[article(name)], name=name), small
    return _(_SURE[article(name)], name=name), _(
        "{share:percent} sure; the next best guess is {other}.", **likeliest
    )


def _nothing(spec: DatasetSpec, question: Question) -> tuple[str, str]:
    if question == "drawing":
        return about(DRAW, spec), _("The answer appears here as soon as you lift the pen.")
    if question == "missing":
        return about(SHOW, spec), _("The answer appears here as soon as there is a picture.")
    return about(NO_SIGN_OF, spec), _("Nothing in this picture stands out from its background.")


def _two_likeliest(answer: Prediction, spec: DatasetSpec) -> dict[str, str | float]:
    first, second = answer.best, answer.second
    return {
        "name": spec.class_names[first],
        "share": float(answer.probabilities[first]),
        "other": spec.class_names[second],
        "second": float(answer.probabilities[second]),
    }


def article(name: str) -> str:
    """Return what English says before a digit, "a" or "an"; "" for any other name, which stands alone."""
    if name not in _DIGITS:
        return ""
    return "an" if name == "8" else "a"


def second_opinion_in_html(answer: Prediction, second: tuple[str, Prediction], spec: DatasetSpec) -> str:
    """Return what the second model, (its name, its answer), says of the same."""
    run, other = second
    values = {
        "run": run,
        "name": spec.class_names[other.best],
        "share": float(other.probabilities[other.best]),
    }
    if other.best == answer.best:
        return html_("{run} says {name} as well.", **values)
    disagrees = html_("{run} disagrees: {name}, {share:percent} sure.", **values)
    return f"<b>{disagrees}</b>"  # not said: HTML


def _sentence(
    answer: Prediction, spec: DatasetSpec, question: Question, second: tuple[str, Prediction] | None
) -> str:
    large, small = headline(answer, spec, question)
    name = html_text(spec.class_names[answer.best]) if answer.is_asked else ""
    note = html_("Below {share:percent.0} it says that it is not sure.", share=UNSURE_BELOW)
    also = second_opinion_in_html(answer, second, spec) if second and answer.is_asked else ""
    return (
        f'<div class="ink-answer ink-answer-{answer.kind}" data-testid="answer" data-kind="{answer.kind}" '
        f'data-class="{name}" title="{note}">'
        f"<b>{html_text(large)}</b><span>{html_text(small)}</span><span>{also}</span></div>"
    )  # not said: HTML
