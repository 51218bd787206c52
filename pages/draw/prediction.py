"""What the model says: the class in large letters, what speaks against trusting it, and ten moving bars."""

from typing import Final

import streamlit as st

from core.datasets import DatasetSpec
from core.figures.palette import class_colours
from core.i18n.literal_text import html_text
from core.i18n.marked_sentences import html_
from core.i18n.number_format import percent
from core.prediction.answer_sentences import Question, bars_sentence, headline
from core.prediction.predict import UNSURE_BELOW, Prediction
from pages.components.assets import loader

_bars: Final = st.components.v2.component("inkling_bars", js=loader("bars.js"), isolate_styles=False)


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
