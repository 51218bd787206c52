"""What the model says: the class in large letters, what speaks against trusting it, and ten moving bars."""

from typing import Final, Literal

import streamlit as st

from core.datasets import DatasetSpec
from core.figures.palette import class_colours
from core.i18n.literal_text import html_text
from core.i18n.number_format import percent
from core.prediction.predict import UNSURE_BELOW, Prediction
from pages.components.assets import loader

_bars: Final = st.components.v2.component("inkling_bars", js=loader("bars.js"), isolate_styles=False)

Question = Literal["drawing", "no picture", "picture"]
"""What is asked about: the canvas, a picture that is yet to come, or one that is there."""
_NOTHING: Final[dict[Question, tuple[str, str]]] = {
    "drawing": ("Draw {}", "The answer stands here as soon as you lift the pen."),
    "no picture": ("Show {}", "The answer stands here as soon as there is a picture."),
    "picture": ("No sign of {}", "Nothing on this picture stands out from its background."),
}


def show_answer(answer: Prediction, spec: DatasetSpec, question: Question = "drawing") -> None:
    """Draw the answer and its bars; both keep their places and sizes whatever the answer is."""
    with st.container(key="answer"):
        st.html(_sentence(answer, spec, question))
    probability_bars("answer_bars", answer, spec)


def probability_bars(key: str, answer: Prediction, spec: DatasetSpec) -> None:
    """Draw one bar for each class, all empty while there is nothing to answer."""
    shares = answer.probabilities if answer.is_asked else 0 * answer.probabilities
    colours = class_colours(spec.n_classes)
    rows = [
        [name, float(share), percent(share) if answer.is_asked else "", colour]
        for name, share, colour in zip(spec.class_names, shares, colours, strict=True)
    ]
    best = answer.best if answer.is_asked else -1
    _bars(key=key, data={"rows": rows, "best": best, "alt": bars_sentence(answer, spec)})


def bars_sentence(answer: Prediction, spec: DatasetSpec) -> str:
    """Return the bars in words."""
    if not answer.is_asked:
        return "Ten empty bars: nothing has been asked yet."
    first, second = answer.best, answer.second
    p = answer.probabilities
    return (
        f"Probabilities: {spec.class_names[first]} {percent(p[first])}, "
        f"{spec.class_names[second]} {percent(p[second])}, the others less."
    )


def headline(answer: Prediction, spec: DatasetSpec, question: Question = "drawing") -> tuple[str, str]:
    """Return the answer in large letters and the line beneath it."""
    name, other = spec.class_names[answer.best], spec.class_names[answer.second]
    share = percent(answer.probabilities[answer.best])
    thing = spec.singular
    if answer.kind == "empty":
        large, small = _NOTHING[question]
        return large.format(with_article(thing)), small
    if answer.kind == "tiny":
        remedy = "Draw it larger; the pen may stay as it is." if question == "drawing" else "Go closer to it."
        return f"Too small to be {with_article(thing)}", f"A dot says nothing. {remedy}"
    if answer.kind == "unlike":
        return (
            f"Nothing like {with_article(thing)}",
            f"Were it one, it would be {with_article(name)} ({share}); do not trust that.",
        )
    if answer.kind == "unsure":
        second = percent(answer.probabilities[answer.second])
        return f"Perhaps {with_article(name)}", f"Not sure: {name} {share}, {other} {second}."
    return f"It is {with_article(name)}", f"{share} sure; next would be {other}."


def with_article(name: str) -> str:
    """Return a class name or a thing with "a" or "an" before it, as it is spoken."""
    return f"{_a(name)} {name}"


def _a(word: str) -> str:
    return "an" if word[:1].lower() in "aeiou8" else "a"


def _sentence(answer: Prediction, spec: DatasetSpec, question: Question) -> str:
    large, small = headline(answer, spec, question)
    name = html_text(spec.class_names[answer.best]) if answer.is_asked else ""
    note = f"Under {percent(UNSURE_BELOW, 0)} it says that it is not sure."
    return (
        f'<div class="ink-answer ink-answer-{answer.kind}" data-testid="answer" data-kind="{answer.kind}" '
        f'data-class="{name}" title="{note}" role="status" aria-live="polite">'
        f"<b>{html_text(large)}</b><span>{html_text(small)}</span></div>"
    )
