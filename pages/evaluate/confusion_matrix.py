"""The confusion matrix as a table of buttons: a cell opens the images behind it."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import streamlit as st

from core.figures.palette import Theme, ink_on, palette, sequential
from core.i18n.script_words import script_words
from core.i18n.translation import _, pgettext
from pages.components.assets import loader

_matrix: Final = st.components.v2.component("inkling_matrix", js=loader("matrix.js"), isolate_styles=False)
Cell = tuple[int, int]


def matrix(
    key: str, counts: np.ndarray, labels: Sequence[str], theme: Theme, *, alt: str, chosen: Cell | None
) -> Cell | None:
    """Show counts (K true, K answered); return the cell chosen, `chosen` until one is.

    Mistakes are shaded by their share of the true class; right answers are left unshaded.
    """
    kept = f"{key}_cell"

    def choose() -> None:
        row, column = st.session_state[key].cell
        st.session_state[kept] = (int(row), int(column))

    now: Cell | None = st.session_state.get(kept)
    if now is None or max(now) >= len(labels):
        now = chosen
    shades, inks = _shades(counts, theme)
    data = {
        "counts": counts.tolist(),
        "labels": list(labels),
        "totals": counts.sum(axis=1).tolist(),
        "shades": shades,
        "inks": inks,
        "alt": alt,
        "chosen": list(now) if now else None,
        "words": _words(),
    }
    _matrix(key=key, data=data, on_cell_change=choose)
    return now


def _words() -> dict[str, str]:
    return script_words(
        rows=pgettext("rows of the confusion matrix", "true"),
        columns=pgettext("columns of the confusion matrix", "predicted"),
        cell=_("{true} predicted as {answer}: {count} ({share:percent} of {true})"),
        untested=_("{true} was never tested: it has no test images."),
    )


def _shades(counts: np.ndarray, theme: Theme) -> tuple[list[list[str]], list[list[str]]]:
    """Return the background and text colour of each cell."""
    scale = [colour for _place, colour in sequential(theme)]
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    np.fill_diagonal(shares, 0)
    places = np.rint(shares / max(float(shares.max()), 1e-9) * (len(scale) - 1)).astype(int)
    shades = [[str(scale[place]) for place in row] for row in places]
    ink = palette(theme).ink
    inks = [[ink if place < 3 else ink_on(str(scale[place])) for place in row] for row in places]
    return shades, inks
