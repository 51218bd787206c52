"""What the model says: the class in large letters, what speaks against trusting it, and ten moving bars."""

import html
from typing import Final

import streamlit as st

from core.asking import UNSURE_BELOW, Answer
from core.datasets import DatasetSpec
from core.figures.palette import class_colours
from pages.components.assets import loader

_bars: Final = st.components.v2.component("inkling_bars", js=loader("bars.js"), isolate_styles=False)


def show_answer(answer: Answer, entry: DatasetSpec) -> None:
    """Draw the answer and its bars; both keep their places and sizes whatever the answer is."""
    with st.container(key="answer"):
        st.html(_sentence(answer, entry))
    probability_bars("answer_bars", answer, entry)


def probability_bars(key: str, answer: Answer, entry: DatasetSpec) -> None:
    """Draw one bar for each class, all empty while there is nothing to answer."""
    shares = answer.probabilities if answer.is_asked else 0 * answer.probabilities
    colours = class_colours(entry.n_classes)
    rows = [
        [name, float(share), f"{100 * share:.1f} %" if answer.is_asked else "", colour]
        for name, share, colour in zip(entry.class_names, shares, colours, strict=True)
    ]
    best = answer.best if answer.is_asked else -1
    _bars(key=key, data={"rows": rows, "best": best, "alt": bars_sentence(answer, entry)})


def bars_sentence(answer: Answer, entry: DatasetSpec) -> str:
    """Return the bars in words."""
    if not answer.is_asked:
        return "Ten empty bars: nothing has been asked yet."
    first, second = answer.best, answer.second
    p = answer.probabilities
    return (
        f"Probabilities: {entry.class_names[first]} {100 * p[first]:.1f} %, "
        f"{entry.class_names[second]} {100 * p[second]:.1f} %, the others less."
    )


def headline(answer: Answer, entry: DatasetSpec) -> tuple[str, str]:
    """Return the answer in large letters and the line beneath it."""
    name, other = entry.class_names[answer.best], entry.class_names[answer.second]
    share = f"{100 * answer.probabilities[answer.best]:.1f} %"
    thing = entry.singular
    if answer.kind == "empty":
        return f"Draw {_a(thing)} {thing}", "The answer stands here as soon as you lift the pen."
    if answer.kind == "tiny":
        return (
            f"Too small to be {_a(thing)} {thing}",
            "A dot says nothing. Draw it larger; the pen may stay as it is.",
        )
    if answer.kind == "unlike":
        return (
            f"Nothing like a {thing}",
            f"Were it one, it would be {_article(name)}{name} ({share}); do not trust that.",
        )
    if answer.kind == "unsure":
        second = f"{100 * answer.probabilities[answer.second]:.1f} %"
        return f"Perhaps {_article(name)}{name}", f"Not sure: {name} {share}, {other} {second}."
    return f"It is {_article(name)}{name}", f"{share} sure; next would be {other}."


def _article(name: str) -> str:
    """Return "a " or "an " before a class name, spoken."""
    return f"{_a(name)} "


def _a(word: str) -> str:
    return "an" if word[:1].lower() in "aeiou8" else "a"


def _sentence(answer: Answer, entry: DatasetSpec) -> str:
    large, small = headline(answer, entry)
    name = html.escape(entry.class_names[answer.best], quote=True) if answer.is_asked else ""
    note = f"Under {100 * UNSURE_BELOW:.0f} % it says that it is not sure."
    return (
        f'<div class="ink-answer ink-answer-{answer.kind}" data-testid="answer" data-kind="{answer.kind}" '
        f'data-class="{name}" title="{note}" role="status" aria-live="polite">'
        f"<b>{html.escape(large)}</b><span>{html.escape(small)}</span></div>"
    )
