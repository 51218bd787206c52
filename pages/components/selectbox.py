"""A select box whose value is set by the page as well as by the visitor.

With every request, also with those that the live channel has it make, a browser repeats the value of every widget
as it last heard it, and a select box's value is the text of its option. So a request that was on its way while the
page set another value, or wrote another text for the same option, would undo what the page has set. Here each value
that the page sets makes a new widget, and the texts that a browser may still know are kept.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import streamlit as st

from core.i18n.literal_text import markdown_text

T = TypeVar("T", bound=str)
FRAME_PX: Final = 50  # of a select box, what its edges and its arrow take
LABEL_PX: Final = 36  # of a label that stands before its box, what its help mark and the gaps take
LETTER_PX: Final = 6.6  # the width of a letter, on average


@dataclass
class _Kept:
    """What a session remembers of a picker: the number of its widget, {text: option} now and as drawn before."""

    number: int = 0
    texts: dict[str, str] = field(default_factory=dict)
    earlier_texts: dict[str, str] = field(default_factory=dict)


def selectbox(
    label: str,
    names: Mapping[T, str],
    current: T | None,
    choose: Callable[[T], None],
    *,
    key: str,
    **look: Any,
) -> None:
    """Draw a select box of `names`, {option: its text}, that shows `current`; None = none of them.

    `choose` is called with an option when the visitor has chosen it, before the page is drawn anew.
    """
    kept: _Kept = st.session_state.setdefault(f"_{key}", _Kept())
    is_other = st.session_state.get(f"{key}_{kept.number}", current) != current
    has_other_text = (
        current is not None and current in kept.texts.values() and names.get(current) not in kept.texts
    )
    if is_other or has_other_text:  # a browser would go on showing the text that it knows
        kept.number += 1
    kept.earlier_texts, kept.texts = kept.texts, {text: option for option, text in names.items()}
    widget = f"{key}_{kept.number}"
    st.session_state.setdefault(widget, current)
    st.selectbox(
        markdown_text(label),
        [*names],
        format_func=names.__getitem__,
        key=widget,
        on_change=_chosen,
        args=(key, kept.number, choose),
        **look,
    )


def with_first(chosen: float, options: Iterable[float]) -> list[float]:
    """Return the options in order, but the chosen one first: Enter in an emptied field takes the first there is."""
    return [chosen, *sorted({*options} - {chosen})]


def field_px(texts: Iterable[str], at_least: int) -> int:
    """Return how wide a select box is that shows each of these texts whole: it wraps none.

    at_least: its width where they are short, so that it stands as wide whatever is chosen.
    """
    return max(at_least, round(FRAME_PX + max(map(_text_px, texts), default=0)))


def label_px(text: str) -> int:
    """Return how wide a label with a help mark is that stands before its box."""
    return round(LABEL_PX + _text_px(text))


def _text_px(text: str) -> float:
    return LETTER_PX * sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _chosen(key: str, number: int, choose: Callable[[Any], None]) -> None:
    """Pass on what was chosen, unless it is the late word of a widget that has been replaced."""
    kept: _Kept = st.session_state[f"_{key}"]
    said: Any = st.session_state.get(f"{key}_{number}")
    option = said if said in kept.texts.values() else (kept.earlier_texts | kept.texts).get(said)
    if number == kept.number and option is not None:
        choose(option)
